//! Thunderbird's list of mail providers.

use app::record::{Domain, HttpsUrl};
use app::setup::draft::Reading;
use app::setup::read::Format;
use time::Date;

use super::fetch::Fetcher;
use super::reading::{Source, fetch};

/// What the list has for a domain.
pub(super) async fn ask(
    fetcher: &Fetcher,
    list: &HttpsUrl,
    domain: &Domain,
    id: &str,
    today: Date,
) -> Option<Reading> {
    let source = Source {
        id,
        title: format!("Thunderbird's list of mail providers: {domain}"),
        url: format!("{}/{domain}", list.as_str().trim_end_matches('/')),
        xml: None,
        format: Format::Autoconfig,
        asked: None,
        remarks: Vec::new(),
    };
    fetch(fetcher, source, today).await
}
