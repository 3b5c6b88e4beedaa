//! "Test my connection": from the form to the probe and back as words.
//!
//! ```text
//! form ──▶ server_fn::test_connection ──▶ run (probe + present) ──▶ TestEvent, one line each
//!                                                                  │
//! islands::TestForm ◀── lines::Lines ◀───────── stream ────────────┤
//! pages::test (no scripts) ◀───────────────────────────────────────┘
//!        both fold the events into event::Progress and show islands::Results
//! ```
//!
//! Where the sign-in runs in the browser, its worker takes the place of the probe: it asks [`present`] what to test, and
//! for the words for what it has found.

#[cfg(feature = "ssr")]
mod account;
#[cfg(feature = "ssr")]
mod asked;
#[cfg(feature = "ssr")]
mod detach;
pub mod event;
#[cfg(feature = "ssr")]
mod in_browser;
#[cfg(feature = "ssr")]
mod limits;
#[cfg(any(feature = "hydrate", test))]
pub(crate) mod lines;
#[cfg(feature = "ssr")]
mod mask;
mod password;
#[cfg(feature = "ssr")]
mod present;
#[cfg(feature = "ssr")]
mod present_facts;
#[cfg(feature = "ssr")]
mod refusal;
pub mod report;
#[cfg(feature = "ssr")]
mod run;
#[cfg(feature = "ssr")]
mod self_message;
mod server_fn;
#[cfg(feature = "ssr")]
mod shared_checks;
#[cfg(feature = "ssr")]
mod sign_in_ways;
#[cfg(feature = "ssr")]
mod subject;
#[cfg(feature = "ssr")]
mod target;
#[cfg(feature = "ssr")]
mod told;
#[cfg(feature = "ssr")]
mod words;

#[cfg(feature = "ssr")]
pub use account::Account;
#[cfg(feature = "ssr")]
pub use in_browser::{BrowserTest, BrowserTestAnswer, present};
#[cfg(feature = "ssr")]
pub use limits::{ClientLimits, RequestedSignIn, TestPermit};
pub use password::Password;
#[cfg(feature = "ssr")]
pub use refusal::Refusal;
#[cfg(feature = "ssr")]
pub use run::{Admission, Test, TestRequest, start};
#[cfg(feature = "ssr")]
pub use self_message::message_to_self;
pub use server_fn::TestConnection;
#[cfg(feature = "ssr")]
pub use shared_checks::{Observed, SharedChecks};
#[cfg(feature = "ssr")]
pub use sign_in_ways::SignInWays;
#[cfg(feature = "ssr")]
pub use target::target;
#[cfg(feature = "ssr")]
pub(crate) use words::TestWords;
