//! The order of the stages.

use std::sync::Arc;

use super::context::Session;
use super::stages::{Hangup, SignInResult};
use super::step_log::{StageFailed, StepSink};
use super::transport::{CertificateCheck, TlsHandshake, Transport};
use crate::dialogue::{Clock, Connection, Upgrade, VerifiedConnection};
use crate::endpoint::{Protocol, Security};
use crate::outcome::Outcome;
use crate::stage::Stage;
use crate::step::Facts;

/// The certificates that a server has shown, good or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerCertificates {
    /// SHA-256 of the server's own certificate, in lower-case hexadecimal.
    pub fingerprint: Option<String>,
    /// The certificates as they were sent, in DER, the server's own first.
    pub chain: Vec<Vec<u8>>,
}

impl<T: Transport, C: Clock + Clone, K: StepSink> Session<'_, T, C, K> {
    /// Goes through the stages, each of which is in the log when it ends. Returns the certificates,
    /// if it came so far.
    pub async fn run(mut self, stream: T::Stream) -> Option<ServerCertificates> {
        let upgrade = match self.endpoint.security {
            Security::Tls => Upgrade::fresh(stream),
            Security::Starttls => self.until_starttls(stream).await.ok()?,
            Security::None => {
                // When it fails, the step that says why is in the log.
                let _ = self.unencrypted(stream).await;
                return None;
            }
        };
        self.log.begin(Stage::Tls);
        let handshake = self.transport.start_tls(upgrade).await;
        match handshake {
            TlsHandshake::Verified {
                stream,
                tls,
                certificate,
            } => {
                let certificates = self.report_certificate(tls, certificate);
                let _ = self.inside_tls(self.verified(stream)).await;
                Some(certificates)
            }
            TlsHandshake::Untrusted { tls, certificate } => {
                Some(self.report_certificate(tls, certificate))
            }
            TlsHandshake::Failed {
                fault,
                tls,
                unexplained,
            } => {
                self.give_up_parts();
                let (fault, tls) = if unexplained {
                    self.transport.diagnose_tls(fault).await
                } else {
                    (fault, tls)
                };
                self.log.fail(fault, tls);
                None
            }
        }
    }

    async fn until_starttls(
        &mut self,
        stream: T::Stream,
    ) -> Result<Upgrade<T::Stream>, StageFailed> {
        let mut connection = self.plain(stream);
        let greeting = self.greeting(&mut connection).await?;
        self.starttls(connection, greeting.capabilities.as_ref())
            .await
    }

    /// A service that is documented without encryption. It is never given a password.
    async fn unencrypted(&mut self, stream: T::Stream) -> Result<(), StageFailed> {
        let mut connection = self.plain(stream);
        let greeting = self.greeting(&mut connection).await?;
        self.capabilities(&mut connection, greeting.capabilities)
            .await?;
        self.log.begin(Stage::SignIn);
        self.log.end(Outcome::NotEncrypted, Facts::None {}, None);
        self.close(&mut connection, Hangup::Harmless).await
    }

    async fn inside_tls(
        &mut self,
        mut server: VerifiedConnection<T::TlsStream, C>,
    ) -> Result<(), StageFailed> {
        let known = match self.endpoint.security {
            Security::Tls => self.greeting(server.connection()).await?.capabilities,
            // What was said before TLS may have been said by anyone (RFC 3207 §4.2).
            Security::Starttls | Security::None => None,
        };
        let capabilities = self.capabilities(server.connection(), known).await?;
        let signed_in = self.sign_in(&mut server, &capabilities).await?;
        let connection = server.connection();
        let hangup = match (signed_in, self.endpoint.protocol) {
            (SignInResult::NotTried, _) => Hangup::Harmless,
            (SignInResult::Accepted { .. }, Protocol::Smtp) => {
                let hangup = self.sending(connection, &capabilities).await?;
                self.send_message(connection).await?;
                hangup
            }
            (SignInResult::Accepted { capabilities }, Protocol::Imap | Protocol::Pop3) => {
                let capabilities = self.mailbox(connection, capabilities).await?;
                self.arrival(connection, &capabilities).await?;
                Hangup::Harmless
            }
        };
        self.close(server.connection(), hangup).await
    }

    fn report_certificate(
        &mut self,
        tls: Facts,
        certificate: CertificateCheck,
    ) -> ServerCertificates {
        let CertificateCheck {
            outcome,
            facts,
            chain,
        } = certificate;
        let fingerprint = facts.as_ref().map(|facts| facts.fingerprint.clone());
        let facts = facts.map_or(Facts::None {}, |facts| Facts::Certificate(Box::new(facts)));
        self.log.end(Outcome::Ok, tls, None);
        self.log.begin(Stage::Certificate);
        self.log.end(outcome, facts, None);
        ServerCertificates { fingerprint, chain }
    }

    fn plain(&self, stream: T::Stream) -> Connection<T::Stream, C> {
        Connection::new(
            stream,
            self.log.clock(),
            Arc::clone(&self.redactor),
            self.client_name.clone(),
        )
    }

    fn verified(&self, stream: T::TlsStream) -> VerifiedConnection<T::TlsStream, C> {
        VerifiedConnection::new(
            stream,
            self.log.clock(),
            Arc::clone(&self.redactor),
            self.client_name.clone(),
        )
    }
}
