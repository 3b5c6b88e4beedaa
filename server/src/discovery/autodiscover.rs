//! Outlook's Autodiscover in XML ("POX").
//!
//! The protocol wants an address. It gets one that nobody has, so nothing is sent of any person.

use app::record::{Address, AddressOrDomain, Domain, parse_address};
use app::setup::draft::Reading;
use app::setup::read::Format;
use time::Date;

use super::fetch::Fetcher;
use super::log::tell;
use super::reading::{Source, fetch};

/// The part before the @ of the address that is asked for.
const NOBODY: &str = "mailguide-asks-for-settings";

/// Asks the hosts where Outlook looks, until one answers.
pub(super) async fn ask(fetcher: &Fetcher, domain: &Domain, today: Date) -> Option<Reading> {
    let mut hosts = vec![format!("autodiscover.{domain}"), domain.to_string()];
    let name = format!("_autodiscover._tcp.{domain}");
    match fetcher.probe().service_locations(&name).await {
        Some(mut locations) => {
            locations.sort_by_key(|location| location.priority);
            let offered = locations.iter().find(|location| location.target != ".");
            if let Some(location) = offered {
                let host = match location.port {
                    443 => location.target.clone(),
                    port => format!("{}:{port}", location.target),
                };
                tell("autodiscover", format_args!("{name}: {host}"));
                if !hosts.contains(&host) {
                    hosts.push(host);
                }
            }
        }
        None => tell(
            "autodiscover",
            format_args!("{name}: the DNS does not answer"),
        ),
    }
    for host in hosts {
        let source = Source {
            id: "autodiscover",
            title: format!("{domain}: settings for Outlook (Autodiscover)"),
            url: format!("https://{host}/autodiscover/autodiscover.xml"),
            xml: Some(request(domain)),
            format: Format::Autodiscover,
            asked: nobody(domain),
            remarks: Vec::new(),
        };
        if let Some(reading) = fetch(fetcher, source, today).await {
            return Some(reading);
        }
    }
    None
}

/// The address that is asked for.
pub(super) fn nobody(domain: &Domain) -> Option<Address> {
    match parse_address(&format!("{NOBODY}@{domain}")) {
        Ok(AddressOrDomain::Address(address)) => Some(address),
        _ => None,
    }
}

/// The request. A domain has no letter that XML would have to escape.
pub(super) fn request(domain: &Domain) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006\">\n\
         <Request>\n<EMailAddress>{NOBODY}@{domain}</EMailAddress>\n\
         <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\
         </AcceptableResponseSchema>\n</Request>\n</Autodiscover>\n"
    )
}
