//! PACC, the user agent configuration of a domain (draft-ietf-mailmaint-pacc).

use app::record::Domain;
use app::setup::draft::Reading;
use app::setup::read::Format;
use time::Date;

use super::fetch::Fetcher;
use super::reading::{Source, fetch};

/// What the domain publishes.
pub(super) async fn ask(fetcher: &Fetcher, domain: &Domain, today: Date) -> Option<Reading> {
    let source = Source {
        id: "pacc",
        title: format!("{domain}: settings for mail programs (PACC)"),
        url: format!("https://ua-auto-config.{domain}/.well-known/user-agent-configuration.json"),
        xml: None,
        format: Format::Pacc,
        asked: None,
        remarks: Vec::new(),
    };
    fetch(fetcher, source, today).await
}
