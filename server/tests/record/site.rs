//! A web server of many names, over TLS and plainly, on loopback.

use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rcgen::CertifiedKey;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What is answered to a path of a host.
pub(crate) enum Page {
    /// A file.
    File(String),
    /// Another address.
    Redirect(String),
}

/// Answers by host and path, and keeps what was asked.
pub(crate) struct Site {
    /// Where it speaks TLS.
    pub(crate) https: SocketAddr,
    /// Where it speaks none.
    pub(crate) http: SocketAddr,
    /// The file with its certificate.
    pub(crate) certificate: String,
    requests: Arc<Mutex<Vec<String>>>,
}

type Pages = Arc<dyn Fn(&str) -> Option<Page> + Send + Sync>;

impl Site {
    /// Serves pages for these names. A page is named by its host and its path, and
    /// over plain HTTP by its whole URL.
    pub(crate) async fn start(
        names: &[&str],
        pages: impl Fn(&str) -> Option<Page> + Send + Sync + 'static,
    ) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
        let name = format!("record-{}-{number}.pem", std::process::id());
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&file, cert.pem()).unwrap();
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        let pages: Pages = Arc::new(pages);
        let requests = Arc::default();
        let https = listen(Some(tls), &pages, &requests).await;
        let http = listen(None, &pages, &requests).await;
        let certificate = file.display().to_string();
        Self {
            https,
            http,
            certificate,
            requests,
        }
    }

    /// Everything that was asked: method, host, path with its query, and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.certificate);
    }
}

async fn listen(
    tls: Option<TlsAcceptor>,
    pages: &Pages,
    requests: &Arc<Mutex<Vec<String>>>,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (pages, requests) = (Arc::clone(pages), Arc::clone(requests));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, pages, requests) = (tls.clone(), Arc::clone(&pages), Arc::clone(&requests));
            tokio::spawn(async move {
                match tls {
                    // A client that refuses the certificate ends the handshake.
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, "", pages, requests).await;
                        }
                    }
                    None => serve(stream, "http://", pages, requests).await,
                }
            });
        }
    });
    address
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    scheme: &'static str,
    pages: Pages,
    requests: Arc<Mutex<Vec<String>>>,
) {
    let service = service_fn(move |request| {
        answer(request, scheme, Arc::clone(&pages), Arc::clone(&requests))
    });
    // A client that leaves before the end is no fault of the server.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<hyper::body::Incoming>,
    scheme: &str,
    pages: Pages,
    requests: Arc<Mutex<Vec<String>>>,
) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let host = head.headers["host"].to_str().unwrap();
    let host = host.split(':').next().unwrap().to_owned();
    let page = format!("{scheme}{host}{}", head.uri);
    let body = String::from_utf8_lossy(&body);
    requests
        .lock()
        .unwrap()
        .push(format!("{} {page} {body}", head.method));
    let answer = match pages(&page) {
        Some(Page::File(text)) => Response::new(Body::from(text)),
        Some(Page::Redirect(to)) => {
            let answer = Response::builder().status(302).header("location", to);
            answer.body(Body::empty()).unwrap()
        }
        None => Response::builder().status(404).body(Body::empty()).unwrap(),
    };
    Ok(answer)
}
