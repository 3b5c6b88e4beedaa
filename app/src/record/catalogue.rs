//! Several records as one, without contradictions between them.

use std::collections::HashMap;

use super::address::Domain;
use super::model::{Group, Record};
use super::values::Id;

/// Every record that the program was started with. No domain has two answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// The records, in the order in which they were given.
    pub records: Vec<Record>,
}

impl Catalogue {
    /// Puts records together; each comes with the name of its file, for the error.
    pub fn new(files: Vec<(String, Record)>) -> Result<Self, CatalogueError> {
        let mut ids = HashMap::new();
        let mut domains = HashMap::new();
        for (file, record) in &files {
            if let Some(first) = ids.insert(&record.id, file) {
                return Err(CatalogueError::SameId {
                    id: record.id.clone(),
                    first: first.clone(),
                    second: file.clone(),
                });
            }
            for domain in record.groups.iter().flat_map(|group| &group.domains) {
                if let Some(first) = domains.insert(domain, file) {
                    return Err(CatalogueError::SameDomain {
                        domain: domain.clone(),
                        first: first.clone(),
                        second: file.clone(),
                    });
                }
            }
        }
        Ok(Self {
            records: files.into_iter().map(|(_, record)| record).collect(),
        })
    }

    /// The record and the group that the domain belongs to.
    pub fn find(&self, domain: &Domain) -> Option<(&Record, &Group)> {
        self.records
            .iter()
            .find_map(|record| Some((record, record.group_for(domain)?)))
    }
}

/// Two files contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Two records have one id.
    #[error("{second}: record id `{id}` is that of {first} too, expected another")]
    SameId {
        /// The id.
        id: Id,
        /// The file that had it first.
        first: String,
        /// The file that has it again.
        second: String,
    },
    /// Two records have settings for one domain.
    #[error("{second}: domain `{domain}` stands in {first} too, expected it in one file only")]
    SameDomain {
        /// The domain.
        domain: Domain,
        /// The file that had it first.
        first: String,
        /// The file that has it again.
        second: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::parse;

    fn file(name: &str, id: &str, domain: &str) -> (String, Record) {
        let text = include_str!("tests/lab.toml")
            .replacen("id = \"lab\"", &format!("id = \"{id}\""), 1)
            .replace("\"lab.test\"", &format!("\"{domain}\""));
        (name.to_owned(), parse(&text, name).unwrap())
    }

    #[test]
    fn a_domain_finds_its_record_and_group() {
        let catalogue = Catalogue::new(vec![
            file("1", "one", "one.test"),
            file("2", "two", "two.test"),
        ]);
        let catalogue = catalogue.unwrap();
        let found = |domain: &str| catalogue.find(&domain.parse().unwrap());
        assert_eq!(found("TWO.test").unwrap().0.id.as_str(), "two");
        assert!(found("one.test").unwrap().1.service("imap").is_some());
        assert!(found("mail.one.test").is_none());
        assert_eq!(catalogue.records.len(), 2);
    }

    #[test]
    fn contradictions_name_both_files() {
        for (second, message) in [
            (
                file("2.toml", "one", "two.test"),
                "2.toml: record id `one` is that of 1.toml too, expected another",
            ),
            (
                file("2.toml", "two", "one.test"),
                "2.toml: domain `one.test` stands in 1.toml too, expected it in one file only",
            ),
        ] {
            let error = Catalogue::new(vec![file("1.toml", "one", "one.test"), second]);
            assert_eq!(error.unwrap_err().to_string(), message);
        }
    }
}
