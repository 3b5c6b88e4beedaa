//! From a port to the router: connections, TLS, and who is at the other end.
//!
//! | module | idea |
//! |---|---|
//! | `activity` | whether anything happens on a connection |
//! | [`connections`] | how many connections there are |
//! | [`tls`] | the certificate, and its successor |
//! | `proxy_protocol` | a proxy says for whom it passes on a connection |
//! | [`redirect`] | the way from `http` to `https` |

mod activity;
pub mod connections;
mod proxy_protocol;
pub mod redirect;
pub mod tls;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use ipnet::IpNet;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::{Service, ServiceExt};

use self::activity::Activity;
use self::connections::{Connections, RequestLimit, TooManyRequests};
use self::tls::Certificates;
use crate::http::client::{Connection, Proxies};
use crate::limits::per_client::Own;
use crate::operations::metrics::Metrics;
use crate::{http::headers, http::host};

/// How long a client may take to say what it wants: for the PROXY header, for the handshake, and for
/// the headers of each request.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the request line and the headers may be together, in bytes. HTTP/2 has 16 KiB by itself.
const LARGEST_HEAD: usize = 64 * 1024;

/// How many requests of one HTTP/2 connection are answered at once. A page needs five.
const MAX_STREAMS: u32 = 8;

/// How much of each answer lies ready to be sent (HTTP/2), in bytes.
const SEND_BUFFER_LEN: usize = 16 * 1024;

/// How much a client may send before it is read (HTTP/2), in bytes: twice what a form may hold.
const RECEIVE_WINDOW: u32 = 16 * 1024;

/// How long a connection may be silent before it is asked whether it is still there (HTTP/2).
const SILENCE: Duration = Duration::from_secs(20);

/// How long a connection may live, whatever happens on it: a client of HTTP/2 could ask and never take
/// the answer. No page takes nearly as long.
const OLDEST: Duration = Duration::from_secs(15 * 60);

/// How long what was sent may lie unread at the client's end.
const UNREAD: Duration = Duration::from_secs(60);

/// How connections are taken.
#[derive(Clone)]
pub struct Transport {
    /// The certificate, where connections are encrypted.
    pub certificates: Option<Arc<Certificates>>,
    /// Which proxies are believed.
    pub proxies: Proxies,
    /// Whether those proxies begin each connection with a PROXY header.
    pub proxy_protocol: bool,
    /// The connections that there are.
    pub connections: Connections,
    /// How long what is under way may go on after the program was told to stop.
    pub stop_within: Duration,
    /// What is counted.
    pub metrics: Metrics,
}

/// Why a connection came to nothing. It is the client's fault, so nobody but its author needs to know.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the PROXY header: {0}")]
    Proxy(#[from] proxy_protocol::ProxyError),
    #[error("the TLS handshake: {0}")]
    Handshake(io::Error),
    #[error("its client has too many connections")]
    TooMany,
    #[error("the beginning took too long")]
    Slow(#[from] tokio::time::error::Elapsed),
    #[error("nothing happened for too long")]
    Idle,
    #[error("it is too old")]
    Old,
    #[error("the requests: {0}")]
    Requests(Box<dyn std::error::Error + Send + Sync>),
}

/// What answers requests: a router, or what stands before one.
pub trait Application:
    Service<Request<Body>, Response = Response, Error = Infallible, Future: Send>
    + Clone
    + Send
    + 'static
{
}

impl<S> Application for S where
    S: Service<Request<Body>, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// Serves until `stop`, and then what is under way, but not for ever.
pub async fn serve(
    listener: TcpListener,
    transport: Transport,
    app: impl Application,
    stop: impl Future<Output = ()>,
) {
    let connections = TaskTracker::new();
    let ending = CancellationToken::new();
    let mut stop = pin!(stop);
    loop {
        let (room, (stream, peer)) = tokio::select! {
            accepted = accept(&listener, &transport.connections) => accepted,
            () = &mut stop => break,
        };
        // Refused before anything is done for it, where it is known already whose it is.
        let of_client = if transport.proxies.trusts(peer.ip()) {
            None
        } else {
            let Ok(permit) = of_client(&transport, peer) else {
                continue;
            };
            Some(permit)
        };
        let transport = transport.clone();
        let app = app.clone();
        let ending = ending.child_token();
        connections.spawn(async move {
            if let Err(cause) = connection(stream, peer, transport, app, ending).await {
                tracing::debug!(%cause, "a connection broke");
            }
            drop((room, of_client));
        });
    }
    drop(listener);
    ending.cancel();
    connections.close();
    if timeout(transport.stop_within, connections.wait())
        .await
        .is_err()
    {
        tracing::warn!("some connections did not come to an end and are cut off");
    }
}

/// Counts a connection for its client.
fn of_client(transport: &Transport, client: SocketAddr) -> Result<Own<IpNet>, Broken> {
    let permit = transport.connections.of_client(client.ip());
    permit.ok_or_else(|| {
        tracing::debug!("a client has too many connections");
        transport.metrics.connection_refused();
        Broken::TooMany
    })
}

/// The next connection, as soon as there is room for one.
async fn accept(
    listener: &TcpListener,
    connections: &Connections,
) -> (OwnedSemaphorePermit, (TcpStream, SocketAddr)) {
    let Some(room) = connections.room().await else {
        // Nobody closes the doors before the program ends.
        return std::future::pending().await;
    };
    loop {
        match listener.accept().await {
            Ok(accepted) => return (room, accepted),
            Err(cause) if is_of_one_connection(&cause) => {}
            Err(cause) => {
                // Most likely there are too many open files; some will be closed presently.
                tracing::error!(%cause, "no connection can be accepted");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn is_of_one_connection(cause: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        cause.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

async fn connection(
    mut stream: TcpStream,
    peer: SocketAddr,
    transport: Transport,
    app: impl Application,
    ending: CancellationToken,
) -> Result<(), Broken> {
    // Lines of a running test are short and must not wait for each other.
    let _ = stream.set_nodelay(true);
    // A client that takes nothing of what it asked for must not keep the connection for ever.
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD));
    let mut connection = Connection::plain(peer);
    let mut _of_client = None;
    let trusted = transport.proxies.trusts(peer.ip());
    let mut client = (!trusted).then(|| peer.ip());
    if transport.proxy_protocol && trusted {
        let source = timeout(PATIENCE, proxy_protocol::read(&mut stream)).await??;
        if let Some(source) = source {
            connection.peer = source;
            connection.passed_on = true;
            _of_client = Some(of_client(&transport, source)?);
            client = Some(source.ip());
        }
    }
    let limit = RequestLimit::new(transport.connections.clone(), client);
    let Some(certificates) = &transport.certificates else {
        return requests(stream, connection, false, limit, app, ending).await;
    };
    let acceptor = TlsAcceptor::from(certificates.current());
    let stream = timeout(PATIENCE, acceptor.accept(stream)).await?;
    let stream = stream.map_err(Broken::Handshake)?;
    connection.tls = true;
    let http2 = stream.get_ref().1.alpn_protocol() == Some(tls::HTTP2);
    requests(stream, connection, http2, limit, app, ending).await
}

/// Answers the requests of one connection. Which HTTP it is, is known from the handshake: guessing it
/// from the first bytes would mean to wait for them without end.
///
/// What was posted may be a password, and the libraries for TLS and HTTP/2 keep what they have read in their
/// buffers until the connection ends. So it ends with the answer, and what was freed is overwritten. That for
/// HTTP/1 keeps nothing, so without TLS a proxy can use its connection again.
async fn requests<S>(
    stream: S,
    connection: Connection,
    http2: bool,
    limit: RequestLimit,
    app: impl Application,
    ending: CancellationToken,
) -> Result<(), Broken>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::begin();
    let asked = activity.clone();
    let last = ending.clone();
    let app = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(connection);
        let keeps = connection.tls && *request.method() == Method::POST;
        if keeps {
            last.cancel();
        }
        let app = app.clone();
        let (permit, refused) = match limit.permit() {
            Ok(permit) => (permit, false),
            Err(TooManyRequests) => (None, true),
        };
        let refusal = if refused {
            let retry = [(RETRY_AFTER, HeaderValue::from_static("1"))];
            Some((StatusCode::SERVICE_UNAVAILABLE, retry).into_response())
        } else {
            host::refusal(&request)
        };
        asked.request(permit, async move {
            if let Some(mut refusal) = refusal {
                headers::add(refusal.headers_mut());
                return Ok(refusal);
            }
            if keeps {
                // The connection must know that it ends before the answer is there, to say so in its head.
                yield_now().await;
            }
            app.oneshot(request).await
        })
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(LARGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(SILENCE)
        .keep_alive_timeout(SILENCE)
        .max_concurrent_streams(MAX_STREAMS)
        .max_send_buf_size(SEND_BUFFER_LEN)
        .initial_stream_window_size(RECEIVE_WINDOW)
        .initial_connection_window_size(4 * RECEIVE_WINDOW);
    let builder = if http2 {
        builder.http2_only()
    } else {
        builder.http1_only()
    };
    let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), app));
    let serving = async {
        tokio::select! {
            biased;
            () = ending.cancelled() => serving.as_mut().graceful_shutdown(),
            served = &mut serving => return served,
        }
        serving.await
    };
    tokio::select! {
        served = serving => served.map_err(Broken::Requests),
        () = activity.ends() => Err(Broken::Idle),
        () = sleep(OLDEST) => Err(Broken::Old),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use futures_util::stream;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::Notify;
    use tokio::task::JoinHandle;
    use tokio::time::Instant;

    use super::*;
    use crate::http::client::ProxyOptions;

    /// A server whose every page says who asks.
    async fn server(transport: Transport) -> SocketAddr {
        stoppable(transport, std::future::pending()).await.0
    }

    async fn stoppable(
        transport: Transport,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> (SocketAddr, JoinHandle<()>) {
        let app = get(
            async |axum::Extension(connection): axum::Extension<Connection>| {
                let passed_on = if connection.passed_on {
                    " passed on"
                } else {
                    ""
                };
                format!("<{}{passed_on}>", connection.peer.ip())
            },
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/", app);
        let serving = tokio::spawn(serve(listener, transport, app, stop));
        (address, serving)
    }

    fn transport(trusted: &[&str], proxy_protocol: bool) -> Transport {
        let options = ProxyOptions {
            trusted_proxy: trusted
                .iter()
                .map(|network| network.parse().unwrap())
                .collect(),
            ..ProxyOptions::default()
        };
        Transport {
            certificates: None,
            proxies: Proxies::new(&options),
            proxy_protocol,
            connections: Connections::default(),
            stop_within: Duration::from_secs(60),
            metrics: Metrics::default(),
        }
    }

    /// Sends something and gives all that comes back until the end.
    async fn ask(address: SocketAddr, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        // A server that refuses may reset the connection.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    const PROXY: &[u8] =
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\x7f\0\0\x01\x10\0\0\x50";
    const OWN: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

    #[tokio::test]
    async fn only_a_trusted_proxy_can_name_the_client_of_a_connection() {
        for (trusted, proxy_protocol, header, expected) in [
            (&["127.0.0.1/32"][..], true, PROXY, "<192.0.2.7 passed on>"),
            (&["127.0.0.1/32"], true, OWN, "<127.0.0.1>"),
            // It must say something, or a client of a badly set proxy would be taken for the proxy.
            (&["127.0.0.1/32"], true, b"", ""),
            (&["127.0.0.1/32"], false, PROXY, "HTTP/1.1 400"),
            (&["10.0.0.0/8"], true, PROXY, "HTTP/1.1 400"),
            (&["10.0.0.0/8"], true, b"", "<127.0.0.1>"),
        ] {
            let address = server(transport(trusted, proxy_protocol)).await;
            let answer = ask(address, &[header, REQUEST].concat()).await;
            assert!(
                answer.contains(expected),
                "{trusted:?} {proxy_protocol}: {answer}"
            );
            assert_eq!(answer.is_empty(), expected.is_empty(), "{answer}");
        }
    }

    #[tokio::test]
    async fn one_client_has_only_so_many_connections_and_all_have_only_so_many() {
        for (all, per_client, trusted, header, expected) in [
            (9, 2, &[][..], &b""[..], [true, true, false, false]),
            (9, 2, &["127.0.0.1/32"], b"", [true, true, true, true]),
            // Whose connection it is, the header says.
            (9, 2, &["127.0.0.1/32"], PROXY, [true, true, false, false]),
            (9, 2, &["127.0.0.1/32"], OWN, [true, true, true, true]),
            (3, 9, &[], b"", [true, true, true, false]),
        ] {
            let mut transport = transport(trusted, !header.is_empty());
            let count = |count| std::num::NonZeroUsize::new(count).unwrap();
            transport.connections = Connections::new(&connections::ConnectionOptions {
                connections: count(all),
                connections_per_client: count(per_client),
            });
            let metrics = transport.metrics.clone();
            let address = server(transport).await;
            let mut open = Vec::new();
            for expected in expected {
                let mut stream = TcpStream::connect(address).await.unwrap();
                let request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
                // A connection that is closed already may refuse it.
                let _ = stream.write_all(&[header, request].concat()).await;
                let mut begin = [0; 8];
                let answer = stream.read_exact(&mut begin);
                let answered = timeout(Duration::from_millis(300), answer).await;
                let answered = answered.is_ok_and(|answer| answer.is_ok());
                assert_eq!(answered, expected, "{all} {per_client}");
                open.push(stream);
            }
            // Those that wait are not refused.
            let waits = all < expected.len();
            let refused = expected.iter().filter(|answered| !**answered && !waits);
            let refused = refused.count();
            let line = format!("{{limit=\"connections-per-client\"}} {refused}\n");
            assert_eq!(metrics.text().contains(&line), refused > 0, "{all}");
            // Who goes away makes room for others.
            open.clear();
            let request = [header, REQUEST].concat();
            let answer = timeout(Duration::from_secs(5), ask(address, &request)).await;
            assert!(answer.unwrap().starts_with("HTTP/1.1 200"));
        }
    }

    #[tokio::test]
    async fn a_request_that_does_not_say_which_host_it_is_for_is_refused() {
        let address = server(transport(&[], false)).await;
        for (hosts, expected) in [
            ("", "HTTP/1.1 400"),
            ("Host: a\r\n", "HTTP/1.1 200"),
            ("Host: a\r\nHost: a\r\n", "HTTP/1.1 400"),
            ("Host: a\r\nHost: b\r\n", "HTTP/1.1 400"),
            ("Host: a b\r\n", "HTTP/1.1 400"),
        ] {
            let head = format!("GET / HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
            let answer = ask(address, head.as_bytes()).await;
            assert!(answer.starts_with(expected), "{hosts:?}: {answer}");
            // This server has no layers; what it refuses itself is marked as all answers are.
            let marked = answer.contains("x-content-type-options: nosniff");
            assert_eq!(marked, expected.ends_with("400"), "{hosts:?}: {answer}");
        }
    }

    #[tokio::test]
    async fn one_client_has_only_so_many_requests_at_once() {
        let mut transport = transport(&[], false);
        let count = |count| std::num::NonZeroUsize::new(count).unwrap();
        transport.connections = Connections::new(&connections::ConnectionOptions {
            connections: count(9),
            connections_per_client: count(2),
        });
        let connections = transport.connections.clone();
        let address = server(transport).await;
        let limit = RequestLimit::new(connections, "127.0.0.1".parse().ok());
        let held = [limit.permit(), limit.permit()];
        let answer = ask(address, REQUEST).await;
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("retry-after: 1"), "{answer}");
        drop(held);
        // An answer gives its permit back when it is there to its end.
        for _ in 0..4 {
            let answer = ask(address, REQUEST).await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    }

    #[tokio::test]
    async fn headers_have_a_largest_size() {
        let address = server(transport(&[], false)).await;
        for (length, expected) in [
            (LARGEST_HEAD / 2, "HTTP/1.1 200"),
            (LARGEST_HEAD * 2, "HTTP/1.1 431"),
        ] {
            let long = "x".repeat(length);
            let head =
                format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: {long}\r\n\r\n");
            let answer = ask(address, head.as_bytes()).await;
            assert!(answer.starts_with(expected), "{length}: {answer}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_not_waited_for() {
        for (trusted, proxy_protocol, bytes) in [
            (&[][..], false, &b""[..]),
            (&[], false, b"GET / HTTP/1.1\r\nHost: loc"),
            // Nobody has agreed on HTTP/2 here.
            (&[], false, b"PRI * HTT"),
            (&["127.0.0.1/32"], true, b""),
            (
                &["127.0.0.1/32"],
                true,
                b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x01\0",
            ),
        ] {
            let address = server(transport(trusted, proxy_protocol)).await;
            let begin = Instant::now();
            let answer = timeout(Duration::from_secs(60), ask(address, bytes)).await;
            assert!(answer.is_ok(), "{bytes:?} is waited for");
            assert!(
                begin.elapsed() <= PATIENCE + Duration::from_secs(1),
                "{bytes:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_handshake_that_does_not_begin_or_end_is_not_waited_for() {
        let folder = std::env::temp_dir().join(format!("mailguide-{}-slow", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        std::fs::write(&cert, pair.cert.pem()).unwrap();
        std::fs::write(&key, pair.signing_key.serialize_pem()).unwrap();
        let certificates = Certificates::read(&cert, &key).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        let mut transport = transport(&[], false);
        transport.certificates = Some(Arc::new(certificates));
        let address = server(transport).await;
        // Nothing, and a hello of which most is missing.
        for bytes in [&b""[..], &[22, 3, 1, 2, 0, 1, 0, 1]] {
            let begin = Instant::now();
            let answer = timeout(Duration::from_secs(60), ask(address, bytes)).await;
            assert!(answer.is_ok(), "{bytes:?} is waited for");
            assert_eq!(begin.elapsed().as_secs(), PATIENCE.as_secs(), "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn what_is_under_way_is_finished_and_nothing_new_begun() {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        let (address, serving) = stoppable(transport(&[], false), stopped).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let (begin, end) = REQUEST.split_at(20);
        stream.write_all(begin).await.unwrap();
        // The server has seen the connection when it has answered another one that came later.
        assert!(ask(address, REQUEST).await.contains("<127.0.0.1>"));
        stop.send(()).unwrap();
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!serving.is_finished());
        stream.write_all(end).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains("<127.0.0.1>"), "{answer}");
        serving.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_come_to_an_end_is_cut_off() {
        let asked = Arc::new(Notify::new());
        let begun = Arc::clone(&asked);
        let endless = get(async move || {
            begun.notify_one();
            Body::from_stream(stream::pending::<io::Result<&str>>())
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = async move { asked.notified().await };
        let app = Router::new().route("/", endless);
        let serving = tokio::spawn(serve(listener, transport(&[], false), app, stop));
        let asking = tokio::spawn(async move { ask(address, REQUEST).await });
        let begin = Instant::now();
        serving.await.unwrap();
        assert_eq!(begin.elapsed().as_secs(), 60);
        asking.abort();
    }
}
