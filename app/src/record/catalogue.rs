//! Several records as one, without contradictions between them.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::{Fault, RecordError};
use super::model::{Group, Record};
use super::parse::parse_with_places;
use crate::address::Domain;
use crate::toml_position::position;

/// Every record that the program was started with. No domain has two answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Catalogue {
    /// The records, in the order in which they were given.
    pub records: Vec<Arc<Record>>,
}

/// A file with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFile {
    /// The name, for errors.
    pub name: String,
    /// What it holds.
    pub text: String,
}

impl RecordFile {
    /// A file as it was read.
    ///
    /// # Errors
    ///
    /// Where it is not text in UTF-8.
    pub fn new(name: String, bytes: Vec<u8>) -> Result<Self, RecordError> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => {
                let end = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes());
                let message = "expected text in UTF-8";
                Err(Fault::at_byte(end, message).in_file(&text, &name))
            }
        }
    }
}

impl Catalogue {
    /// Reads records that fit together. `for_tests` says whether they may name other addresses to connect to.
    ///
    /// # Errors
    ///
    /// The first fault of a file, or the first place where it contradicts one before.
    pub fn read(files: &[RecordFile], for_tests: bool) -> Result<Self, RecordError> {
        // Where the files before have them.
        let mut ids = HashMap::new();
        let mut domains = HashMap::new();
        let mut records = Vec::new();
        for RecordFile { name, text } in files {
            let (record, places) = parse_with_places(text, name)?;
            let fault = |byte, message: String| Fault::at_byte(byte, message).in_file(text, name);
            let place = |byte| {
                let (line, column) = position(text, byte);
                format!("{name}:{line}:{column}")
            };
            if let Some(byte) = places.connect_to.filter(|_| !for_tests) {
                let message =
                    "connect_to is for tests only: expected it to be left out, or --allow-private";
                return Err(fault(byte, message.to_owned()));
            }
            if let Some(first) = ids.insert(record.id.clone(), place(places.id)) {
                let message = format!(
                    "record id `{}` stands at {first} too, expected another",
                    record.id
                );
                return Err(fault(places.id, message));
            }
            let own = record.groups.iter().flat_map(|group| &group.domains);
            for (domain, byte) in own.zip(places.domains) {
                if let Some(first) = domains.insert(domain.clone(), place(byte)) {
                    let message = format!(
                        "domain `{domain}` stands at {first} too, expected it in one file only"
                    );
                    return Err(fault(byte, message));
                }
            }
            records.push(Arc::new(record));
        }
        Ok(Self { records })
    }

    /// How many services one customer can test at once.
    pub fn max_services(&self) -> usize {
        let groups = self.records.iter().flat_map(|record| &record.groups);
        groups.map(|group| group.services.len()).max().unwrap_or(0)
    }

    /// The record and the group that the domain belongs to.
    pub fn find(&self, domain: &Domain) -> Option<(&Arc<Record>, &Arc<Group>)> {
        self.records
            .iter()
            .find_map(|record| Some((record, record.group_for(domain)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, id: &str, domain: &str) -> RecordFile {
        let text = include_str!("tests/lab.toml")
            .replacen("id = \"lab\"", &format!("id = \"{id}\""), 1)
            .replace("\"lab.test\"", &format!("\"{domain}\""));
        let name = name.to_owned();
        RecordFile { name, text }
    }

    #[test]
    fn a_domain_finds_its_record_and_group() {
        let files = [file("1", "one", "one.test"), file("2", "two", "two.test")];
        let catalogue = Catalogue::read(&files, true).unwrap();
        let found = |domain: &str| catalogue.find(&domain.parse().unwrap());
        assert_eq!(found("TWO.test").unwrap().0.id.as_str(), "two");
        assert!(found("one.test").unwrap().1.service("imap").is_some());
        assert!(found("mail.one.test").is_none());
        assert_eq!(catalogue.records.len(), 2);
    }

    #[test]
    fn a_file_must_be_text() {
        let error = RecordFile::new(
            "1.toml".to_owned(),
            b"id = \"one\"\nname = \"\xff\"".to_vec(),
        );
        let message = "1.toml:2:9: expected text in UTF-8";
        assert_eq!(error.unwrap_err().to_string(), message);
    }

    #[test]
    fn what_does_not_fit_is_told_with_both_places() {
        for (second, for_tests, message) in [
            (
                file("2.toml", "one", "two.test"),
                true,
                "2.toml:1:6: record id `one` stands at 1.toml:1:6 too, expected another",
            ),
            (
                file("2.toml", "two", "one.test"),
                true,
                "2.toml:22:12: domain `one.test` stands at 1.toml:22:12 too, expected it in one file only",
            ),
            (
                file("2.toml", "two", "two.test"),
                false,
                "1.toml:36:14: connect_to is for tests only: expected it to be left out, or --allow-private",
            ),
        ] {
            let files = [file("1.toml", "one", "one.test"), second];
            let error = Catalogue::read(&files, for_tests).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
