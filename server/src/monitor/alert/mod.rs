//! Tells operators when the state of something changes: in the log, and where they want it besides.
//!
//! | module | idea |
//! |---|---|
//! | [`model`] | what they are told |
//! | [`message`] | an alert as JSON and as lines of text |
//! | [`alerts`] | everybody who is told |
//! | [`destination`] | a queue that nobody waits for, and tries that are repeated |
//! | [`webhook`] | POST to a web server |
//! | [`mail`] | a mail |
//! | [`options`] | the command line options |

pub mod alerts;
pub mod destination;
pub mod mail;
pub mod message;
pub mod model;
pub mod options;
pub mod webhook;

pub use alerts::Alerts;
pub use destination::Workers;
pub use mail::SmtpUrl;
pub use model::{Alert, ServiceAlert, SignInAlert};
pub use options::AlertOptions;
