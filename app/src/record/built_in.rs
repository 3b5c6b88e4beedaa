//! The record that the program carries, so that it needs no configuration.

use super::catalogue::RecordFile;

/// The record of CenturyLink.
pub fn built_in() -> RecordFile {
    RecordFile {
        name: "centurylink.toml".to_owned(),
        text: include_str!("../../records/centurylink.toml").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use crate::record::{Domain, Record, Role, SignInMethod, UserNameForm, Wrong};

    fn built_in() -> Record {
        let file = super::built_in();
        parse(&file.text, &file.name).unwrap()
    }

    #[test]
    fn it_has_the_official_services_and_no_other() {
        let record = built_in();
        let mut services = String::new();
        for group in &record.groups {
            assert_eq!(group.user_name.form, UserNameForm::FullAddress);
            assert_eq!(group.sign_in.method, SignInMethod::Password);
            for service in &group.services {
                let security = service.endpoint.security;
                services += &format!(
                    "{} {} {:?} {:?} {} {}\n",
                    group.id,
                    service.endpoint,
                    security,
                    service.role,
                    service.source.id,
                    service.connect_to.is_some()
                );
                // What the official page does not give must be marked so, and only that.
                let official = service.source.id.as_str() == "cl1";
                assert_eq!(
                    official,
                    service.role != Role::Alternative,
                    "{}",
                    service.endpoint
                );
            }
        }
        assert_eq!(
            services,
            "centurylink imaps://mail.centurylink.net:993 Tls Recommended cl1 false\n\
             centurylink smtp://smtp.centurylink.net:587 Starttls Recommended cl1 false\n\
             centurylink pop3s://pop.centurylink.net:995 Tls Other cl1 false\n\
             centurylink smtps://smtp.centurylink.net:465 Tls Alternative rfc8314 false\n\
             qwestoffice pop3://pop.qwestoffice.net:110 None Other cl1 false\n\
             qwestoffice smtps://smtp.qwestoffice.net:465 Tls Recommended cl1 false\n"
        );
    }

    #[test]
    fn it_has_the_official_domains_and_limits() {
        let record = built_in();
        let [centurylink, office] = &record.groups[..] else {
            panic!("two groups")
        };
        let mut domains: Vec<_> = centurylink.domains.iter().map(Domain::as_str).collect();
        domains.sort_unstable();
        let official = "centurylink.net centurytel.net clds.net coastalnow.net cochill.net cswnet.com \
            elpasotel.net emadisonriver.com emadisonriver.net embarqmail.com gallatinriver.net grics.net \
            gulftel.com madisonriver.biz mebtel.net q.com qwest.net";
        assert_eq!(domains, official.split_whitespace().collect::<Vec<_>>());
        assert_eq!(domains.len(), 17);
        assert_eq!(office.domains.len(), 1);
        assert_eq!(office.domains[0].as_str(), "qwestoffice.net");
        let limits: Vec<_> = record
            .limits
            .iter()
            .map(|limit| (limit.kind.to_string(), limit.megabytes.get()))
            .collect();
        assert_eq!(
            limits,
            [
                ("mailbox-size".to_owned(), 700),
                ("message-size".to_owned(), 10)
            ]
        );
    }

    #[test]
    fn it_has_only_links_that_were_seen() {
        let links = built_in().links;
        let host = |link: Option<super::super::Link>| {
            link.and_then(|link| link.url.as_str().split('/').nth(2).map(str::to_owned))
        };
        assert_eq!(
            host(links.password_reset).as_deref(),
            Some("www.centurylink.com")
        );
        assert_eq!(
            host(links.password_change).as_deref(),
            Some("www.centurylink.com")
        );
        assert_eq!(
            host(links.support).as_deref(),
            Some("centurylinkwebmail.s.center")
        );
        assert_eq!(host(links.webmail), None);
        let support = built_in().support;
        assert_eq!(
            host(support.chat).as_deref(),
            Some("centurylinkwebmail.s.center")
        );
        assert_eq!((support.phone, support.hours), (None, None));
    }

    #[test]
    fn it_knows_the_wrong_values() {
        let record = built_in();
        let wrong: Vec<_> = record.groups[0]
            .wrong
            .iter()
            .map(|value| match &value.wrong {
                Wrong::Host(host) => format!("{host} {}", value.instead.endpoint.id),
                Wrong::Port { protocol, port } => {
                    format!("{protocol} {port} {}", value.instead.endpoint.id)
                }
            })
            .collect();
        assert_eq!(
            wrong,
            [
                "imap.centurylink.net imap",
                "mail.q.com imap",
                "smtp.q.com smtp",
                "pop3.elpasotel.net pop",
                "mail.elpasotel.net imap",
                "smtp.elpasotel.net smtp",
                "pop.centurytel.net pop",
                "smtpauth.centurytel.net smtp",
                "mail.nw.centurytel.net pop",
                "pop.embarqmail.com pop",
                "smtp.embarqmail.com smtp",
                "smtp 25 smtp",
                "pop3 110 pop",
            ]
        );
        assert!(record.groups[1].wrong.is_empty());
    }
}
