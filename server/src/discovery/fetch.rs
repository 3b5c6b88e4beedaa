//! One HTTP request with its redirects.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST, LOCATION, USER_AGENT};
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use probe::net::Probe;
use probe::{HostName, Outcome};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::cli::servers::ConnectTo;
use crate::http_client;

/// The time for one URL with all its redirects.
const FETCH_TIMEOUT: Duration = Duration::from_secs(15);

/// More redirects than this are not followed.
const MAX_REDIRECTS: usize = 3;

/// A longer body is refused. The largest file of Thunderbird's list has 9 kB.
const MAX_BODY: usize = 256 * 1024;

/// Fetches set-up files.
#[derive(Clone)]
pub struct Fetcher {
    probe: Probe,
    tls: Arc<ClientConfig>,
    connect_to: Vec<ConnectTo>,
    /// Whether what comes over plain HTTP is given out.
    plain_http: bool,
}

/// What came.
#[derive(Debug)]
pub(super) struct Fetched {
    /// Where it stood at last.
    pub(super) url: Url,
    /// The addresses that led there.
    pub(super) redirects: Vec<Url>,
    pub(super) body: Vec<u8>,
}

/// Why nothing came.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no connection to {host}: {outcome}")]
    NoConnection { host: String, outcome: Outcome },
    #[error("TLS with {host}: {cause}")]
    Tls { host: String, cause: std::io::Error },
    #[error("HTTP with {host}: {cause}")]
    Http { host: String, cause: hyper::Error },
    #[error("the answer is {0}")]
    Status(StatusCode),
    #[error("the answer has more than {MAX_BODY} bytes")]
    TooLarge,
    #[error("the answer breaks off: {0}")]
    Body(String),
    #[error("a redirect to {0:?}, which is no https address")]
    Redirect(String),
    #[error("more than {MAX_REDIRECTS} redirects")]
    TooManyRedirects,
    #[error("{0} is no address of a web page")]
    BadUrl(String),
    #[error("the answer came over plain HTTP, where anybody on the way can change it")]
    NotEncrypted,
    #[error("no answer within {} seconds", FETCH_TIMEOUT.as_secs())]
    Timeout,
}

impl Fetcher {
    /// Uses the DNS, the trusted certificates and the rule about private addresses of the probe. `connect_to` are
    /// other addresses for some hosts.
    pub fn new(probe: Probe, connect_to: Vec<ConnectTo>) -> Self {
        let mut tls = probe.tls_config();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let tls = Arc::new(tls);
        Self {
            probe,
            tls,
            connect_to,
            plain_http: false,
        }
    }

    /// Also gives out what comes over plain HTTP, for those who only compare it.
    pub(super) fn with_plain_http(self) -> Self {
        Self {
            plain_http: true,
            ..self
        }
    }

    /// The probe whose rules are followed.
    pub(super) fn probe(&self) -> &Probe {
        &self.probe
    }

    /// Where to connect to in place of a host and its port, if anywhere.
    pub(super) fn replacement(&self, host: &HostName, port: u16) -> Vec<SocketAddr> {
        let named = self.connect_to.iter();
        let named = named.filter(|other| other.host == *host && other.port.get() == port);
        named.flat_map(|other| other.to.clone()).collect()
    }

    /// Fetches a URL; an `xml` body is sent with POST, also to where a redirect leads.
    pub(super) async fn fetch(&self, url: &str, xml: Option<&str>) -> Result<Fetched, FetchError> {
        let fetching = timeout(FETCH_TIMEOUT, self.follow(url, xml));
        fetching.await.unwrap_or(Err(FetchError::Timeout))
    }

    async fn follow(&self, url: &str, xml: Option<&str>) -> Result<Fetched, FetchError> {
        let mut url: Url = url
            .parse()
            .map_err(|_| FetchError::BadUrl(url.to_owned()))?;
        let mut redirects = Vec::new();
        loop {
            match self.request(&url, xml).await? {
                Answer::Body(_) if url.scheme() != "https" && !self.plain_http => {
                    return Err(FetchError::NotEncrypted);
                }
                Answer::Body(body) => {
                    return Ok(Fetched {
                        url,
                        redirects,
                        body,
                    });
                }
                Answer::Redirect(to) => {
                    let next = url.join(&to).ok().filter(|next| next.scheme() == "https");
                    let next = next.ok_or(FetchError::Redirect(to))?;
                    if redirects.len() == MAX_REDIRECTS {
                        return Err(FetchError::TooManyRedirects);
                    }
                    redirects.push(std::mem::replace(&mut url, next));
                }
            }
        }
    }

    async fn request(&self, url: &Url, xml: Option<&str>) -> Result<Answer, FetchError> {
        let bad = || FetchError::BadUrl(url.to_string());
        let host: HostName = url
            .host_str()
            .and_then(|host| host.parse().ok())
            .ok_or_else(bad)?;
        let port = url.port_or_known_default().ok_or_else(bad)?;
        let stream = self.connect(&host, port).await?;
        if url.scheme() != "https" {
            return exchange(stream, url, &host, xml).await;
        }
        let name = ServerName::try_from(String::from(host.clone())).map_err(|_| bad())?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector
            .connect(name, stream)
            .await
            .map_err(|cause| FetchError::Tls {
                host: host.to_string(),
                cause,
            })?;
        exchange(stream, url, &host, xml).await
    }

    async fn connect(&self, host: &HostName, port: u16) -> Result<TcpStream, FetchError> {
        let replacement = self.replacement(host, port);
        let connected = match replacement.is_empty() {
            true => self.probe.open(host, port).await,
            false => TcpStream::connect(&replacement[..])
                .await
                .map_err(|_| Outcome::ConnectionRefused),
        };
        connected.map_err(|outcome| FetchError::NoConnection {
            host: host.to_string(),
            outcome,
        })
    }
}

enum Answer {
    Body(Vec<u8>),
    Redirect(String),
}

/// One request and its answer over an open connection.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    url: &Url,
    host: &HostName,
    xml: Option<&str>,
) -> Result<Answer, FetchError> {
    let failed = |cause| FetchError::Http {
        host: host.to_string(),
        cause,
    };
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let authority = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_string(),
    };
    let request = Request::builder()
        .method(match xml {
            Some(_) => Method::POST,
            None => Method::GET,
        })
        .uri(path)
        .header(HOST, authority)
        .header(ACCEPT, "text/xml, application/xml, application/json")
        .header(USER_AGENT, concat!("mailguide/", env!("CARGO_PKG_VERSION")));
    let request = match xml {
        Some(body) => request
            .header(CONTENT_TYPE, "text/xml; charset=utf-8")
            .body(Body::from(body.to_owned())),
        None => request.body(Body::empty()),
    };
    let request = request.map_err(|_| FetchError::BadUrl(url.to_string()))?;
    // It keeps the connection until the body is read.
    let answer = http_client::send(stream, request).await.map_err(failed)?;
    let response = answer.response;
    let status = response.status();
    if status.is_redirection() {
        let to = response
            .headers()
            .get(LOCATION)
            .and_then(|to| to.to_str().ok());
        return to
            .map(|to| Answer::Redirect(to.to_owned()))
            .ok_or(FetchError::Status(status));
    }
    if status != StatusCode::OK {
        return Err(FetchError::Status(status));
    }
    let body = Limited::new(response.into_body(), MAX_BODY).collect().await;
    match body {
        Ok(body) => Ok(Answer::Body(body.to_bytes().to_vec())),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(FetchError::TooLarge),
        Err(error) => Err(FetchError::Body(error.to_string())),
    }
}
