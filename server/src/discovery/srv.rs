//! SRV records of the domain (RFC 6186, RFC 8314).

use app::record::{Domain, HttpsUrl, Id};
use app::setup::draft::{Origin, Reading};
use app::setup::read::srv::{SrvLine, from_records};
use app::setup::service_names::SERVICE_NAMES;
use futures_util::future::join_all;
use time::Date;

use super::fetch::Fetcher;
use super::log::tell;

/// What such records mean. The records themselves stand on no page.
const MEANING: &str = "https://www.rfc-editor.org/rfc/rfc6186";

/// The records of all mail services, and the names for which the DNS does not answer.
pub(super) async fn records(
    fetcher: &Fetcher,
    domain: &Domain,
) -> (Vec<SrvLine>, Vec<&'static str>) {
    let asking = SERVICE_NAMES.iter().map(|(label, ..)| async move {
        let name = format!("{label}._tcp.{domain}");
        (*label, fetcher.probe().service_locations(&name).await)
    });
    let (mut records, mut silent) = (Vec::new(), Vec::new());
    for (label, locations) in join_all(asking).await {
        let Some(locations) = locations else {
            silent.push(label);
            continue;
        };
        for location in locations {
            records.push(SrvLine {
                line: records.len() + 1,
                service: label.to_owned(),
                priority: location.priority,
                weight: location.weight,
                port: location.port,
                target: location.target,
            });
        }
    }
    (records, silent)
}

/// Asks for the records of all mail services.
pub(super) async fn ask(fetcher: &Fetcher, domain: &Domain, today: Date) -> Option<Reading> {
    let (records, silent) = records(fetcher, domain).await;
    for label in silent {
        tell(
            "srv",
            format_args!("{label}._tcp.{domain}: the DNS does not answer"),
        );
    }
    if records.is_empty() {
        tell(
            "srv",
            format_args!("{domain} has no SRV records of mail services"),
        );
        return None;
    }
    let found = from_records(Some(domain.clone()), records);
    for problem in &found.problems {
        tell("srv", &problem.message);
    }
    tell(
        "srv",
        format_args!("services found: {}", found.services.len()),
    );
    let names: Vec<&str> = SERVICE_NAMES.iter().map(|(label, ..)| *label).collect();
    let origin = Origin {
        id: "srv".parse::<Id>().ok()?,
        title: format!("{domain}: SRV records in the DNS, as RFC 6186 describes them"),
        url: MEANING.parse::<HttpsUrl>().ok()?,
        read: today,
        remarks: vec![format!(
            "Asked for were {} under _tcp.{domain}. Signatures (DNSSEC) were not looked at, so make sure that the \
             hosts are the provider's own.",
            names.join(", ")
        )],
    };
    Some(Reading { origin, found })
}
