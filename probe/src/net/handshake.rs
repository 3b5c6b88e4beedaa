//! Runs the TLS handshake over TCP, with Tokio.

use std::pin::pin;
use std::time::Duration;

use rustls::ClientConnection;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream as TokioTlsStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use super::patience::Patience;
use super::tee::{Tee, TeeBuffer};
use crate::dialogue::recognise::{ServiceKind, recognise};
use crate::dialogue::{Redactor, Upgrade};
use crate::endpoint::{HostName, Security};
use crate::outcome::Outcome;
use crate::session::TlsHandshake;
use crate::step::Facts;
use crate::tls::{Incomplete, TlsClient, TlsStream, VerifiedStream};

/// How long the rest of a line is waited for that shows another kind of service.
const REST_OF_LINE_TIMEOUT: Duration = Duration::from_secs(1);

/// More bytes of such a line are not read.
const MAX_LINE_LEN: usize = 512;

/// TLS over TCP. Boxed, because it is large.
pub(super) type TcpTlsStream = Box<Compat<TokioTlsStream<Tee<TcpStream>>>>;

impl TlsStream for TcpTlsStream {
    fn connection(&self) -> &ClientConnection {
        self.as_ref().get_ref().get_ref().1
    }
}

/// Encrypts a connection, and verifies the certificate for `host`.
pub(super) async fn handshake(
    tls: &TlsClient,
    upgrade: Upgrade<TcpStream>,
    host: &HostName,
    security: Security,
    redactor: &Redactor,
    patience: Patience,
) -> TlsHandshake<VerifiedStream<TcpTlsStream>> {
    let Some(pending) = tls.handshake(host) else {
        return TlsHandshake::Failed {
            fault: Outcome::TlsNameNotKnown.into(),
            tls: Facts::None {},
            unexplained: false,
        };
    };
    let (stream, received) = Tee::new(upgrade.into_stream(), set_quickack);
    let connector = TlsConnector::from(pending.config());
    let connecting = connector.connect(pending.server_name(), stream);
    let mut connecting = pin!(connecting.into_fallible());
    let result = match timeout(patience.first_byte(), &mut connecting).await {
        Err(_) if !received.bytes().is_empty() => {
            let rest = patience.handshake().saturating_sub(patience.first_byte());
            timeout(rest, connecting).await
        }
        result => result,
    };
    let result = match result {
        Ok(Ok(stream)) => Ok(Box::new(stream.compat())),
        Ok(Err((error, mut stream))) => {
            read_rest_of_line(&mut stream, &received).await;
            Err(Incomplete::Error(error))
        }
        Err(_) => Err(Incomplete::TimedOut),
    };
    pending.conclude(result, &received.bytes(), security, redactor)
}

/// Has the kernel acknowledge at once what comes next.
///
/// Some servers write their part of the handshake in small pieces and wait with each for the
/// acknowledgement of the one before (RFC 896), which a kernel that expects an answer from us holds back
/// for 40 milliseconds (RFC 1122 §4.2.3.2).
fn set_quickack(stream: &TcpStream) {
    // Where it is not to be had, the check is only slower.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = stream.set_quickack(true);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = stream;
}

/// Reads on to the end of the line, where a server that does not speak TLS has only begun to say
/// something. Its first byte is enough to end the handshake, and not enough to know who it is.
async fn read_rest_of_line(stream: &mut Tee<TcpStream>, received: &TeeBuffer) {
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
    let _ = timeout(REST_OF_LINE_TIMEOUT, reading).await;
}
