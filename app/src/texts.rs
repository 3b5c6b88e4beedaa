//! All texts of one language, and the choice of a language for a request.

use std::sync::Arc;

use crate::accept_language::lookup;
use crate::check::TestWords;
use crate::content::Files;
use crate::guide::{Guide, Structure};
use crate::page_words::PageWords;
use crate::published::words::PublishedWords;
use crate::site_search::SiteSearch;
use crate::status::words::StatusWords;
use crate::words::OutcomeWords;

/// All texts of one language.
#[derive(Clone, Debug)]
pub struct Texts {
    /// The language, by its name in HTML (RFC 5646).
    pub language: String,
    /// What the outcomes mean.
    pub words: OutcomeWords,
    /// What is said around a test.
    pub test: TestWords,
    /// What is said of the settings that domains publish.
    pub published: PublishedWords,
    /// What is said of how the servers stand.
    pub status: StatusWords,
    /// The words of the pages.
    pub pages: PageWords,
    /// The mail programs, the fix cards and the troubleshooter.
    pub guide: Guide,
    /// What can be searched for in all of it.
    pub search: SiteSearch,
}

/// The files of a language.
const FILES: [&str; 11] = [
    "cards.toml",
    "errors.toml",
    "guide.toml",
    "network.toml",
    "nodes.toml",
    "outcomes.toml",
    "pages.toml",
    "programs",
    "published.toml",
    "status.toml",
    "test.toml",
];

/// The texts of every language that there is.
#[derive(Clone, Debug)]
pub struct Languages {
    /// Never empty; the one for requests that ask for none of them stands first.
    texts: Vec<Arc<Texts>>,
}

impl Texts {
    /// The built-in texts in American English.
    #[cfg(test)]
    pub(crate) fn english() -> Arc<Self> {
        let files = Files::built_in().expect("the files are text");
        let languages = Languages::read(&files, "en").expect("a test reads them");
        Arc::clone(languages.default())
    }

    fn read(files: &Files, structure: &Structure, language: &str) -> Result<Self, String> {
        let folder = files.folder(language);
        folder.only(&FILES)?;
        let words = OutcomeWords::read(&folder.file("outcomes.toml")?)?;
        let pages = PageWords::read(&folder.file("pages.toml")?)?;
        let guide = Guide::read(structure, folder, &words)?;
        Ok(Self {
            language: language.to_owned(),
            test: TestWords::read(&folder.file("test.toml")?)?,
            published: PublishedWords::read(&folder.file("published.toml")?)?,
            status: StatusWords::read(&folder.file("status.toml")?)?,
            search: SiteSearch::new(&guide, &pages, &words),
            pages,
            guide,
            words,
        })
    }
}

impl Languages {
    /// Reads every language. `default` is for requests that ask for none of them.
    ///
    /// # Errors
    ///
    /// The first fault, with its file, and with its line where the fault has a place in the file.
    pub fn read(files: &Files, default: &str) -> Result<Self, String> {
        let structure = Structure::read(files.structure())?;
        let mut languages = files.languages()?;
        languages.sort_by_key(|language| language != default);
        let texts = languages.iter().map(|language| {
            let texts = Texts::read(files, &structure, language)?;
            Ok(Arc::new(texts))
        });
        let texts = texts.collect::<Result<Vec<_>, String>>()?;
        match texts.first() {
            Some(first) if first.language == default => Ok(Self { texts }),
            _ => Err(format!("there is no folder `{default}`")),
        }
    }

    /// The position in [`Self::all`] of the texts for a request with this header `Accept-Language`.
    pub fn position(&self, accept_language: Option<&str>) -> usize {
        let find = |tag: &str| {
            let mut texts = self.texts.iter();
            texts.position(|texts| texts.language.eq_ignore_ascii_case(tag))
        };
        // With one language there is no choice, and nothing to read.
        let header = accept_language.filter(|_| self.texts.len() > 1);
        header.and_then(|header| lookup(header, find)).unwrap_or(0)
    }

    /// The texts for requests that ask for no language that there is.
    pub fn default(&self) -> &Arc<Texts> {
        &self.texts[0]
    }

    /// All of them, the default first.
    pub fn all(&self) -> &[Arc<Texts>] {
        &self.texts
    }
}

#[cfg(test)]
mod tests;
