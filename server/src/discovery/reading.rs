//! From what was fetched to what a record has of it.

use app::record::{Address, HttpsUrl, Id};
use app::setup::draft::{Origin, Reading};
use app::setup::read::{Format, read_for};
use time::Date;

use super::fetch::{FetchError, Fetched, Fetcher};
use super::log::tell;

/// A source that is one URL.
pub(super) struct Source<'a> {
    /// The id in the record.
    pub(super) id: &'a str,
    /// What it is, in words for customers.
    pub(super) title: String,
    pub(super) url: String,
    /// The body to send, where the source wants one.
    pub(super) xml: Option<String>,
    pub(super) format: Format,
    /// The address in the body, if there is one.
    pub(super) asked: Option<Address>,
    /// What whoever edits the record must know of it.
    pub(super) remarks: Vec<String>,
}

/// Fetches a source and reads it, and tells what came of it.
pub(super) async fn fetch(fetcher: &Fetcher, source: Source<'_>, today: Date) -> Option<Reading> {
    let Source {
        id,
        title,
        url,
        xml,
        format,
        asked,
        mut remarks,
    } = source;
    let fetched = match fetcher.fetch(&url, xml.as_deref()).await {
        Ok(fetched) => fetched,
        Err(error) => {
            tell(id, format_args!("{url}: {}", plain(&error)));
            return None;
        }
    };
    let Fetched {
        url: last,
        redirects,
        body,
    } = fetched;
    if !redirects.is_empty() {
        tell(id, format_args!("{url}: redirected to {last}"));
        remarks.push(format!("{url} leads here."));
    }
    let found = match read_for(&body, asked.as_ref()) {
        Ok((found_format, found)) if found_format == format => found,
        Ok((found_format, _)) => {
            tell(
                id,
                format_args!("{last}: a file for {found_format:?}, expected {format:?}"),
            );
            return None;
        }
        Err(problem) => {
            tell(id, format_args!("{last}:{problem}"));
            return None;
        }
    };
    for problem in &found.problems {
        tell(id, format_args!("{last}:{problem}"));
    }
    // A query may have an address in it, and a record is published.
    let (mut page, id) = (last, id.parse::<Id>().ok()?);
    page.set_query(None);
    page.set_fragment(None);
    let url: HttpsUrl = match page.as_str().parse() {
        Ok(url) => url,
        Err(error) => {
            tell(id.as_str(), error);
            return None;
        }
    };
    tell(
        id.as_str(),
        format_args!("{url}: services found: {}", found.services.len()),
    );
    let origin = Origin {
        id,
        title,
        url,
        read: today,
        remarks,
    };
    Some(Reading { origin, found })
}

/// An error with its cause, on one line.
fn plain(error: &FetchError) -> String {
    error
        .to_string()
        .replace(|letter: char| letter.is_control(), " ")
}
