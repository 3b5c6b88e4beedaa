//! The conversations with mail servers, over any stream and any clock.
//!
//! Nothing here opens a connection, encrypts one or knows what time it is, so the same dialogues run
//! on a server's sockets and inside a browser. Each stage is a function; the caller gives it its time
//! with [`Connection::begin_stage`] and decides what comes next.
//!
//! Replies are read by hand. Client libraries accept what is nearly right or refuse it with one error,
//! and here each breach of a protocol must be told from every other and quoted.
//!
//! | module | idea |
//! |---|---|
//! | `connection` | lines with limits, and the test that nothing is left over before TLS |
//! | `verified_connection` | the only connection with a way to sign in |
//! | `redact` | a server's words made safe to show |
//! | `recognise`, `first_words` | which kind of service answers on a port |
//! | `sasl`, `sasl_exchange` | the forms in which a password is sent, and when |
//! | `refusal` | what a refused sign-in means |
//! | `imap`, `pop3`, `smtp` | the three protocols |
//! | `results`, `fault` | what a stage returns, and why it fails |

mod capabilities;
mod clock;
pub(crate) mod connection;
mod fault;
pub(crate) mod first_words;
mod imap;
mod pop3;
pub(crate) mod recognise;
mod redact;
mod refusal;
mod results;
mod sasl;
mod sasl_exchange;
mod smtp;
mod stream;
mod verified_connection;

pub use capabilities::Capabilities;
pub use clock::Clock;
pub use connection::{Connection, Upgrade};
pub use fault::Fault;
pub use redact::Redactor;
pub use results::{Greeting, MailboxUsage, Quota, SignedIn};
pub use stream::Stream;
#[cfg(any(feature = "tls", test, fuzzing))]
pub(crate) use verified_connection::Sealed;
pub use verified_connection::{VerifiedConnection, VerifiedTls};

use crate::credentials::Credentials;
use crate::endpoint::Protocol;
use crate::outcome::Outcome;

/// Reads the greeting.
///
/// # Errors
///
/// [`Outcome::NoGreeting`], [`Outcome::GreetingBusy`], [`Outcome::GreetingRefused`],
/// [`Outcome::UnexpectedService`], [`Outcome::TlsOnPlainPort`], [`Outcome::Preauthenticated`], and
/// those of reading.
pub async fn greeting<S: Stream, C: Clock>(
    protocol: Protocol,
    connection: &mut Connection<S, C>,
) -> Result<Greeting, Fault> {
    first_words::await_first_bytes(connection).await?;
    match protocol {
        Protocol::Imap => imap::greeting(connection).await,
        Protocol::Pop3 => pop3::greeting(connection).await,
        Protocol::Smtp => smtp::greeting(connection).await,
    }
}

/// Waits for the first bytes of the greeting, without consuming them.
///
/// # Errors
///
/// [`Outcome::NoGreeting`], [`Outcome::TlsOnPlainPort`], and those of reading.
pub async fn await_greeting<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<(), Fault> {
    first_words::await_first_bytes(connection).await
}

/// Asks what the server can do.
///
/// # Errors
///
/// [`Outcome::NoCapabilities`], [`Outcome::ExtendedSmtpMissing`], and those of reading.
pub async fn capabilities<S: Stream, C: Clock>(
    protocol: Protocol,
    connection: &mut Connection<S, C>,
) -> Result<Capabilities, Fault> {
    match protocol {
        Protocol::Imap => imap::capabilities(connection).await,
        Protocol::Pop3 => pop3::capabilities(connection).await,
        Protocol::Smtp => smtp::capabilities(connection).await,
    }
}

/// Requests TLS and returns the reply. `known` are the capabilities from the greeting.
///
/// When this succeeds, [`Connection::into_upgrade`] must follow, and everything that was received so far
/// must be discarded.
///
/// # Errors
///
/// [`Outcome::StarttlsNotOffered`], [`Outcome::StarttlsRefused`], and those of reading.
pub async fn starttls<S: Stream, C: Clock>(
    protocol: Protocol,
    connection: &mut Connection<S, C>,
    known: Option<&Capabilities>,
) -> Result<Option<String>, Fault> {
    match protocol {
        Protocol::Imap => imap::starttls(connection, known).await,
        Protocol::Pop3 => pop3::starttls(connection).await,
        Protocol::Smtp => smtp::starttls(connection).await,
    }
}

/// Whether the server offers a mechanism with which this crate can send a password.
pub fn password_sign_in_offered(protocol: Protocol, capabilities: &Capabilities) -> bool {
    match protocol {
        Protocol::Imap => imap::choose_mechanism(capabilities).is_some(),
        Protocol::Pop3 => pop3::choose_mechanism(capabilities).is_some(),
        Protocol::Smtp => smtp::choose_mechanism(capabilities).is_some(),
    }
}

/// Signs in, once.
///
/// # Errors
///
/// The outcomes of the stage sign-in, [`Outcome::PasswordSignInNotOffered`], and those of reading.
pub async fn sign_in<S: VerifiedTls, C: Clock>(
    protocol: Protocol,
    server: &mut VerifiedConnection<S, C>,
    capabilities: &Capabilities,
    credentials: &Credentials,
) -> Result<SignedIn, Fault> {
    match protocol {
        Protocol::Imap => imap::sign_in(server, capabilities, credentials).await,
        Protocol::Pop3 => pop3::sign_in(server, capabilities, credentials).await,
        Protocol::Smtp => smtp::sign_in(server, capabilities, credentials).await,
    }
}

/// Asks how full the mailbox is. `None` when the server does not tell; SMTP servers never do.
///
/// `known` are the capabilities after the sign-in, where the reply to it included them.
///
/// # Errors
///
/// [`Outcome::DroppedAfterSignIn`] when the server hangs up instead of answering, the reason why a
/// mailbox cannot be opened, and those of reading.
pub async fn mailbox<S: Stream, C: Clock>(
    protocol: Protocol,
    connection: &mut Connection<S, C>,
    known: Option<&Capabilities>,
) -> Result<Option<MailboxUsage>, Fault> {
    let usage = match protocol {
        Protocol::Imap => imap::mailbox(connection, known).await,
        Protocol::Pop3 => pop3::mailbox(connection).await.map(Some),
        Protocol::Smtp => Ok(None),
    };
    usage.map_err(|fault| match fault.outcome {
        Outcome::ClosedEarly => fault.with(Outcome::DroppedAfterSignIn),
        _ => fault,
    })
}

/// Sends QUIT or LOGOUT, and returns the reply.
///
/// # Errors
///
/// [`Outcome::ClosedEarly`] when the server closes the connection instead of answering, and those of reading.
pub async fn quit<S: Stream, C: Clock>(
    protocol: Protocol,
    connection: &mut Connection<S, C>,
) -> Result<Option<String>, Fault> {
    match protocol {
        Protocol::Imap => imap::quit(connection).await,
        Protocol::Pop3 => pop3::quit(connection).await,
        Protocol::Smtp => smtp::quit(connection).await,
    }
}
