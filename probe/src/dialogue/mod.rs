//! The conversations with mail servers, over any stream and any clock.
//!
//! Nothing here opens a connection, encrypts one or knows what time it is, so the same dialogues run
//! on a server's sockets and inside a browser. Each stage is a function; the caller gives it its time
//! with [`Wire::begin`] and decides what comes next.
//!
//! | module | idea |
//! |---|---|
//! | `wire` | lines with limits, and the test that nothing is left over before TLS |
//! | `protected` | the only connection with a way to sign in |
//! | `said` | a server's words made safe to show |
//! | `sasl`, `exchange` | the forms in which a password is sent, and when |
//! | `verdict` | what the answer to a sign-in means |
//! | `imap`, `pop3`, `smtp` | the three protocols |

mod capabilities;
mod clock;
mod exchange;
mod fault;
mod first_words;
mod imap;
mod imap_reply;
mod pop3;
mod protected;
pub(crate) mod recognise;
mod results;
mod said;
mod sasl;
mod smtp;
mod verdict;
pub(crate) mod wire;

use futures_io::{AsyncRead, AsyncWrite};

pub use capabilities::Capabilities;
pub use clock::Clock;
pub use fault::Fault;
#[cfg(any(feature = "net", test, fuzzing))]
pub(crate) use protected::Sealed;
pub use protected::{Protected, VerifiedTls};
pub use results::{Amount, Greeting, SignedIn, Usage};
pub use said::Redactor;
pub use wire::{Upgrade, Wire};

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
pub async fn greeting<S, C>(protocol: Protocol, wire: &mut Wire<S, C>) -> Result<Greeting, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin,
    C: Clock,
{
    first_words::first_bytes(wire).await?;
    match protocol {
        Protocol::Imap => imap::greeting(wire).await,
        Protocol::Pop3 => pop3::greeting(wire).await,
        Protocol::Smtp => smtp::greeting(wire).await,
    }
}

/// Asks what the server can do.
///
/// # Errors
///
/// [`Outcome::NoCapabilities`], [`Outcome::ExtendedSmtpMissing`], and those of reading.
pub async fn capabilities<S, C>(
    protocol: Protocol,
    wire: &mut Wire<S, C>,
) -> Result<Capabilities, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin,
    C: Clock,
{
    match protocol {
        Protocol::Imap => imap::capabilities(wire).await,
        Protocol::Pop3 => pop3::capabilities(wire).await,
        Protocol::Smtp => smtp::capabilities(wire).await,
    }
}

/// Asks for encryption and returns the server's words; `known` are capabilities from the greeting.
///
/// When this succeeds, [`Wire::into_upgrade`] must follow, and everything learnt so far be forgotten.
///
/// # Errors
///
/// [`Outcome::StarttlsNotOffered`], [`Outcome::StarttlsRefused`], and those of reading.
pub async fn starttls<S, C>(
    protocol: Protocol,
    wire: &mut Wire<S, C>,
    known: Option<&Capabilities>,
) -> Result<Option<String>, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin,
    C: Clock,
{
    match protocol {
        Protocol::Imap => imap::starttls(wire, known).await,
        Protocol::Pop3 => pop3::starttls(wire).await,
        Protocol::Smtp => smtp::starttls(wire).await,
    }
}

/// Whether the server takes a password in a way that this crate can send it.
pub fn password_sign_in_offered(protocol: Protocol, capabilities: &Capabilities) -> bool {
    match protocol {
        Protocol::Imap => imap::way_in(capabilities).is_some(),
        Protocol::Pop3 => pop3::way_in(capabilities).is_some(),
        Protocol::Smtp => smtp::way_in(capabilities).is_some(),
    }
}

/// Signs in, once.
///
/// # Errors
///
/// The outcomes of the stage sign-in, [`Outcome::PasswordSignInNotOffered`], and those of reading.
pub async fn sign_in<S, C>(
    protocol: Protocol,
    server: &mut Protected<S, C>,
    capabilities: &Capabilities,
    credentials: &Credentials,
) -> Result<SignedIn, Fault>
where
    S: VerifiedTls,
    C: Clock,
{
    match protocol {
        Protocol::Imap => imap::sign_in(server, capabilities, credentials).await,
        Protocol::Pop3 => pop3::sign_in(server, capabilities, credentials).await,
        Protocol::Smtp => smtp::sign_in(server, capabilities, credentials).await,
    }
}

/// Asks how full the mailbox is. `None` when the server does not tell; SMTP servers never do.
///
/// `known` are the capabilities after the sign-in, where the server said them unasked.
///
/// # Errors
///
/// [`Outcome::DroppedAfterSignIn`] when the server hangs up instead of answering, the reason why a
/// mailbox cannot be opened, and those of reading.
pub async fn mailbox<S, C>(
    protocol: Protocol,
    wire: &mut Wire<S, C>,
    known: Option<&Capabilities>,
) -> Result<Option<Usage>, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin,
    C: Clock,
{
    let usage = match protocol {
        Protocol::Imap => imap::mailbox(wire, known).await,
        Protocol::Pop3 => pop3::mailbox(wire).await.map(Some),
        Protocol::Smtp => Ok(None),
    };
    usage.map_err(|fault| match fault.outcome {
        Outcome::ClosedEarly => Fault {
            outcome: Outcome::DroppedAfterSignIn,
            ..fault
        },
        _ => fault,
    })
}

/// Says goodbye, and returns the server's last words.
///
/// # Errors
///
/// [`Outcome::ClosedEarly`] when the server hung up before it was told to, and those of reading.
pub async fn goodbye<S, C>(
    protocol: Protocol,
    wire: &mut Wire<S, C>,
) -> Result<Option<String>, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin,
    C: Clock,
{
    match protocol {
        Protocol::Imap => imap::goodbye(wire).await,
        Protocol::Pop3 => pop3::goodbye(wire).await,
        Protocol::Smtp => smtp::goodbye(wire).await,
    }
}
