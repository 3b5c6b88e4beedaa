//! How the documented services stand, as the monitor of the server finds them, and how they stood before.
//!
//! Data flows one way: the monitor makes [`Event`]s; they are stored, and applied to the [`Snapshot`] that pages show.
//! The snapshot is all that a page needs, so no page waits for a database.
//!
//! | module | idea |
//! |---|---|
//! | [`service`] | which service of which record |
//! | [`result`] | what one check found, and what it means |
//! | [`facts`] | what a service shows of itself, whose changes are told |
//! | [`incident`] | a time in which a service did not work |
//! | [`change`] | what has changed |
//! | [`history`] | days and response times |
//! | [`event`] | everything that the monitor has to tell |
//! | [`snapshot`] | all of it now |
//! | [`state`] | the snapshot of the running site, shared by pages |
//! | [`standing`] | how a service stands for somebody who looks now |
//! | [`scope`] | which services are told of together, and where |
//! | [`words`], [`said`] | what is said of it, and sentences with times in them |
//! | [`tell`] | how services stand, in words |
//! | [`bars`], [`chart`] | the days and the response times, as they are drawn |
//! | [`badge`], [`data`], [`feed`] | the same for other sites and for programs |

pub mod badge;
pub mod bars;
pub mod change;
pub mod chart;
pub mod data;
pub mod event;
pub mod facts;
pub mod feed;
pub mod history;
pub mod incident;
pub mod result;
pub mod said;
pub mod scope;
pub mod service;
pub mod snapshot;
pub mod standing;
pub mod state;
pub mod tell;
pub mod words;

#[cfg(test)]
mod tests;

pub use change::{Change, ChangedFact, Subject};
pub use event::Event;
pub use facts::{Certificate, OwnSignIn, ServiceFacts};
pub use history::{Counts, Day, Point, ServiceHistory};
pub use incident::Incident;
pub use result::{CheckResult, Reason, ServiceState};
pub use scope::Scope;
pub use service::{ServiceKey, ServiceKeyError};
pub use snapshot::Snapshot;
pub use standing::{Seen, ShownState, Standing};
pub use state::ServiceStatus;
