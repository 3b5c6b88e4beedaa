//! Connections as clients and proxies make them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::accept::serve;
use super::connection::{HEADER_TIMEOUT, MAX_HEAD_LEN};
use super::connections::{ConnectionOptions, Connections, RequestLimit};
use super::listener_options::ListenerOptions;
use super::tls::Certificates;
use crate::http::client::{ConnectionInfo, ProxyOptions, TrustedProxies};
use crate::named_path::NamedPath;
use crate::operations::metrics::Metrics;

/// A server whose every page says who asks.
async fn server(transport: ListenerOptions) -> SocketAddr {
    stoppable(transport, std::future::pending()).await.0
}

async fn stoppable(
    transport: ListenerOptions,
    stop: impl Future<Output = ()> + Send + 'static,
) -> (SocketAddr, JoinHandle<()>) {
    let app = get(
        async |axum::Extension(connection): axum::Extension<ConnectionInfo>| {
            let proxied = if connection.proxied { " passed on" } else { "" };
            format!("<{}{proxied}>", connection.peer.ip())
        },
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/", app);
    let serving = tokio::spawn(serve(listener, transport, app, stop));
    (address, serving)
}

fn transport(trusted: &[&str], proxy_protocol: bool) -> ListenerOptions {
    let options = ProxyOptions {
        trusted_proxy: trusted
            .iter()
            .map(|network| network.parse().unwrap())
            .collect(),
        ..ProxyOptions::default()
    };
    ListenerOptions {
        certificates: None,
        proxies: TrustedProxies::new(&options),
        proxy_protocol,
        connections: Connections::default(),
        shutdown_timeout: Duration::from_secs(60),
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
const PROXY: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\x7f\0\0\x01\x10\0\0\x50";
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

#[tokio::test]
async fn only_a_trusted_proxy_can_name_the_client_of_a_connection() {
    for (trusted, proxy_protocol, header, expected) in [
        (&["127.0.0.1/32"][..], true, PROXY, "<192.0.2.7 passed on>"),
        (&["127.0.0.1/32"], true, LOCAL, "<127.0.0.1>"),
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
        (9, 2, &["127.0.0.1/32"], LOCAL, [true, true, true, true]),
        (3, 9, &[], b"", [true, true, true, false]),
    ] {
        let mut transport = transport(trusted, !header.is_empty());
        let count = |count| std::num::NonZeroUsize::new(count).unwrap();
        transport.connections = Connections::new(&ConnectionOptions {
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
        // Who goes away makes permit for others.
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
    transport.connections = Connections::new(&ConnectionOptions {
        connections: count(9),
        connections_per_client: count(2),
    });
    let connections = transport.connections.clone();
    let metrics = transport.metrics.clone();
    let address = server(transport).await;
    let limit = RequestLimit::new(connections, "127.0.0.1".parse().ok());
    let held = [limit.permit(), limit.permit()];
    let answer = ask(address, REQUEST).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("retry-after: 1"), "{answer}");
    let counted = "limits_hit_total{limit=\"requests-per-client\"} 1";
    assert!(metrics.text().contains(counted), "{}", metrics.text());
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
        (MAX_HEAD_LEN / 2, "HTTP/1.1 200"),
        (MAX_HEAD_LEN * 2, "HTTP/1.1 431"),
    ] {
        let long = "x".repeat(length);
        let head = format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: {long}\r\n\r\n");
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
            begin.elapsed() <= HEADER_TIMEOUT + Duration::from_secs(1),
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
    let named = |path| NamedPath::of_option("--x", path);
    let certificates = Certificates::read(&named(&cert), &named(&key)).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    let mut transport = transport(&[], false);
    transport.certificates = Some(Arc::new(certificates));
    let address = server(transport).await;
    // Nothing, and a hello of which most is missing.
    for bytes in [&b""[..], &[22, 3, 1, 2, 0, 1, 0, 1]] {
        let begin = Instant::now();
        let answer = timeout(Duration::from_secs(60), ask(address, bytes)).await;
        assert!(answer.is_ok(), "{bytes:?} is waited for");
        assert_eq!(
            begin.elapsed().as_secs(),
            HEADER_TIMEOUT.as_secs(),
            "{bytes:?}"
        );
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
