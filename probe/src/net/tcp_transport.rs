//! TCP, and TLS over it, as the transport of a session.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::compat::Compat;

use super::connect::connect;
use super::handshake::{TcpTlsStream, handshake};
use super::tls_diagnosis;
use crate::dialogue::{Redactor, Upgrade};
use crate::endpoint::{Endpoint, Security};
use crate::outcome::Outcome;
use crate::session::{TlsHandshake, Transport};
use crate::tls::{TlsClient, VerifiedStream, failure};

/// The time to find out whether a silent server waits for TLS.
const TLS_ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// The transport of the session with one endpoint.
pub(super) struct TcpTransport<'a> {
    pub(super) tls: &'a TlsClient,
    pub(super) endpoint: &'a Endpoint,
    pub(super) redactor: &'a Arc<Redactor>,
    pub(super) peer: SocketAddr,
}

impl Transport for TcpTransport<'_> {
    type Stream = Compat<TcpStream>;
    type TlsStream = VerifiedStream<TcpTlsStream>;

    async fn start_tls(&self, upgrade: Upgrade<Self::Stream>) -> TlsHandshake<Self::TlsStream> {
        let Endpoint { host, security, .. } = self.endpoint;
        let upgrade = upgrade.map(Compat::into_inner);
        match handshake(self.tls, upgrade, host, *security, self.redactor).await {
            TlsHandshake::Failed {
                fault,
                unexplained: true,
                ..
            } => {
                let provider = self.tls.provider();
                let (fault, tls) = tls_diagnosis::diagnose(
                    fault,
                    self.peer,
                    self.endpoint,
                    self.redactor,
                    provider,
                )
                .await;
                TlsHandshake::Failed {
                    fault,
                    tls,
                    unexplained: false,
                }
            }
            handshake => handshake,
        }
    }

    async fn answers_tls(&self) -> bool {
        let Ok((stream, _)) = connect(&[self.peer]).await.stream else {
            return false;
        };
        let upgrade = Upgrade::fresh(stream);
        let host = &self.endpoint.host;
        let handshake = handshake(self.tls, upgrade, host, Security::Tls, self.redactor);
        matches!(
            timeout(TLS_ANSWER_TIMEOUT, handshake).await,
            Ok(TlsHandshake::Verified { .. } | TlsHandshake::Untrusted { .. })
        )
    }

    fn classify_error(&self, error: &io::Error) -> Option<Outcome> {
        failure::classify_stream_error(error)
    }
}
