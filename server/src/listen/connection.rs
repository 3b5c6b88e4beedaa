//! One connection, from the PROXY header to its last request.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use ipnet::IpNet;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::http::application::Application;
use crate::http::client::ConnectionInfo;
use crate::http::{headers, host};
use crate::limits::per_client::PerClientPermit;
use crate::listen::activity::Activity;
use crate::listen::connections::{RequestLimit, TooManyRequests};
use crate::listen::listener_options::ListenerOptions;
use crate::listen::{proxy_protocol, tls};
use crate::operations::metrics::Metrics;

/// How long a client may take for each of these: the PROXY header, the TLS handshake, and the headers of a
/// request.
pub(super) const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the request line and the headers may be together, in bytes. HTTP/2 has 16 KiB by itself.
pub(super) const MAX_HEAD_LEN: usize = 64 * 1024;

/// How many requests of one HTTP/2 connection are answered at once. A page needs five.
const MAX_STREAMS: u32 = 8;

/// How much of each answer is buffered for sending (HTTP/2), in bytes.
const SEND_BUFFER_LEN: usize = 16 * 1024;

/// How much a client may send before it is read (HTTP/2), in bytes: twice what a form may hold.
const RECEIVE_WINDOW: u32 = 16 * 1024;

/// How long a connection may be silent before it is pinged, and how long the answer may take (HTTP/2).
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);

/// How long a connection may live, whatever happens on it: a client of HTTP/2 could keep one busy for ever.
/// No page takes nearly as long.
const MAX_CONNECTION_AGE: Duration = Duration::from_secs(15 * 60);

/// How long sent bytes may stay unacknowledged before the connection is closed (TCP_USER_TIMEOUT).
const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a connection ended early. These are faults of the client, so they are only logged for debugging.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectionError {
    #[error("PROXY header: {0}")]
    Proxy(#[from] proxy_protocol::ProxyError),
    #[error("TLS handshake: {0}")]
    Handshake(io::Error),
    #[error("the client has too many connections")]
    TooMany,
    #[error("the PROXY header or the TLS handshake took too long")]
    Slow(#[from] tokio::time::error::Elapsed),
    #[error("idle for too long")]
    Idle,
    #[error("reached its maximum age")]
    TooOld,
    #[error("HTTP: {0}")]
    Requests(Box<dyn std::error::Error + Send + Sync>),
}

/// Serves one connection: its PROXY header, its TLS handshake, and its requests.
///
/// # Errors
///
/// Why it ended early.
pub(super) async fn connection(
    mut stream: TcpStream,
    peer: SocketAddr,
    transport: ListenerOptions,
    app: impl Application,
    shutdown: CancellationToken,
) -> Result<(), ConnectionError> {
    // The lines of a running test are short and must not be delayed by Nagle's algorithm.
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED_TIMEOUT));
    let mut connection = ConnectionInfo::plain(peer);
    let mut _client_permit = None;
    let trusted = transport.proxies.trusts(peer.ip());
    let mut client = (!trusted).then(|| peer.ip());
    if transport.proxy_protocol && trusted {
        let source = timeout(HEADER_TIMEOUT, proxy_protocol::read(&mut stream)).await??;
        if let Some(source) = source {
            connection.peer = source;
            connection.proxied = true;
            _client_permit = Some(client_permit(&transport, source.ip())?);
            client = Some(source.ip());
        }
    }
    let limit = RequestLimit::new(transport.connections.clone(), client);
    let metrics = transport.metrics.clone();
    let Some(certificates) = &transport.certificates else {
        return requests(stream, connection, false, limit, metrics, app, shutdown).await;
    };
    let acceptor = TlsAcceptor::from(certificates.current());
    let stream = timeout(HEADER_TIMEOUT, acceptor.accept(stream)).await?;
    let stream = stream.map_err(ConnectionError::Handshake)?;
    connection.tls = true;
    let http2 = stream.get_ref().1.alpn_protocol() == Some(tls::HTTP2);
    requests(stream, connection, http2, limit, metrics, app, shutdown).await
}

/// Counts a connection for its client, until the permit is dropped.
///
/// # Errors
///
/// When the client has as many as it may.
pub(super) fn client_permit(
    transport: &ListenerOptions,
    client: IpAddr,
) -> Result<PerClientPermit<IpNet>, ConnectionError> {
    let permit = transport.connections.client_permit(client);
    permit.ok_or_else(|| {
        tracing::debug!("a client has too many connections");
        transport.metrics.limit_hit("connections-per-client");
        ConnectionError::TooMany
    })
}

/// Answers the requests of one connection. The TLS handshake has settled the version of HTTP: guessing it
/// from the first bytes would mean to wait for them without a deadline.
///
/// What was posted may be a password, and the libraries for TLS and HTTP/2 keep what they have read in their
/// buffers until the connection ends. So the connection ends with the answer, and what is freed is
/// overwritten. The library for HTTP/1 keeps nothing, so without TLS a proxy can reuse its connection.
async fn requests<S>(
    stream: S,
    connection: ConnectionInfo,
    http2: bool,
    limit: RequestLimit,
    metrics: Metrics,
    app: impl Application,
    shutdown: CancellationToken,
) -> Result<(), ConnectionError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::begin();
    let requests = activity.clone();
    let after_post = shutdown.clone();
    let app = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(connection);
        let is_last = connection.tls && *request.method() == Method::POST;
        if is_last {
            after_post.cancel();
        }
        let app = app.clone();
        let (permit, refused) = match limit.permit() {
            Ok(permit) => (permit, false),
            Err(TooManyRequests) => (None, true),
        };
        let refusal = if refused {
            metrics.limit_hit("requests-per-client");
            let retry = [(RETRY_AFTER, HeaderValue::from_static("1"))];
            Some((StatusCode::SERVICE_UNAVAILABLE, retry).into_response())
        } else {
            let ambiguous = host::check_one_host(&request).err();
            ambiguous.map(IntoResponse::into_response)
        };
        requests.request(permit, async move {
            if let Some(mut refusal) = refusal {
                headers::add_fixed(refusal.headers_mut());
                return Ok(refusal);
            }
            if is_last {
                // The connection must notice that it ends before it writes the head of the answer, which says
                // so to the client.
                yield_now().await;
            }
            app.oneshot(request).await
        })
    });
    let io = TokioIo::new(stream);
    let serving = async {
        if http2 {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder
                .timer(TokioTimer::new())
                .keep_alive_interval(KEEP_ALIVE_INTERVAL)
                .keep_alive_timeout(KEEP_ALIVE_INTERVAL)
                .max_concurrent_streams(MAX_STREAMS)
                .max_send_buf_size(SEND_BUFFER_LEN)
                .initial_stream_window_size(RECEIVE_WINDOW)
                .initial_connection_window_size(4 * RECEIVE_WINDOW);
            let mut serving = pin!(builder.serve_connection(io, app));
            tokio::select! {
                biased;
                () = shutdown.cancelled() => serving.as_mut().graceful_shutdown(),
                served = &mut serving => return served,
            }
            serving.await
        } else {
            let mut builder = http1::Builder::new();
            builder
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIMEOUT)
                .max_buf_size(MAX_HEAD_LEN);
            // The builder for both versions reads the first bytes itself where a connection may be upgraded, and the
            // rest of the request, with its password, then stays in a buffer as long as the connection is open.
            let mut serving = pin!(builder.serve_connection(io, app).with_upgrades());
            tokio::select! {
                biased;
                () = shutdown.cancelled() => serving.as_mut().graceful_shutdown(),
                served = &mut serving => return served,
            }
            serving.await
        }
    };
    tokio::select! {
        served = serving => served.map_err(|error| ConnectionError::Requests(error.into())),
        () = activity.expired() => Err(ConnectionError::Idle),
        () = sleep(MAX_CONNECTION_AGE) => Err(ConnectionError::TooOld),
    }
}
