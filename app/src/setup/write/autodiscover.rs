//! The answers of Autodiscover in XML (Plain Old XML, MS-OXDSCLI), as Outlook and Thunderbird read them.

use probe::{Endpoint, Protocol, Security};
use time::OffsetDateTime;

use super::xml::Xml;
use crate::record::{Address, Group, Record, SignInMethod};
use crate::setup::order::{Lack, best};

/// The media type.
pub const MEDIA_TYPE: &str = "text/xml; charset=utf-8";

/// Where requests are posted; the case does not count.
pub const PATH: &str = "/autodiscover/autodiscover.xml";

/// The namespace of every answer, and of one with the settings of a mailbox.
const ANSWER: &str = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006";
pub(super) const SETTINGS: &str =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";

/// For how many hours the settings hold.
const HOURS: &str = "24";

/// Writes the settings of an address: the best service of each protocol.
///
/// # Errors
///
/// When there is no encrypted service to read mail or none to send it, or none takes a password.
pub fn write(record: &Record, group: &Group, address: &Address) -> Result<String, Lack> {
    let endpoints = endpoints(group)?;
    let login = group.user_name.form.of(address);
    let address = address.to_string();
    Ok(Xml::document("Autodiscover", &[("xmlns", ANSWER)], |xml| {
        xml.element("Response", &[("xmlns", SETTINGS)], |xml| {
            xml.element("User", &[], |xml| {
                xml.text("DisplayName", &[], &record.name);
                xml.text("AutoDiscoverSMTPAddress", &[], &address);
            });
            xml.element("Account", &[], |xml| {
                xml.text("AccountType", &[], "email");
                xml.text("Action", &[], "settings");
                for endpoint in endpoints {
                    protocol(xml, endpoint, &login);
                }
            });
        });
    }))
}

/// The best service of each protocol.
pub(super) fn endpoints(group: &Group) -> Result<Vec<&Endpoint>, Lack> {
    if group.sign_in.method != SignInMethod::Password {
        return Err(Lack::Password);
    }
    let of = |protocol| best(group, protocol).map(|service| &service.endpoint);
    let incoming = [of(Protocol::Imap), of(Protocol::Pop3)];
    let mut endpoints: Vec<_> = incoming.into_iter().flatten().collect();
    if endpoints.is_empty() {
        return Err(Lack::Incoming);
    }
    endpoints.push(of(Protocol::Smtp).ok_or(Lack::Outgoing)?);
    Ok(endpoints)
}

fn protocol(xml: &mut Xml, endpoint: &Endpoint, login: &str) {
    let is_smtp = endpoint.protocol == Protocol::Smtp;
    let port = endpoint.port.to_string();
    xml.element("Protocol", &[], |xml| {
        let mut value = |name, value| xml.text(name, &[], value);
        value(
            "Type",
            match endpoint.protocol {
                Protocol::Imap => "IMAP",
                Protocol::Pop3 => "POP3",
                Protocol::Smtp => "SMTP",
            },
        );
        value("TTL", HOURS);
        value("Server", endpoint.host.as_str());
        value("Port", &port);
        value("LoginName", login);
        value("DomainRequired", "off");
        // Without it Outlook would sign in with NTLM.
        value("SPA", "off");
        // Also for STARTTLS: Thunderbird reads `off` as no encryption at all.
        value("SSL", "on");
        value(
            "Encryption",
            match endpoint.security {
                Security::Tls => "SSL",
                Security::Starttls | Security::None => "TLS",
            },
        );
        value("AuthRequired", "on");
        if is_smtp {
            value("UsePOPAuth", "on");
            value("SMTPLast", "off");
        }
    });
}

/// Why there are no settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The request cannot be read, or its address is none of this provider.
    InvalidRequest,
    /// The request wants settings of another kind, such as those of Exchange ActiveSync.
    NoProvider,
}

/// Writes why there are no settings. It is sent with the status 200, because programs read it with no other one.
pub fn error(code: ErrorCode, now: OffsetDateTime) -> String {
    let (number, message) = match code {
        ErrorCode::InvalidRequest => ("600", "Invalid Request"),
        ErrorCode::NoProvider => ("601", "Provider is not available"),
    };
    let (hour, minute, second, nano) = now.to_hms_nano();
    let time = format!("{hour:02}:{minute:02}:{second:02}.{:07}", nano / 100);
    let id = now.unix_timestamp().unsigned_abs().to_string();
    Xml::document("Autodiscover", &[("xmlns", ANSWER)], |xml| {
        xml.element("Response", &[], |xml| {
            let attributes = [("Time", &*time), ("Id", &*id)];
            xml.element("Error", &attributes, |xml| {
                xml.text("ErrorCode", &[], number);
                xml.text("Message", &[], message);
                xml.empty("DebugData", &[]);
            });
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::write::testing::{CENTURYLINK, DIRECT, address, record};

    #[test]
    fn there_is_one_account_with_the_best_service_of_each_protocol() {
        let record = record("full-address", CENTURYLINK);
        let jane = address("j&ne@example.net");
        let written = write(&record, &record.groups[0], &jane).unwrap();
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
    <User>
      <DisplayName>Example &amp; Sons</DisplayName>
      <AutoDiscoverSMTPAddress>j&amp;ne@example.net</AutoDiscoverSMTPAddress>
    </User>
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
      <Protocol>
        <Type>IMAP</Type>
        <TTL>24</TTL>
        <Server>imap.example.net</Server>
        <Port>993</Port>
        <LoginName>j&amp;ne@example.net</LoginName>
        <DomainRequired>off</DomainRequired>
        <SPA>off</SPA>
        <SSL>on</SSL>
        <Encryption>SSL</Encryption>
        <AuthRequired>on</AuthRequired>
      </Protocol>
      <Protocol>
        <Type>POP3</Type>
        <TTL>24</TTL>
        <Server>pop3.example.net</Server>
        <Port>995</Port>
        <LoginName>j&amp;ne@example.net</LoginName>
        <DomainRequired>off</DomainRequired>
        <SPA>off</SPA>
        <SSL>on</SSL>
        <Encryption>SSL</Encryption>
        <AuthRequired>on</AuthRequired>
      </Protocol>
      <Protocol>
        <Type>SMTP</Type>
        <TTL>24</TTL>
        <Server>smtp.example.net</Server>
        <Port>587</Port>
        <LoginName>j&amp;ne@example.net</LoginName>
        <DomainRequired>off</DomainRequired>
        <SPA>off</SPA>
        <SSL>on</SSL>
        <Encryption>TLS</Encryption>
        <AuthRequired>on</AuthRequired>
        <UsePOPAuth>on</UsePOPAuth>
        <SMTPLast>off</SMTPLast>
      </Protocol>
    </Account>
  </Response>
</Autodiscover>
"#;
        assert_eq!(written, expected);
    }

    #[test]
    fn encryption_is_never_off() {
        for services in [CENTURYLINK, DIRECT] {
            let record = record("local-part", services);
            let jane = address("jane@example.org");
            let written = write(&record, &record.groups[0], &jane).unwrap();
            assert!(written.contains("<LoginName>jane</LoginName>"), "{written}");
            assert!(!written.contains("<SSL>off"), "{written}");
            assert!(!written.contains("<Encryption>None"), "{written}");
            let count = |what: &str| written.matches(what).count();
            assert_eq!(count("<SSL>on<"), count("<Protocol>"), "{written}");
            assert_eq!(count("<SPA>off<"), count("<Protocol>"), "{written}");
        }
        let plain = "imap imap 143 none recommended, smtp smtp 465 tls recommended";
        let record = record("full-address", plain);
        let jane = address("jane@example.net");
        let written = write(&record, &record.groups[0], &jane);
        assert_eq!(written, Err(Lack::Incoming));
    }

    #[test]
    fn errors_have_a_code_and_nothing_of_the_request() {
        let now = OffsetDateTime::from_unix_timestamp(1_764_000_000).unwrap();
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response>
    <Error Time="16:00:00.0000000" Id="1764000000">
      <ErrorCode>600</ErrorCode>
      <Message>Invalid Request</Message>
      <DebugData/>
    </Error>
  </Response>
</Autodiscover>
"#;
        assert_eq!(error(ErrorCode::InvalidRequest, now), expected);
        assert!(error(ErrorCode::NoProvider, now).contains("<ErrorCode>601</ErrorCode>"));
    }
}
