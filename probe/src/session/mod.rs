//! The session with one server: greeting, STARTTLS, TLS, capabilities, sign-in, mailbox or sending, close.
//!
//! It is one flow over any stream, any clock and any TLS. A [`Transport`] gives it the connection and
//! the handshake, a [`StepSink`] takes the steps as they end, and the dialogues say what is sent. So
//! the same session runs over the sockets of a server and inside of a browser.
//!
//! | module | idea |
//! |---|---|
//! | `context` | what a session works with |
//! | `flow` | the order of the stages |
//! | `greeting` | waits for the greeting, or for TLS in its place |
//! | `stages` | one stage each: it reports its step and returns what it saw |
//! | `step_log` | makes a [`Step`](crate::step::Step) of what happened and sends it off |
//! | `run` | what all sessions of a run have in common |
//! | `transport` | what is needed of the layers below |
//! | `gate` | one service signs in first, IMAP where there is one, so that a wrong password is sent only once |
//! | `delivery`, `delivery_stages` | a message to oneself, which one session sends and another sees arrive |
//! | `expected` | counts those who are still expected, and wakes up whoever waits for them |
//! | `mailbox_usage` | whether a mailbox is full |

mod context;
mod delivery;
mod delivery_stages;
mod expected;
mod flow;
mod gate;
mod greeting;
mod mailbox_usage;
#[cfg_attr(
    not(any(feature = "net", feature = "web")),
    expect(dead_code, reason = "only transports run sessions")
)]
mod run;
mod stages;
mod step_log;
#[cfg(test)]
mod tests;
mod transport;

pub use context::Session;
pub use delivery::{ArrivalWatcher, Delivery, DeliveryPart, Meeting, MessageSender};
pub use flow::ServerCertificates;
pub use gate::{Disclosure, ExclusiveSignIn, SignInGate, SignInPermit, SignInTurn};
pub use run::SignIn;
#[cfg(any(feature = "net", feature = "web"))]
pub(crate) use run::{Parts, SharedSignIn, interruptible};
pub use step_log::{StageFailed, StepLog, StepSink};
pub use transport::{CertificateCheck, TlsHandshake, Transport};
