//! The entry: what is prepared once and used by every run.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::{SecureRandom, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::time_provider::DefaultTimeProvider;
use tokio::net::TcpStream;

use super::client_simulation::ClientSimulation;
use super::controls::{self, Controls};
use super::dns::{self, RootKeys};
use super::target::Target;
use super::{client_simulation, connect, other_addresses, reach, run, run_context};
use crate::patience::Patience;
use crate::session::SignIn;
use crate::step::{EndpointReport, Step};
use crate::tls::{TlsClient, TlsClientError};

/// How to check.
#[derive(Clone, Debug)]
pub struct Options {
    /// Certificates to trust besides the Mozilla roots, as read by [`read_roots`](crate::tls::read_roots).
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Whether addresses that are not on the public internet may be connected to, whatever a target says.
    pub allow_private: bool,
    /// The time after which the check of an endpoint is given up.
    pub deadline: Duration,
    /// The DNS server to ask instead of those of the system.
    pub nameserver: Option<SocketAddr>,
    /// Hosts that always answer, to connect to when no mail server does: if they do not answer either, this
    /// machine is offline. The name servers of the top-level domain when there are none; these count as silent
    /// only once one of them has answered, because many networks block connections to port 53.
    pub control_hosts: Vec<SocketAddr>,
    /// The keys of the DNS root with which signed answers are validated.
    pub root_keys: RootKeys,
}

impl Default for Options {
    /// The public internet, the Mozilla roots, the DNS of the system, the name servers of the top-level domain as
    /// controls, the keys of IANA and 45 seconds.
    fn default() -> Self {
        Self {
            extra_roots: Vec::new(),
            allow_private: false,
            deadline: Duration::from_secs(45),
            nameserver: None,
            control_hosts: Vec::new(),
            root_keys: RootKeys::default(),
        }
    }
}

/// Checks mail servers. Cheap to clone: the clones share the roots and the DNS cache.
#[derive(Clone)]
pub struct Probe {
    pub(super) context: Arc<run_context::ProbeContext>,
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
            control_hosts,
            root_keys,
        } = options;
        let provider = Arc::new(aws_lc_rs::default_provider());
        warm_up_rng(provider.secure_random);
        let tls = TlsClient::new(provider, Arc::new(DefaultTimeProvider), &extra_roots)?;
        let resolver = dns::Resolver::new(nameserver, &root_keys)?;
        Ok(Self {
            context: Arc::new(run_context::ProbeContext {
                tls,
                resolver,
                controls: Controls::new(control_hosts),
                allow_private,
                deadline,
            }),
        })
    }

    /// Checks all targets at once, and signs in where that is safe if it is given what with.
    pub fn run(&self, targets: Vec<Target>, sign_in: Option<SignIn>) -> run::Run {
        self.run_with(targets, sign_in, Patience::Prompt)
    }

    /// The same with another patience.
    pub fn run_with(
        &self,
        targets: Vec<Target>,
        sign_in: Option<SignIn>,
        patience: Patience,
    ) -> run::Run {
        run::run(Arc::clone(&self.context), targets, sign_in, patience)
    }

    /// Looks the host of a target up and connects to it, by the rules of a check: only to addresses that it may
    /// connect to, each looked up once. `on_step` is given each step as it ends, as a check has it: the last is the
    /// one that failed where there is no connection.
    pub async fn connect(&self, target: &Target, on_step: impl FnMut(Step)) -> Option<TcpStream> {
        reach::reach(&self.context, target, on_step).await
    }

    /// Asks an endpoint that has been checked which mail programs fit, with one connection for each kind of
    /// TLS library. These are many: it is for operators, and never a part of a customer's test.
    pub async fn simulate_clients(
        &self,
        target: &Target,
        report: &EndpointReport,
    ) -> ClientSimulation {
        client_simulation::simulate(target, report).await
    }

    /// The most sockets that a probe has open at once while it checks so many targets.
    pub const fn max_sockets(targets: usize) -> usize {
        targets
            .saturating_mul(SOCKETS_PER_TARGET)
            .saturating_add(2 * dns::MAX_QUERIES)
            .saturating_add(controls::MAX_HOSTS)
    }
}

/// A check has most sockets open while it connects. Later it has the connection of the session, one for the
/// TLS diagnosis, and those to the other addresses.
const SOCKETS_PER_TARGET: usize = connect::MAX_ATTEMPTS;
const _: () = assert!(2 + other_addresses::MAX_OTHER_ADDRESSES <= SOCKETS_PER_TARGET);

/// Why nothing can be checked.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// No server can be verified.
    #[error(transparent)]
    Tls(#[from] TlsClientError),
    /// The DNS client cannot be built.
    #[error("the DNS client cannot be set up: {0}")]
    Dns(#[from] hickory_resolver::net::NetError),
}

/// Fills the source of randomness for the first time, which takes some 70 milliseconds in a process,
/// while names are looked up and connections opened, and not when the first key is needed.
fn warm_up_rng(source: &'static dyn SecureRandom) {
    // A check that is faster than this waits for it, as it would have without.
    let _ = std::thread::Builder::new().spawn(|| source.fill(&mut [0; 32]));
}
