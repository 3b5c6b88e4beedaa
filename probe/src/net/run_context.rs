//! What the checks of a run share.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::clock::TokioClock;
use super::connectivity::Connectivity;
use super::controls::Controls;
use super::dns;
use crate::patience::Patience;
use crate::second_looks::SecondLooks;
use crate::session::SharedSignIn;
use crate::tls::TlsClient;

/// What all runs of a probe share.
pub(super) struct ProbeContext {
    pub(super) tls: TlsClient,
    pub(super) resolver: dns::Resolver,
    pub(super) controls: Controls,
    pub(super) allow_private: bool,
    pub(super) deadline: Duration,
}

/// What all endpoints of one run share.
pub(super) struct RunContext {
    pub(super) probe: Arc<ProbeContext>,
    pub(super) sign_in: SharedSignIn,
    pub(super) second_looks: SecondLooks<TokioClock>,
    pub(super) connectivity: Connectivity,
    pub(super) patience: Patience,
    pub(super) deadline: Instant,
    pub(super) cancelled: CancellationToken,
}
