//! One thing that happened while a service was checked, with its facts.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::endpoint::Endpoint;
use crate::outcome::{Outcome, Severity};

/// The stages of a check, in their usual order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Looking up the addresses of the host.
    Dns,
    /// Opening a TCP connection.
    Connect,
    /// The first words of the server.
    Greeting,
    /// Asking for encryption on a connection that began in the clear.
    Starttls,
    /// The TLS handshake.
    Tls,
    /// The certificate the server showed.
    Certificate,
    /// What the server says it can do.
    Capabilities,
    /// Signing in with the customer's password.
    SignIn,
    /// How full the mailbox is.
    Mailbox,
    /// Saying goodbye.
    Close,
}

/// Whether a step went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As it should be.
    Ok,
    /// Worth knowing; mail still works.
    Notice,
    /// This service does not work.
    Failed,
    /// Not done, for the reason that the outcome gives.
    Skipped,
}

/// One finished step of one endpoint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What was done.
    pub stage: Stage,
    /// How it went.
    pub state: State,
    /// What was found.
    pub outcome: Outcome,
    /// The time from the start of this step to its end.
    #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
    pub elapsed: Duration,
    /// What was learnt.
    pub facts: Facts,
    /// The server's own words, made safe to show: no control characters, at most 300 characters, no secret.
    pub server_said: Option<String>,
}

impl Step {
    /// A step whose state follows from its outcome.
    pub fn new(stage: Stage, outcome: Outcome, elapsed: Duration) -> Self {
        let state = match outcome {
            Outcome::AddressGiven
            | Outcome::NoPassword
            | Outcome::NotTried
            | Outcome::NotEncrypted => State::Skipped,
            _ => match outcome.severity() {
                Severity::Fine => State::Ok,
                Severity::Notice => State::Notice,
                Severity::Failure => State::Failed,
            },
        };
        Self {
            stage,
            state,
            outcome,
            elapsed,
            facts: Facts::None {},
            server_said: None,
        }
    }
}

/// What a step learnt.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Facts {
    /// Nothing beyond the outcome.
    None {},
    /// The addresses of the host, in the order in which they are tried.
    Dns {
        /// Every address that the DNS gave and that may be connected to.
        addresses: Vec<IpAddr>,
    },
    /// The connections that were tried.
    Connect {
        /// The address that is used from here on.
        connected: Option<IpAddr>,
        /// Every attempt with its result.
        attempts: Vec<Attempt>,
    },
    /// The parameters of the encrypted connection.
    Tls {
        /// For example `TLS 1.3`.
        version: String,
        /// The IANA name of the cipher suite.
        cipher: String,
        /// The IANA name of the key exchange group.
        group: Option<String>,
    },
    /// What the server's certificate says.
    Certificate(Box<CertificateFacts>),
    /// What the server can do.
    Capabilities {
        /// The capability words, in the server's order, upper case.
        capabilities: Vec<String>,
        /// The SASL mechanisms among them.
        mechanisms: Vec<String>,
    },
    /// How the sign-in was done.
    SignIn {
        /// The SASL mechanism, or the protocol's own command (`LOGIN`, `USER`).
        mechanism: String,
    },
    /// How full the mailbox is.
    Mailbox {
        /// Bytes in use.
        used: u64,
        /// Bytes allowed.
        limit: u64,
    },
}

/// One attempt to open a TCP connection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attempt {
    /// Where to.
    pub address: IpAddr,
    /// [`Outcome::Ok`] or the reason why not.
    pub outcome: Outcome,
    /// The time until that was known.
    #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
    pub elapsed: Duration,
}

/// What the server's own certificate says, whether or not it could be verified.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CertificateFacts {
    /// The DNS names and addresses it was issued for.
    pub names: Vec<String>,
    /// The subject, as one line.
    pub subject: String,
    /// Who signed it, as one line.
    pub issuer: String,
    /// Seconds since 1970 at which its time begins.
    pub not_before: i64,
    /// Seconds since 1970 at which its time ends.
    pub not_after: i64,
    /// Whole days left, negative when expired.
    pub days_left: i64,
    /// For example `RSA 2048 bits` or `ECDSA P-256`.
    pub key: String,
    /// For example `sha256WithRSAEncryption`.
    pub signature: String,
    /// How many certificates the server sent, its own included.
    pub chain_length: usize,
}

/// Everything that happened to one endpoint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EndpointReport {
    /// What was checked.
    pub endpoint: Endpoint,
    /// The steps, in the order in which they happened.
    pub steps: Vec<Step>,
    /// The worst outcome of all steps.
    pub outcome: Outcome,
    /// The time from the start of the check to the end of this endpoint.
    #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
    pub elapsed: Duration,
}

impl EndpointReport {
    /// Sums up the steps of one endpoint.
    pub fn new(endpoint: Endpoint, steps: Vec<Step>, elapsed: Duration) -> Self {
        // The first of the worst is the cause; what follows it is a consequence.
        let outcome = steps
            .iter()
            .map(|step| step.outcome)
            .fold(Outcome::Ok, |worst, next| {
                if next.severity() > worst.severity() {
                    next
                } else {
                    worst
                }
            });
        Self {
            endpoint,
            steps,
            outcome,
            elapsed,
        }
    }
}

fn milliseconds<S: Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // A tenth of a millisecond is the finest that means anything on a network.
    serializer.serialize_f64((elapsed.as_secs_f64() * 10_000.0).round() / 10.0)
}
