//! What every page of the running site needs.

use std::sync::Arc;

use leptos::prelude::expect_context;
use probe::net::Probe;

use crate::check::TestWords;
use crate::guide::Guide;
use crate::guide::program::SecurityWords;
use crate::guide::values::Values;
use crate::page_words::PageWords;
use crate::record::Catalogue;
use crate::words::Words;

/// Built once at start by the server and given to every page and to the test.
pub struct Site {
    /// The providers whose settings are shown and tested.
    pub catalogue: Catalogue,
    /// The language of all words, by its name in HTML.
    pub language: String,
    /// What the outcomes mean.
    pub words: Arc<Words>,
    /// What is said around a test.
    pub test_words: Arc<TestWords>,
    /// The words of the pages.
    pub page_words: PageWords,
    /// The mail programs, the fix cards and the troubleshooter.
    pub guide: Guide,
    /// What talks to the mail servers.
    pub probe: Probe,
    /// What every page asks for.
    pub bundle: Bundle,
}

/// The paths of the files that every page asks for, with the hash of their bytes.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The style sheet.
    pub stylesheet: String,
    /// The script that wakes up the islands.
    pub script: String,
    /// The WebAssembly, whose name the script makes of its own.
    pub wasm: String,
}

/// Words of a page, inside of its rendering.
pub fn say(pick: impl Fn(&PageWords) -> &String) -> String {
    let site: Arc<Site> = expect_context();
    pick(&site.page_words).clone()
}

impl Site {
    /// The names of the providers, as they stand in a sentence.
    pub fn provider_names(&self) -> String {
        let names: Vec<_> = self
            .catalogue
            .records
            .iter()
            .map(|record| record.name.as_str())
            .collect();
        match names.as_slice() {
            [] => String::new(),
            [one] => (*one).to_owned(),
            [most @ .., last] => format!("{} and {last}", most.join(", ")),
        }
    }

    /// The values of every group of settings, in the order in which the groups are shown.
    pub fn values(&self, security: SecurityWords) -> Vec<Values> {
        let groups = self.catalogue.records.iter().flat_map(|record| {
            let record = Arc::new(record.clone());
            let groups = record.groups.clone();
            groups
                .into_iter()
                .map(move |group| (Arc::clone(&record), group))
        });
        let values = groups.map(|(record, group)| Values {
            record,
            group,
            security: security.clone(),
        });
        values.collect()
    }

    /// The domains of every group of settings, in the order in which the groups are shown.
    pub fn domain_groups(&self) -> Vec<Vec<String>> {
        let groups = self
            .catalogue
            .records
            .iter()
            .flat_map(|record| &record.groups);
        groups
            .map(|group| {
                group
                    .domains
                    .iter()
                    .map(|domain| domain.as_str().to_owned())
                    .collect()
            })
            .collect()
    }
}
