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
//! | `decode` | the text of its bytes |
//! | `recognise`, `first_words` | which kind of service answers on a port |
//! | `sasl`, `sasl_exchange` | the forms in which a password is sent, and when |
//! | `refusal`, `mailbox_refusal` | what a server means that says no, and one that opens no mailbox |
//! | `imap`, `pop3`, `smtp` | the three protocols |
//! | `results`, `fault` | what a stage returns, and why it fails |

mod capabilities;
mod clock;
pub(crate) mod connection;
mod decode;
mod fault;
pub(crate) mod first_words;
mod imap;
mod mailbox_refusal;
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
#[cfg(feature = "tls")]
pub(crate) use clock::timeout;
pub use connection::{Connection, Upgrade};
pub use fault::Fault;
#[cfg(any(test, fuzzing))]
pub(crate) use imap::MAX_LITERAL_LEN;
pub use redact::Redactor;
pub use results::{
    Arrival, Greeting, MailboxUsage, OpenedMailbox, OutgoingMessage, Quota, SignedIn,
};
pub use stream::Stream;
#[cfg(any(feature = "tls", test, fuzzing))]
pub(crate) use verified_connection::Sealed;
pub use verified_connection::{VerifiedConnection, VerifiedTls};

use crate::credentials::Credentials;
use crate::endpoint::Protocol;
use crate::envelope_address::EnvelopeAddress;
use crate::outcome::Outcome;

/// Reads the greeting.
///
/// # Errors
///
/// [`Outcome::NoGreeting`], the reasons for which a client is turned away ([`Outcome::GreetingBusy`],
/// [`Outcome::GreetingRefused`], [`Outcome::RateLimited`]), [`Outcome::UnexpectedService`], [`Outcome::TlsOnPlainPort`], [`Outcome::Preauthenticated`], and
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
/// [`Outcome::NoCapabilities`], [`Outcome::ExtendedSmtpMissing`], the reasons for which a client is turned away, as
/// in [`greeting`], and those of reading.
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

/// The largest message that an SMTP server takes, in bytes (RFC 1870 §4). `None` where it does not say, or
/// has no limit.
pub fn message_size_limit(capabilities: &Capabilities) -> Option<u64> {
    let parameter = capabilities.parameter("SIZE")?;
    parameter.parse().ok().filter(|limit| *limit > 0)
}

/// Requests TLS and returns the reply. `known` are the capabilities from the greeting.
///
/// When this succeeds, [`Connection::into_upgrade`] must follow, and everything that was received so far
/// must be discarded.
///
/// # Errors
///
/// [`Outcome::StarttlsNotOffered`], [`Outcome::StarttlsRefused`], the reasons for which a client is turned away, as
/// in [`greeting`], and those of reading.
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

/// Opens the mailbox of an IMAP or POP3 server, and asks how full it is. Nothing in it is changed.
///
/// `known` are the capabilities after the sign-in, where the reply to it included them.
///
/// # Errors
///
/// The outcomes of the stage mailbox, [`Outcome::DroppedAfterSignIn`] when the server hangs up instead of
/// answering, and those of reading.
pub async fn mailbox<S: Stream, C: Clock>(
    protocol: Protocol,
    connection: &mut Connection<S, C>,
    known: Option<Capabilities>,
) -> Result<OpenedMailbox, Fault> {
    let opened = match protocol {
        Protocol::Imap => imap::mailbox(connection, known).await,
        Protocol::Pop3 => pop3::mailbox(connection).await.map(|usage| OpenedMailbox {
            usage,
            ..OpenedMailbox::default()
        }),
        // Whoever sends mail sees no mailbox.
        Protocol::Smtp => Ok(OpenedMailbox::default()),
    };
    opened.map_err(after_sign_in)
}

/// Asks an SMTP server whether a message from and to this address would be taken. None is sent. Returns the
/// reply.
///
/// # Errors
///
/// The outcomes of the stage sending, [`Outcome::DroppedAfterSignIn`] when the server hangs up instead of
/// answering, and those of reading.
pub async fn sending<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    capabilities: &Capabilities,
    address: &EnvelopeAddress,
) -> Result<Option<String>, Fault> {
    let reply = smtp::sending(connection, capabilities, address).await;
    reply.map_err(after_sign_in)
}

/// Offers a message from and to this address over SMTP, up to where the server waits for its content.
///
/// # Errors
///
/// As [`sending`].
pub async fn offer_message<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    address: &EnvelopeAddress,
) -> Result<(), Fault> {
    let offered = smtp::offer_message(connection, address).await;
    offered.map_err(after_sign_in)
}

/// Sends the content of a message that was offered. Returns the reply that accepted it.
///
/// # Errors
///
/// As [`sending`]. After [`Outcome::NoReply`] and [`Outcome::DroppedAfterSignIn`] the server may have the message.
pub async fn send_content<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    message: &OutgoingMessage,
) -> Result<Option<String>, Fault> {
    let reply = smtp::send_content(connection, message).await;
    reply.map_err(after_sign_in)
}

/// Watches for the message with this id over IMAP, in the inbox and among the junk mail, until the stage is
/// nearly over. `None` when it has not come. `known` are the capabilities after the sign-in.
///
/// # Errors
///
/// [`Outcome::DroppedAfterSignIn`] when the server hangs up, and those of reading.
pub async fn arrival<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    known: &Capabilities,
    message_id: &str,
) -> Result<Option<Arrival>, Fault> {
    let arrival = imap::arrival(connection, known, message_id).await;
    arrival.map_err(after_sign_in)
}

/// Sends QUIT or LOGOUT, and returns the reply.
///
/// # Errors
///
/// [`Outcome::ClosedEarly`] when the server closes the connection instead of answering,
/// [`Outcome::SendingFault`] when it breaks off in the place of an answer, and those of reading.
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

/// That the server hangs up is another finding where the password was accepted before.
fn after_sign_in(fault: Fault) -> Fault {
    match fault.outcome {
        Outcome::ClosedEarly => fault.with(Outcome::DroppedAfterSignIn),
        _ => fault,
    }
}
