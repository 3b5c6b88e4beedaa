//! TCP, and TLS over it, as the transport of a session.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_util::compat::Compat;

use super::clock::TokioClock;
use super::quick_ack::QuickAck;
use super::tcp_visitor::TcpVisitor;
use crate::dialogue::{Fault, Redactor, Upgrade};
use crate::endpoint::Endpoint;
use crate::outcome::Outcome;
use crate::patience::Patience;
use crate::second_looks;
use crate::session::{TlsHandshake, Transport};
use crate::step::Facts;
use crate::tls::{self, EncryptedStream, TlsClient, VerifiedStream, failure};

/// The transport of the session with one endpoint.
pub(super) struct TcpTransport<'a> {
    pub(super) tls: &'a TlsClient,
    pub(super) endpoint: &'a Endpoint,
    pub(super) redactor: &'a Arc<Redactor>,
    pub(super) visitor: TcpVisitor<'a>,
    pub(super) patience: Patience,
}

impl Transport for TcpTransport<'_> {
    type Stream = Compat<TcpStream>;
    type TlsStream = VerifiedStream<EncryptedStream<QuickAck>>;

    async fn start_tls(&self, upgrade: Upgrade<Self::Stream>) -> TlsHandshake<Self::TlsStream> {
        encrypt(
            self.tls,
            upgrade,
            self.endpoint,
            self.redactor,
            &self.visitor.clock,
            self.patience,
        )
        .await
    }

    async fn diagnose_tls(&self, fault: Fault) -> (Fault, Facts) {
        second_looks::diagnose(fault, self.endpoint, self.tls.provider(), &self.visitor).await
    }

    async fn answers_tls(&self) -> bool {
        second_looks::answers_tls(self.endpoint, self.tls.provider(), &self.visitor).await
    }

    fn classify_error(&self, error: &io::Error) -> Option<Outcome> {
        failure::classify_stream_error(error)
    }
}

/// Encrypts a connection over TCP, and verifies the certificate for the host of the endpoint.
pub(super) async fn encrypt(
    tls: &TlsClient,
    upgrade: Upgrade<Compat<TcpStream>>,
    endpoint: &Endpoint,
    redactor: &Redactor,
    clock: &TokioClock,
    patience: Patience,
) -> TlsHandshake<VerifiedStream<EncryptedStream<QuickAck>>> {
    let upgrade = upgrade.map(QuickAck::new);
    tls::connect(tls, upgrade, endpoint, redactor, clock, patience).await
}
