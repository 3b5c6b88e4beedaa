//! What every page of the running site needs.

use probe::net::Probe;

use crate::check::TestWords;
use crate::record::Catalogue;
use crate::words::Words;

/// Built once at start by the server and given to every page and to the test.
pub struct Site {
    /// The providers whose settings are shown and tested.
    pub catalogue: Catalogue,
    /// What the outcomes mean.
    pub words: Words,
    /// What is said around a test.
    pub test_words: TestWords,
    /// What talks to the mail servers.
    pub probe: Probe,
    /// The path of the style sheet, with the hash of its bytes.
    pub stylesheet: String,
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
