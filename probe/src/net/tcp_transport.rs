//! TCP, and TLS over it, as the transport of a session.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_util::compat::Compat;

use super::handshake::{TcpTlsStream, handshake};
use super::patience::Patience;
use super::second_looks::SecondLooks;
use super::tls_diagnosis;
use crate::dialogue::{Fault, Redactor, Upgrade};
use crate::endpoint::Endpoint;
use crate::outcome::Outcome;
use crate::session::{TlsHandshake, Transport};
use crate::step::Facts;
use crate::tls::{TlsClient, VerifiedStream, failure};

/// The transport of the session with one endpoint.
pub(super) struct TcpTransport<'a> {
    pub(super) tls: &'a TlsClient,
    pub(super) endpoint: &'a Endpoint,
    pub(super) redactor: &'a Arc<Redactor>,
    pub(super) peer: SocketAddr,
    pub(super) second_looks: &'a SecondLooks,
    pub(super) patience: Patience,
}

impl Transport for TcpTransport<'_> {
    type Stream = Compat<TcpStream>;
    type TlsStream = VerifiedStream<TcpTlsStream>;

    async fn start_tls(&self, upgrade: Upgrade<Self::Stream>) -> TlsHandshake<Self::TlsStream> {
        let Endpoint { host, security, .. } = self.endpoint;
        let upgrade = upgrade.map(Compat::into_inner);
        handshake(
            self.tls,
            upgrade,
            host,
            *security,
            self.redactor,
            self.patience,
        )
        .await
    }

    async fn diagnose_tls(&self, fault: Fault) -> (Fault, Facts) {
        let Self {
            tls,
            endpoint,
            peer,
            second_looks,
            ..
        } = self;
        let provider = tls.provider();
        tls_diagnosis::diagnose(fault, *peer, endpoint, provider, second_looks).await
    }

    async fn answers_tls(&self) -> bool {
        let Self {
            tls,
            endpoint,
            peer,
            second_looks,
            ..
        } = self;
        tls_diagnosis::answers_tls(*peer, endpoint, tls.provider(), second_looks).await
    }

    fn classify_error(&self, error: &io::Error) -> Option<Outcome> {
        failure::classify_stream_error(error)
    }
}
