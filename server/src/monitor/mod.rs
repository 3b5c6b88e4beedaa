//! Checks every documented service again and again, without a password, and tells what that means.
//!
//! Data flows one way: the [`schedule`] says what is due, [`checks`] are made and judged, a second look confirms
//! trouble, and what is found becomes events for the storage and the pages, and alerts for operators.
//!
//! | module | idea |
//! |---|---|
//! | [`options`] | the command line options |
//! | [`services`] | what is monitored |
//! | [`schedule`] | which service is checked when |
//! | [`checks`] | the same checks that customers ask for, shared with them |
//! | [`judge`] | pure: what a check means for customers |
//! | [`looks`] | pure: trouble counts when two looks have found it |
//! | [`incidents`] | pure: one begins, goes on or ends |
//! | [`facts`] | pure: what a service shows of itself |
//! | [`drift`] | pure: what has changed |
//! | [`own_network`] | pure: whether it is the network of this machine that does not work |
//! | [`watch`] | the loop |
//! | [`published`] | what has changed in what the domains publish for mail programs |
//! | [`background`] | all of it, as it runs beside the pages |
//! | [`round`] | one round for the command line |
//! | [`leadership`] | whether this server may monitor now |
//! | [`canary`] | signs in with accounts of the operator |
//! | [`alert`] | tells operators |

pub mod alert;
pub mod background;
pub mod canary;
pub mod checks;
pub mod drift;
pub mod facts;
pub mod incidents;
pub mod judge;
pub mod leadership;
pub mod looks;
pub mod options;
pub mod own_network;
pub mod published;
pub mod round;
pub mod schedule;
pub mod services;
pub mod watch;

pub use background::{Background, MonitorError};
pub use leadership::{Lead, Leadership};
pub use options::MonitorOptions;
pub use watch::Monitor;
