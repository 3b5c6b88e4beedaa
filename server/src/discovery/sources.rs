//! The sources of a domain, in the order in which they are believed.

use app::record::{Domain, HttpsUrl};
use app::setup::draft::Reading;
use app::setup::read::{Found, FoundService};
use futures_util::FutureExt;
use futures_util::future::join_all;
use time::Date;

use super::fetch::Fetcher;
use super::log::tell;
use super::{autoconfig, autodiscover, ispdb, mail_exchanger, pacc, srv};

/// How to ask.
pub struct Discovery {
    /// What to ask with.
    pub fetcher: Fetcher,
    /// Thunderbird's list of mail providers, or a copy of it.
    pub list: HttpsUrl,
    /// The day.
    pub today: Date,
}

/// Asks every source at once, and where neither the domain nor the list knows it, those of the company that takes
/// its mail. What the domain says itself comes before what others say of it.
pub async fn discover(discovery: &Discovery, domain: &Domain) -> Vec<Reading> {
    let Discovery {
        fetcher,
        list,
        today,
    } = discovery;
    let today = *today;
    let mx = mail_exchanger::domains(fetcher, domain);
    let own = join_all([
        autoconfig::own_host(fetcher, domain, "autoconfig", today).boxed(),
        autoconfig::well_known(fetcher, domain, today).boxed(),
        pacc::ask(fetcher, domain, today).boxed(),
        autodiscover::ask(fetcher, domain, today).boxed(),
        srv::ask(fetcher, domain, today).boxed(),
        ispdb::ask(fetcher, list, domain, "ispdb", today).boxed(),
    ]);
    let (own, mx) = futures_util::future::join(own, mx).await;
    let mut readings = Vec::new();
    for reading in own.into_iter().flatten() {
        add(reading, &mut readings);
    }
    let complete = ["autoconfig", "well-known", "ispdb"];
    let known = readings
        .iter()
        .any(|reading| complete.contains(&reading.origin.id.as_str()));
    if known {
        return readings;
    }
    for domain in mx {
        let host = autoconfig::own_host(fetcher, &domain, "mx-autoconfig", today).await;
        let listed = ispdb::ask(fetcher, list, &domain, "mx-ispdb", today).await;
        let found: Vec<Reading> = [host, listed].into_iter().flatten().collect();
        if !found.is_empty() {
            found
                .into_iter()
                .for_each(|reading| add(reading, &mut readings));
            break;
        }
    }
    readings
}

/// Adds what is not the same as what another source of this kind has.
fn add(reading: Reading, readings: &mut Vec<Reading>) {
    let same = readings
        .iter()
        .find(|other| same(&other.found, &reading.found));
    match same {
        Some(other) => tell(
            reading.origin.id.as_str(),
            format_args!("the same as {}", other.origin.id),
        ),
        None => readings.push(reading),
    }
}

/// Whether two files say the same, wherever it stands in them.
fn same(one: &Found, other: &Found) -> bool {
    let without_lines = |found: &Found| -> Vec<FoundService> {
        let services = found.services.iter().cloned();
        services
            .map(|service| FoundService { line: 0, ..service })
            .collect()
    };
    one.name == other.name
        && one.domains == other.domains
        && one.not_offered == other.not_offered
        && without_lines(one) == without_lines(other)
}
