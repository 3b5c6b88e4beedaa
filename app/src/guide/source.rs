//! Where a claim of the guide was read.

use serde::Deserialize;
use time::Date;
use toml::Spanned;

use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::Plain;
use crate::record::HttpsUrl;
use crate::record::values::date_in_file;

/// Where a claim was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is.
    pub title: String,
    /// Where it stands, if it is a page.
    pub url: Option<HttpsUrl>,
    /// The day on which it was read.
    pub read: Date,
}

/// A source without its words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceStructure {
    pub(super) id: Spanned<String>,
    url: Option<HttpsUrl>,
    #[serde(deserialize_with = "date_in_file")]
    read: Date,
}

/// The sources in the words of one language, in the order of the structure.
pub(super) fn with_words(
    sources: &[SourceStructure],
    file: &File,
    place: &Spanned<String>,
    words: ById<Plain>,
) -> Result<Vec<Source>, String> {
    let name = format!("card.{}.sources", place.get_ref());
    let table = Table::new(file, name, "the id of a source of this card").inside(place);
    let declared = sources
        .iter()
        .map(|source| (source.id.get_ref().as_str(), source));
    words.join(&table, declared, |_, source, title| {
        Ok(Source {
            title: title.0,
            url: source.url.clone(),
            read: source.read,
        })
    })
}
