//! The domains of the company that takes the mail of a domain, by its MX record.
//!
//! The draft of autoconfig has two: the name of the mail exchanger without its first label, and the domain that was
//! registered, by the Public Suffix List.

use app::record::Domain;
use probe::HostName;

use super::fetch::Fetcher;
use super::log::tell;

/// The domains at which to ask for the settings of `domain`; none of them is `domain` itself.
pub(super) async fn domains(fetcher: &Fetcher, domain: &Domain) -> Vec<Domain> {
    match fetcher.probe().mail_exchangers(domain.as_str()).await {
        None => tell("mx", format_args!("{domain}: the DNS does not answer")),
        Some(hosts) => match hosts.first() {
            None => tell("mx", format_args!("{domain} has no MX record")),
            Some(host) => {
                let domains = of_host(host, domain);
                let names: Vec<&str> = domains.iter().map(Domain::as_str).collect();
                match names.is_empty() {
                    true => tell("mx", format_args!("{host} is a host of {domain} itself")),
                    false => tell("mx", format_args!("{host} is of {}", names.join(" and "))),
                }
                return domains;
            }
        },
    }
    Vec::new()
}

pub(super) fn of_host(host: &HostName, domain: &Domain) -> Vec<Domain> {
    let base = psl::domain_str(host.as_str());
    let parent = host.as_str().split_once('.').map(|(_, parent)| parent);
    // A name above the registered one is not of the company, but of everybody.
    let parent = parent.filter(|parent| base.is_some_and(|base| parent.ends_with(base)));
    let mut domains = Vec::new();
    for text in [parent, base].into_iter().flatten() {
        if let Ok(found) = text.parse::<Domain>()
            && found != *domain
            && !domains.contains(&found)
        {
            domains.push(found);
        }
    }
    domains
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_company_of_a_mail_exchanger_has_two_names_at_most() {
        for (host, expected) in [
            ("mx1.mail.hosting.co.uk", "mail.hosting.co.uk hosting.co.uk"),
            ("mx.hosting.example", "hosting.example"),
            ("hosting.example", "hosting.example"),
            ("a.mx.example.net", "mx.example.net"),
            ("mx.example.net", ""),
            ("co.uk", ""),
            ("localhost", ""),
            ("192.0.2.1", ""),
        ] {
            let domains = of_host(&host.parse().unwrap(), &"example.net".parse().unwrap());
            let domains: Vec<&str> = domains.iter().map(Domain::as_str).collect();
            assert_eq!(domains.join(" "), expected, "{host}");
        }
    }
}
