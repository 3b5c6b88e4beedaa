//! Which service of which record.

use std::fmt;
use std::str::FromStr;

use crate::record::{Id, Record, Service};

/// The name of a service among those of all records: `centurylink/imap`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceKey {
    record: String,
    service: String,
}

/// The text does not name a service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("service {0:?}: expected the ids of a record and of its service, such as centurylink/imap")]
pub struct ServiceKeyError(String);

impl ServiceKey {
    /// The key of a service of this record.
    pub fn new(record: &Record, service: &Service) -> Self {
        Self {
            record: record.id.to_string(),
            service: service.endpoint.id.clone(),
        }
    }

    /// The id of the record.
    pub fn record(&self) -> &str {
        &self.record
    }

    /// The id of the service within its record.
    pub fn service(&self) -> &str {
        &self.service
    }
}

impl fmt::Display for ServiceKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.record, self.service)
    }
}

impl FromStr for ServiceKey {
    type Err = ServiceKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (record, service) = text.split_once('/')?;
            let record: Id = record.parse().ok()?;
            let service: Id = service.parse().ok()?;
            Some(Self {
                record: record.to_string(),
                service: service.to_string(),
            })
        };
        parse().ok_or_else(|| ServiceKeyError(text.to_owned()))
    }
}
