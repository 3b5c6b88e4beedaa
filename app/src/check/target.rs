//! From a documented service to what the probe is told to check.

use probe::net::{ProxyHeader, Target};

use crate::record::{Domain, Record, Service};

/// What to check of a service of this record, for an address of this domain. All that the record says
/// about where to connect goes along, and nothing that another record says.
pub fn target(record: &Record, service: &Service, domain: &Domain) -> Target {
    Target {
        endpoint: service.endpoint.clone(),
        // Every domain of an address is a host name.
        domain: domain.as_str().parse().ok(),
        connect_to: service.connect_to.into_iter().collect(),
        private_networks: record.private_networks.clone(),
        proxy_header: service.send_proxy.then_some(ProxyHeader::Local),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::parse;

    #[test]
    fn a_server_that_expects_a_header_is_told_who_asks() {
        let lab = include_str!("../record/tests/lab.toml");
        let text = lab.replacen("connect_to", "send_proxy = true\nconnect_to", 1);
        let record = parse(&text, "lab.toml").unwrap();
        let domain = "lab.test".parse().unwrap();
        let client = "192.0.2.7".parse().unwrap();
        let headers = record.groups[0].services.iter().map(|service| {
            let target = target(&record, service, &domain);
            let own = target.proxy_header;
            (own, target.on_behalf_of(client).proxy_header)
        });
        let headers: Vec<_> = headers.collect();
        let told = (Some(ProxyHeader::Local), Some(ProxyHeader::Client(client)));
        assert_eq!(headers[0], told);
        assert!(headers[1..].iter().all(|header| *header == (None, None)));
    }

    #[test]
    fn all_that_the_record_says_about_where_to_connect_goes_along() {
        let lab = include_str!("../record/tests/lab.toml");
        let networks = "private_networks = [\"10.20.0.0/16\", \"::1/128\"]\n";
        for (text, expected) in [
            (format!("{networks}{lab}"), "10.20.0.0/16 ::1/128"),
            (lab.to_owned(), ""),
        ] {
            let record = parse(&text, "lab.toml").unwrap();
            let domain = "lab.test".parse().unwrap();
            for service in &record.groups[0].services {
                let target = target(&record, service, &domain);
                assert_eq!(target.endpoint, service.endpoint);
                assert_eq!(target.connect_to, Vec::from_iter(service.connect_to));
                assert_eq!(target.domain.unwrap().as_str(), "lab.test");
                assert_eq!(target.proxy_header, None);
                let found: Vec<_> = target
                    .private_networks
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                assert_eq!(found.join(" "), expected);
            }
        }
    }
}
