//! Signs in with accounts of the operator, looks how full they are, and sends a message from each to itself.
//!
//! That is a customer's test with a password, at a slow pace. A password that was refused is not sent again: a
//! mistake in a file must not lock the account.
//!
//! | module | idea |
//! |---|---|
//! | [`account`] | an account of the operator, from the command line |
//! | [`sign_in`] | one sign-in, with what followed it |
//! | [`watch`] | when the next one is |

pub mod account;
pub mod sign_in;
pub mod watch;

pub use account::{Canary, CanaryAccount, CanaryError};
pub use sign_in::ProbeSignIns;
pub use watch::{Canaries, interval};
