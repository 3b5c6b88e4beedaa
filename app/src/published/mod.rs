//! What the domains of a record publish for mail programs, and whether that is what the record says.
//!
//! A program that is given an address looks for its settings in places of its own and takes the first that it
//! understands. So a place with other settings misleads some programs and not others, and this tells which.
//!
//! | module | idea |
//! |---|---|
//! | [`source`] | the places in which settings are published, and what was found there |
//! | [`offer`] | one published service beside the documented ones: in what it differs |
//! | [`comparison`] | all services of one place, and how the place stands to the record |
//! | [`program`] | which place each mail program believes, and what it takes of it |
//! | [`publication`] | all of it for one domain |
//! | [`state`] | what was seen last, for all domains, shared by pages and tests |
//! | [`words`] | what is said of it |
//!
//! Only [`state`] knows that a network is asked, and not how: the server does that.

pub mod comparison;
pub mod offer;
pub mod program;
pub mod publication;
pub mod source;
pub mod state;
pub mod words;

#[cfg(test)]
pub(crate) mod testing;

pub use comparison::{SourceComparison, Status};
pub use offer::{Difference, Offer};
pub use program::{Program, Told, Unreadable, Verdict};
pub use publication::Publication;
pub use source::{Answer, Observation, Source};
pub use state::{AskPublished, PublishedSettings, Seen};
