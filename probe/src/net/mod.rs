//! Checks real servers: DNS, TCP, TLS and the order of the steps. Feature `net`.
//!
//! | module | idea |
//! |---|---|
//! | `run` | all endpoints at once, each until its time is up |
//! | `visit` | the steps of one endpoint, in order |
//! | `journal` | makes a [`Step`] of what happened and sends it off |
//! | `gate` | one sign-in leads, so that a wrong password is sent only once |
//! | `dns`, `address` | names to addresses, and which addresses may be connected to |
//! | `published`, `tlsa` | what else the DNS says about a service |
//! | `approach` | a second connection, up to where TLS begins |
//! | `connect` | Happy Eyeballs with every attempt's result |
//! | `resources` | whether it is this machine that has no socket left |
//! | `others` | the addresses that were not used |
//! | `tls`, `witness` | the handshake, and what the server showed in it |
//! | `tls_facts`, `ciphers` | what was agreed on, in the words of the standards |
//! | `tls_failure`, `tee`, `flight` | what it was when it fails |
//! | `second_look` | asks a server again that refused TLS without a reason |
//! | `certificate` | what a certificate says, and what exactly is wrong with it |
//! | `path`, `staple` | the chain that was verified, and what the server shows about revocation |

mod address;
mod approach;
mod certificate;
mod ciphers;
mod clock;
mod connect;
mod dns;
mod flight;
mod gate;
mod journal;
mod others;
mod path;
mod published;
#[cfg(any(test, fuzzing))]
pub(crate) mod readers;
mod resources;
mod roots;
mod run;
mod second_look;
mod staple;
mod tee;
mod tls;
mod tls_facts;
mod tls_failure;
mod tlsa;
mod visit;
mod witness;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;

pub use address::{PrivateNetwork, PrivateNetworkError};
pub use dns::{RootKeys, RootKeysError};
pub use gate::Disclosure;
pub use roots::{RootsError, read_roots};
pub use run::Run;

use crate::credentials::Credentials;
use crate::endpoint::{Endpoint, HostName};
use crate::step::{EndpointReport, Step};

/// How to check.
#[derive(Clone, Debug)]
pub struct Options {
    /// Certificates to trust besides the Mozilla roots, as read by [`read_roots`].
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Whether addresses that are not on the public internet may be connected to, whatever a target says.
    pub allow_private: bool,
    /// The time after which the check of an endpoint is given up.
    pub deadline: Duration,
    /// The DNS server to ask instead of those of the system.
    pub nameserver: Option<SocketAddr>,
    /// The keys of the DNS root with which signed answers are validated.
    pub root_keys: RootKeys,
}

impl Default for Options {
    /// The public internet, the Mozilla roots, the DNS of the system, the keys of IANA and 45 seconds.
    fn default() -> Self {
        Self {
            extra_roots: Vec::new(),
            allow_private: false,
            deadline: Duration::from_secs(45),
            nameserver: None,
            root_keys: RootKeys::default(),
        }
    }
}

/// One endpoint to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What is checked.
    pub endpoint: Endpoint,
    /// The domain of the customer's mail address, if it is known: what it publishes about the service is
    /// compared with the endpoint.
    pub domain: Option<HostName>,
    /// Where to connect to, whatever the DNS says; it is then not asked at all. Certificates are still
    /// verified for the name of the endpoint. Only an operator may set it: such an address is not refused
    /// for being private.
    pub connect_to: Option<SocketAddr>,
    /// The networks that are not public and may be connected to all the same, for this target only.
    pub private_networks: Vec<PrivateNetwork>,
}

/// What to sign in with, and who wants to know whether it was done.
pub struct SignIn {
    /// The account and its password.
    pub credentials: Credentials,
    /// Told before the password is sent to any server.
    pub disclosure: Disclosure,
}

impl From<Credentials> for SignIn {
    /// For those who hear of every sign-in as an event, and wait for the last.
    fn from(credentials: Credentials) -> Self {
        Self {
            credentials,
            disclosure: Disclosure::default(),
        }
    }
}

/// Something that happened during a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A step ended.
    Step {
        /// The index of the target.
        endpoint: usize,
        /// What happened.
        step: Step,
    },
    /// An endpoint is done; no more of its steps follow.
    Done {
        /// The index of the target.
        endpoint: usize,
        /// All that happened to it.
        report: EndpointReport,
    },
}

/// Checks mail servers. Cheap to clone: the clones share the roots and the DNS cache.
#[derive(Clone)]
pub struct Probe {
    context: Arc<run::Context>,
}

impl Probe {
    /// Prepares for checking.
    ///
    /// # Errors
    ///
    /// When an extra root is not a certificate that can be trusted.
    pub fn new(options: Options) -> Result<Self, SetupError> {
        let Options {
            extra_roots,
            allow_private,
            deadline,
            nameserver,
            root_keys,
        } = options;
        let tls = tls::Trust::new(&extra_roots)?;
        let resolver = dns::Resolver::new(nameserver, &root_keys)?;
        Ok(Self {
            context: Arc::new(run::Context {
                tls,
                resolver,
                allow_private,
                deadline,
            }),
        })
    }

    /// Checks all targets at once, and signs in where that is safe if it is given what with.
    pub fn run(&self, targets: Vec<Target>, sign_in: Option<SignIn>) -> Run {
        run::run(Arc::clone(&self.context), targets, sign_in)
    }

    /// The most sockets that a probe has open at once while it checks so many targets.
    pub const fn most_sockets(targets: usize) -> usize {
        targets
            .saturating_mul(SOCKETS_PER_TARGET)
            .saturating_add(2 * dns::MOST_QUESTIONS)
    }
}

/// A check is at its widest while it connects. Later it has one connection of its own, one to look a second
/// time, and those to the other addresses.
const SOCKETS_PER_TARGET: usize = connect::MOST_ATTEMPTS;
const _: () = assert!(2 + others::MOST <= SOCKETS_PER_TARGET);

/// Why nothing can be checked.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// An extra root cannot be trusted.
    #[error("certificate {number} of the extra roots cannot be used: {cause}")]
    Root {
        /// Its position, from one on.
        number: usize,
        /// What is wrong with it.
        cause: rustls::Error,
    },
    /// The verifier of certificates cannot be built.
    #[error("certificates cannot be verified: {0}")]
    Verifier(#[from] rustls::client::VerifierBuilderError),
    /// The TLS client cannot be built.
    #[error("TLS cannot be set up: {0}")]
    Tls(rustls::Error),
    /// The DNS client cannot be built.
    #[error("the DNS client cannot be set up: {0}")]
    Dns(#[from] hickory_resolver::net::NetError),
}
