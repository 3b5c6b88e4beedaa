//! One HTTP request over an open connection.

use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::task::AbortOnDropHandle;

/// An answer, and the connection over which its body comes. The connection is closed when this is dropped.
pub struct Answer {
    /// The answer.
    pub response: Response<Incoming>,
    _connection: AbortOnDropHandle<Result<(), hyper::Error>>,
}

/// Sends a request and waits for the head of its answer. It has no deadline of its own.
///
/// # Errors
///
/// When the other side does not answer in HTTP/1.1.
pub async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Body>,
) -> Result<Answer, hyper::Error> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let response = sender.send_request(request).await?;
    Ok(Answer {
        response,
        _connection: connection,
    })
}
