//! What the checks of a run share.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::connectivity::Connectivity;
use super::controls::Controls;
use super::dns;
use super::patience::Patience;
use super::second_looks::SecondLooks;
use crate::credentials::Credentials;
use crate::dialogue::Redactor;
use crate::session::{Delivery, SignInGate};
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
    pub(super) credentials: Option<Credentials>,
    pub(super) redactor: Arc<Redactor>,
    pub(super) gate: SignInGate,
    pub(super) delivery: Option<Delivery>,
    pub(super) second_looks: SecondLooks,
    pub(super) connectivity: Connectivity,
    pub(super) patience: Patience,
    pub(super) deadline: Instant,
    pub(super) cancelled: CancellationToken,
}
