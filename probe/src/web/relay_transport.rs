//! The relay, and TLS over it, as the transport of a session.

use std::io;

use super::relay_stream::RelayStream;
use super::relay_visitor::RelayVisitor;
use crate::dialogue::{Fault, Redactor, Upgrade};
use crate::outcome::Outcome;
use crate::patience::Patience;
use crate::second_looks;
use crate::session::{TlsHandshake, Transport};
use crate::step::Facts;
use crate::tls::{self, EncryptedStream, TlsClient, VerifiedStream, failure};

/// The transport of the session with one service.
pub(super) struct RelayTransport<'a> {
    pub(super) tls: &'a TlsClient,
    pub(super) redactor: &'a Redactor,
    pub(super) visitor: RelayVisitor<'a>,
}

impl Transport for RelayTransport<'_> {
    type Stream = RelayStream;
    type TlsStream = VerifiedStream<EncryptedStream<RelayStream>>;

    async fn start_tls(&self, upgrade: Upgrade<RelayStream>) -> TlsHandshake<Self::TlsStream> {
        let RelayVisitor { service, clock, .. } = &self.visitor;
        let patience = Patience::Prompt;
        tls::connect(
            self.tls,
            upgrade,
            &service.endpoint,
            self.redactor,
            clock,
            patience,
        )
        .await
    }

    async fn diagnose_tls(&self, fault: Fault) -> (Fault, Facts) {
        let endpoint = &self.visitor.service.endpoint;
        second_looks::diagnose(fault, endpoint, self.tls.provider(), &self.visitor).await
    }

    async fn answers_tls(&self) -> bool {
        let endpoint = &self.visitor.service.endpoint;
        second_looks::answers_tls(endpoint, self.tls.provider(), &self.visitor).await
    }

    fn classify_error(&self, error: &io::Error) -> Option<Outcome> {
        failure::classify_stream_error(error)
    }
}
