//! What is known about a mail provider: one TOML file, parsed strictly into typed values.
//!
//! The text goes one way: [`parse()`] reads a file into a [`Record`] or says where and why it cannot,
//! and a [`Catalogue`] finds the right record for a customer's domain. Nothing behind `parse` has to
//! check a port, a name, an id or a source again, and a page finds every source next to its value.
//!
//! | module | idea |
//! |---|---|
//! | [`model`] | the record itself, with every reference resolved |
//! | [`values`] | the small well-formed values: ids, links, dates |
//! | `localized` | words for every language, or for each |
//! | [`address`] | what a customer types: an address or a domain |
//! | `file` | the keys of the TOML file, one struct per table |
//! | `parse` | from the tables to the record: what no table can check alone |
//! | [`catalogue`] | several records as one, without contradictions |
//! | [`error`] | where a file is wrong, and what was expected |

pub mod address;
mod built_in;
pub mod catalogue;
pub mod error;
mod file;
mod localized;
pub mod model;
mod parse;
pub mod values;

pub use address::{Address, AddressError, AddressOrDomain, Domain, DomainError, parse_address};
pub use built_in::built_in;
pub use catalogue::{Catalogue, RecordFile};
pub use error::RecordError;
pub use localized::LocalizedText;
pub use model::{
    Change, Group, Limit, LimitKind, Link, Links, Record, Role, Service, SignIn, SignInMethod,
    Source, UserName, UserNameForm, Wrong, WrongValue,
};
pub use parse::parse;
pub use values::{HttpsUrl, HttpsUrlError, Id, IdError};

#[cfg(test)]
mod tests;
