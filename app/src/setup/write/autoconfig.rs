//! The configuration file of Thunderbird, version 1.1 (draft-ietf-mailmaint-autoconfig).
//!
//! It is the same for every address of a group: the programs put the address into the placeholders. So nobody learns
//! from it whether an address exists.

use probe::{Protocol, Security};

use super::xml::Xml;
use crate::record::{Group, Record, Role, Service, SignInMethod, Source, UserNameForm};
use crate::setup::order::{Lack, incoming, outgoing};

/// The media type.
pub const MEDIA_TYPE: &str = "text/xml; charset=utf-8";

/// Where a program asks: on the host `autoconfig` of the domain, or on the domain itself.
pub const PATHS: [&str; 2] = [
    "/mail/config-v1.1.xml",
    "/.well-known/autoconfig/mail/config-v1.1.xml",
];

/// How long the name of a provider may be, in characters, and the short one.
const MAX_NAME: usize = 60;
const MAX_SHORT_NAME: usize = 20;

/// How long mail that POP has fetched stays on the server, in days: a hundred years, because the format has no word
/// for always.
const DAYS_ON_SERVER: &str = "36500";

/// Writes the file. `language` is the one of texts in the record that are for every language, as a tag of BCP 47.
///
/// # Errors
///
/// When there is no encrypted service to read mail or none to send it: Thunderbird for Android refuses a file
/// without both.
pub fn write(record: &Record, group: &Group, language: &str) -> Result<String, Lack> {
    let (incoming, outgoing) = (incoming(group), outgoing(group));
    if incoming.is_empty() {
        return Err(Lack::Incoming);
    }
    if outgoing.is_empty() {
        return Err(Lack::Outgoing);
    }
    let id = group.domains.first().map_or("", |domain| domain.as_str());
    Ok(Xml::document(
        "clientConfig",
        &[("version", "1.1")],
        |xml| {
            xml.element("emailProvider", &[("id", id)], |xml| {
                for domain in &group.domains {
                    xml.text("domain", &[], domain.as_str());
                }
                xml.text("displayName", &[], shortened(&record.name, MAX_NAME));
                let short = shortened(&record.name, MAX_SHORT_NAME);
                xml.text("displayShortName", &[], short);
                for service in incoming {
                    server(xml, "incomingServer", group, service);
                }
                for service in outgoing {
                    server(xml, "outgoingServer", group, service);
                }
                for source in documentation(group) {
                    let url = [("url", source.url.as_str())];
                    xml.element("documentation", &url, |xml| {
                        described(xml, source, language);
                    });
                }
            });
            if let Some(webmail) = &record.links.webmail {
                let url = [("url", webmail.url.as_str())];
                xml.element("webMail", &[], |xml| xml.empty("loginPage", &url));
            }
        },
    ))
}

fn server(xml: &mut Xml, name: &str, group: &Group, service: &Service) {
    let endpoint = &service.endpoint;
    let kind = match endpoint.protocol {
        Protocol::Imap => "imap",
        Protocol::Pop3 => "pop3",
        Protocol::Smtp => "smtp",
    };
    xml.element(name, &[("type", kind)], |xml| {
        xml.text("hostname", &[], endpoint.host.as_str());
        xml.text("port", &[], &endpoint.port.to_string());
        let security = match endpoint.security {
            Security::Tls => "SSL",
            Security::Starttls => "STARTTLS",
            Security::None => "plain",
        };
        xml.text("socketType", &[], security);
        let method = match group.sign_in.method {
            // Inside of TLS. What CRAM-MD5 is for happens there anyway, and more servers have the plain form.
            SignInMethod::Password => "password-cleartext",
            SignInMethod::OAuth2 => "OAuth2",
        };
        xml.text("authentication", &[], method);
        let user_name = match group.user_name.form {
            UserNameForm::FullAddress => "%EMAILADDRESS%",
            UserNameForm::LocalPart => "%EMAILLOCALPART%",
        };
        xml.text("username", &[], user_name);
        if endpoint.protocol == Protocol::Pop3 {
            // Without a number, Thunderbird deletes mail on the server that is older than fourteen days.
            xml.element("pop3", &[], |xml| {
                xml.text("leaveMessagesOnServer", &[], "true");
                xml.text("daysToLeaveMessagesOnServer", &[], DAYS_ON_SERVER);
            });
        }
    });
}

/// The pages on which the provider documents these services, each once.
fn documentation(group: &Group) -> Vec<&Source> {
    let documented = group.services.iter();
    let documented = documented.filter(|service| service.role != Role::Alternative);
    documented.fold(Vec::new(), |mut sources: Vec<&Source>, service| {
        if sources.iter().all(|source| source.id != service.source.id) {
            sources.push(&service.source);
        }
        sources
    })
}

fn described(xml: &mut Xml, source: &Source, language: &str) {
    let is_own = |(tag, _): (&str, &str)| tag.eq_ignore_ascii_case(language);
    if !source.title.languages().any(is_own) {
        xml.text("descr", &[("lang", language)], source.title.default_text());
    }
    for (tag, text) in source.title.languages() {
        xml.text("descr", &[("lang", tag)], text);
    }
}

/// The beginning of a name, if it is too long: as many words as fit.
fn shortened(name: &str, max: usize) -> &str {
    let Some((end, _)) = name.char_indices().nth(max) else {
        return name;
    };
    let begin = &name[..end];
    let is_whole = name[end..].starts_with(' ');
    let cut = begin.rsplit_once(' ').filter(|_| !is_whole);
    cut.map_or(begin, |(words, _)| words).trim_end()
}

#[cfg(test)]
mod tests {
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::*;
    use crate::setup::write::testing::{CENTURYLINK, DIRECT, record};

    fn written(form: &str, services: &str) -> String {
        let record = record(form, services);
        write(&record, &record.groups[0], "en").unwrap()
    }

    #[test]
    fn the_file_has_every_domain_and_the_services_in_order() {
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="example.net">
    <domain>example.net</domain>
    <domain>example.org</domain>
    <displayName>Example &amp; Sons</displayName>
    <displayShortName>Example &amp; Sons</displayShortName>
    <incomingServer type="imap">
      <hostname>imap.example.net</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.net</hostname>
      <port>587</port>
      <socketType>STARTTLS</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </outgoingServer>
    <documentation url="https://example.net/help?a=1&amp;b=2">
      <descr lang="en">Settings &lt;for&gt; you</descr>
      <descr lang="de">Für &quot;dich&quot;</descr>
    </documentation>
  </emailProvider>
  <webMail>
    <loginPage url="https://webmail.example.net/?a&amp;b"/>
  </webMail>
</clientConfig>
"#;
        let services = "imap imap 993 tls recommended, smtp smtp 587 starttls recommended, old pop3 110 none other";
        assert_eq!(written("full-address", services), expected);
        assert!(written("local-part", services).contains("<username>%EMAILLOCALPART%</username>"));
    }

    #[test]
    fn texts_for_every_language_have_the_language_of_the_site() {
        let record = record("full-address", DIRECT);
        let written = write(&record, &record.groups[0], "de").unwrap();
        // German has words of its own, so that those for all other languages have no tag that would be true.
        assert_eq!(written.matches("<descr ").count(), 1, "{written}");
    }

    /// Thunderbird for Android drops the whole file for one value that it does not know, and Geary reads the first
    /// server only.
    #[test]
    fn the_strictest_programs_read_it() {
        for services in [
            CENTURYLINK,
            DIRECT,
            "pop pop3 995 tls recommended, imap imap 143 starttls other, smtp smtp 587 starttls other",
            "old imap 143 none recommended, imap imap 993 tls other, old-smtp smtp 25 none other, smtp smtp 465 tls other",
        ] {
            let text = written("full-address", services);
            let mut reader = Reader::from_str(&text);
            let (mut path, mut first, mut kinds) = (Vec::new(), None, Vec::new());
            loop {
                match reader.read_event().unwrap() {
                    Event::Start(start) => {
                        if start.name().as_ref().ends_with("ingServer") {
                            let kind = start.try_get_attribute("type").unwrap().unwrap();
                            let kind = kind.value.into_owned();
                            first.get_or_insert_with(|| kind.clone());
                            kinds.push(kind);
                        }
                        path.push(start.name().as_ref().to_owned());
                    }
                    Event::End(_) => {
                        path.pop();
                    }
                    Event::Text(value) => {
                        let value: &str = &value;
                        match path.last().map(String::as_str) {
                            Some("socketType") => assert!(["SSL", "STARTTLS"].contains(&value)),
                            Some("authentication") => assert_eq!(value, "password-cleartext"),
                            Some("port") => {
                                assert!(value.parse::<u16>().is_ok_and(|port| port > 0));
                            }
                            Some("hostname") => assert!(value.ends_with(".example.net")),
                            Some("leaveMessagesOnServer") => assert_eq!(value, "true"),
                            Some("daysToLeaveMessagesOnServer") => assert_eq!(value, "36500"),
                            _ => {}
                        }
                    }
                    Event::Eof => break,
                    _ => {}
                }
            }
            assert_eq!(first.as_deref(), Some("imap"), "{services}");
            assert!(kinds.contains(&"smtp".into()), "{services}");
        }
    }

    #[test]
    fn there_is_no_file_without_both_directions() {
        for (services, lack) in [
            ("imap imap 993 tls recommended", Lack::Outgoing),
            (
                "imap imap 993 tls other, smtp smtp 25 none other",
                Lack::Outgoing,
            ),
            ("smtp smtp 465 tls recommended", Lack::Incoming),
            (
                "pop pop3 110 none other, smtp smtp 465 tls other",
                Lack::Incoming,
            ),
        ] {
            let record = record("full-address", services);
            let result = write(&record, &record.groups[0], "en");
            assert_eq!(result, Err(lack), "{services}");
        }
    }

    #[test]
    fn long_names_end_with_a_word() {
        for (name, short) in [
            ("Example", "Example"),
            ("Exactly Twenty Chars", "Exactly Twenty Chars"),
            ("Exactly Twenty Chars And", "Exactly Twenty Chars"),
            ("Telephone Company of the North", "Telephone Company of"),
            ("Telephone Companies of it", "Telephone Companies"),
            ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahr"),
            ("ÄÖÜäöüÄÖÜäöüÄÖÜäöüÄÖÜäöü", "ÄÖÜäöüÄÖÜäöüÄÖÜäöüÄÖ"),
        ] {
            assert_eq!(shortened(name, MAX_SHORT_NAME), short);
        }
    }
}
