//! What is monitored: every documented service of every record.

use app::check::target;
use app::record::Catalogue;
use app::status::ServiceKey;
use probe::HostName;
use probe::net::Target;

/// A service to check. One that several groups document, perhaps under several names, is checked once.
#[derive(Clone, Debug)]
pub struct MonitoredService {
    /// Its names; never empty.
    pub keys: Vec<ServiceKey>,
    /// What is checked.
    pub target: Target,
}

impl MonitoredService {
    /// The host, of which one service is checked at a time.
    pub fn host(&self) -> &HostName {
        &self.target.endpoint.host
    }

    /// Whether it is the same server, port and way to connect, whatever it is called.
    fn is(&self, other: &Target) -> bool {
        let mut endpoint = other.endpoint.clone();
        endpoint.id.clone_from(&self.target.endpoint.id);
        endpoint == self.target.endpoint
            && other.connect_to == self.target.connect_to
            && other.private_networks == self.target.private_networks
            && other.proxy_header == self.target.proxy_header
    }
}

/// Every documented service of every record, in their order. Values that are documented as wrong are not among them.
pub fn monitored_services(catalogue: &Catalogue) -> Vec<MonitoredService> {
    let mut services: Vec<MonitoredService> = Vec::new();
    for record in &catalogue.records {
        for group in &record.groups {
            // Every group has a domain. What it publishes is no part of how the service stands.
            let Some(domain) = group.domains.first() else {
                continue;
            };
            for service in &group.services {
                let key = ServiceKey::new(record, service);
                let target = target(record, service, domain);
                match services.iter_mut().find(|known| known.is(&target)) {
                    Some(known) => known.keys.push(key),
                    None => services.push(MonitoredService {
                        keys: vec![key],
                        target,
                    }),
                }
            }
        }
    }
    services
}

#[cfg(test)]
mod tests {
    use app::record::{RecordFile, built_in};

    use super::*;

    fn names(files: &[RecordFile]) -> Vec<String> {
        let catalogue = Catalogue::read(files, true).unwrap();
        let services = monitored_services(&catalogue).into_iter();
        let names = services.map(|service| {
            let keys: Vec<_> = service.keys.iter().map(ToString::to_string).collect();
            format!("{} {}", keys.join(" "), service.target.endpoint)
        });
        names.collect()
    }

    #[test]
    fn every_service_is_monitored_once_and_no_wrong_value() {
        let own = names(&[built_in()]);
        assert_eq!(own.len(), 6, "{own:?}");
        assert_eq!(own[0], "centurylink/imap imaps://mail.centurylink.net:993");
    }

    #[test]
    fn what_several_records_document_is_checked_once() {
        let file = |name: &str, port: &str| {
            let text = include_str!("../../../app/src/record/tests/lab.toml")
                .replacen("id = \"lab\"", &format!("id = \"{name}\""), 1)
                .replace("\"lab.test\"", &format!("\"{name}.test\""))
                .replace("port = 587", port);
            let name = name.to_owned();
            RecordFile { name, text }
        };
        assert_eq!(
            names(&[file("one", "port = 587"), file("two", "port = 2587")]),
            [
                "one/imap two/imap imaps://mail.lab.test:993",
                "one/smtp smtp://smtp.lab.test:587",
                "one/smtp-tls two/smtp-tls smtps://smtp.lab.test:465",
                "two/smtp smtp://smtp.lab.test:2587",
            ]
        );
    }
}
