//! Runs the TLS handshake of a session, over any stream and any clock.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_rustls::TlsConnector;
use futures_rustls::client::TlsStream as RustlsStream;
use futures_util::AsyncReadExt;
use futures_util::future::{Either, select};
use rustls::ClientConnection;

use super::client::TlsClient;
use super::handshake::{Incomplete, TlsStream, VerifiedStream};
use super::tee::{Tee, TeeBuffer};
use crate::dialogue::recognise::{ServiceKind, recognise};
use crate::dialogue::{Clock, Redactor, Stream, Upgrade, timeout};
use crate::endpoint::Endpoint;
use crate::outcome::Outcome;
use crate::patience::Patience;
use crate::session::TlsHandshake;
use crate::step::Facts;

/// How long the rest of a line is waited for that shows another kind of service.
const REST_OF_LINE_TIMEOUT: Duration = Duration::from_secs(1);

/// More bytes of such a line are not read.
const MAX_LINE_LEN: usize = 512;

/// TLS over a stream. Boxed, because it is large.
pub(crate) type EncryptedStream<S> = Box<RustlsStream<Tee<S>>>;

impl<S: Stream> TlsStream for EncryptedStream<S> {
    fn connection(&self) -> &ClientConnection {
        self.get_ref().1
    }
}

/// Encrypts a connection, and verifies the certificate for the host of the endpoint.
pub(crate) async fn connect<S: Stream, C: Clock>(
    tls: &TlsClient,
    upgrade: Upgrade<S>,
    endpoint: &Endpoint,
    redactor: &Redactor,
    clock: &C,
    patience: Patience,
) -> TlsHandshake<VerifiedStream<EncryptedStream<S>>> {
    let Some(pending) = tls.handshake(&endpoint.host) else {
        return TlsHandshake::Failed {
            fault: Outcome::TlsNameNotKnown.into(),
            tls: Facts::None {},
            unexplained: false,
        };
    };
    let (stream, received) = Tee::new(upgrade.into_stream());
    let connector = TlsConnector::from(pending.config());
    let connecting = connector.connect(pending.server_name(), stream);
    let result = in_time(clock, patience, &received, connecting.into_fallible()).await;
    let result = match result {
        Some(Ok(stream)) => Ok(Box::new(stream)),
        Some(Err((error, mut stream))) => {
            read_rest_of_line(&mut stream, &received, clock).await;
            Err(Incomplete::Error(error))
        }
        None => Err(Incomplete::TimedOut),
    };
    pending.conclude(result, &received.bytes(), endpoint.security, redactor)
}

/// The result of a handshake, or `None` when its time is over.
async fn in_time<T>(
    clock: &impl Clock,
    patience: Patience,
    received: &TeeBuffer,
    connecting: impl Future<Output = T>,
) -> Option<T> {
    let begun = clock.now();
    let mut connecting = pin!(connecting);
    let silence = clock.sleep_until(begun + patience.first_byte());
    match select(&mut connecting, pin!(silence)).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) if received.bytes().is_empty() => None,
        Either::Right(_) => {
            let too_late = clock.sleep_until(begun + patience.handshake());
            match select(connecting, pin!(too_late)).await {
                Either::Left((result, _)) => Some(result),
                Either::Right(_) => None,
            }
        }
    }
}

/// Reads on to the end of the line, where a server that does not speak TLS has only begun to say
/// something. Its first byte is enough to end the handshake, and not enough to know who it is.
async fn read_rest_of_line<S: Stream>(
    stream: &mut Tee<S>,
    received: &TeeBuffer,
    clock: &impl Clock,
) {
    let unfinished = || {
        let received = received.bytes();
        !received.is_empty()
            && received.len() < MAX_LINE_LEN
            && !received.contains(&b'\n')
            && recognise(&received) != ServiceKind::Tls
    };
    let reading = async {
        let mut bytes = [0; 256];
        // An end or an error leaves what was received until then.
        while unfinished() && matches!(stream.read(&mut bytes).await, Ok(1..)) {}
    };
    timeout(clock, REST_OF_LINE_TIMEOUT, reading).await;
}
