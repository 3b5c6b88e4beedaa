//! Autoconfig at the places where Thunderbird looks for it (draft-ietf-mailmaint-autoconfig).

use app::record::Domain;
use app::setup::draft::Reading;
use app::setup::read::Format;
use time::Date;

use super::fetch::Fetcher;
use super::reading::{Source, fetch};

/// The host that a domain has for it. The old way over plain HTTP is asked too, but only for where it leads: an
/// answer over it is not believed.
pub(super) async fn own_host(
    fetcher: &Fetcher,
    domain: &Domain,
    id: &str,
    today: Date,
) -> Option<Reading> {
    let path = format!("autoconfig.{domain}/mail/config-v1.1.xml");
    for scheme in ["https", "http"] {
        let source = source(id, domain, format!("{scheme}://{path}"));
        if let Some(reading) = fetch(fetcher, source, today).await {
            return Some(reading);
        }
    }
    None
}

/// The well-known place on the domain's own web server.
pub(super) async fn well_known(fetcher: &Fetcher, domain: &Domain, today: Date) -> Option<Reading> {
    let url = format!("https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml");
    fetch(fetcher, source("well-known", domain, url), today).await
}

fn source<'a>(id: &'a str, domain: &Domain, url: String) -> Source<'a> {
    Source {
        id,
        title: format!("{domain}: settings for Thunderbird (autoconfig)"),
        url,
        xml: None,
        format: Format::Autoconfig,
        asked: None,
        remarks: Vec::new(),
    }
}
