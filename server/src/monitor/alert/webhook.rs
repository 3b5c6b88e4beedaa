//! POST of each alert to a web server.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use axum::http::{Request, StatusCode};
use futures_util::future::{BoxFuture, FutureExt};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Position, Url};

use super::destination::{AlertSender, Refusal};
use super::model::Alert;
use crate::http_client;

/// The time for one try.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Where to post: HTTPS, or HTTP to this machine. It may hold a secret, and is never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl {
    url: Url,
    host: String,
    port: u16,
}

impl FromStr for WebhookUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected an address with https://, or with http:// on this machine, without a user name";
        let url: Url = text.parse().map_err(|_| expected)?;
        let is_local = match url.host().ok_or(expected)? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let is_allowed = match url.scheme() {
            "https" => true,
            "http" => is_local,
            _ => false,
        };
        if !is_allowed || !url.username().is_empty() || url.password().is_some() {
            return Err(expected);
        }
        let host = url.host_str().ok_or(expected)?;
        Ok(Self {
            // An IPv6 address has brackets in a URL only.
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port_or_known_default().ok_or(expected)?,
            url,
        })
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "WebhookUrl({})", self.host)
    }
}

/// Posts alerts.
pub struct Webhook {
    to: WebhookUrl,
    tls: Arc<ClientConfig>,
}

impl Webhook {
    /// Posts to this address; `tls` says whom to trust.
    pub fn new(to: WebhookUrl, mut tls: ClientConfig) -> Self {
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self {
            to,
            tls: Arc::new(tls),
        }
    }

    async fn post(&self, alert: &Alert) -> Result<(), Refusal> {
        let never = |cause: &dyn fmt::Display| Refusal::Never(cause.to_string());
        let later = |cause: &dyn fmt::Display| Refusal::Later(cause.to_string());
        let WebhookUrl { url, host, port } = &self.to;
        let body = serde_json::to_vec(&alert.body()).map_err(|cause| never(&cause))?;
        let request = Request::post(&url[Position::BeforePath..Position::AfterQuery])
            .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("mailguide/", env!("CARGO_PKG_VERSION")))
            .body(Body::from(body))
            .map_err(|cause| never(&cause))?;
        let stream = TcpStream::connect((host.as_str(), *port)).await;
        let stream = stream.map_err(|cause| later(&cause))?;
        let answer = match url.scheme() {
            "https" => {
                let name = ServerName::try_from(host.clone()).map_err(|cause| never(&cause))?;
                let connector = TlsConnector::from(Arc::clone(&self.tls));
                let stream = connector.connect(name, stream).await;
                http_client::send(stream.map_err(|cause| later(&cause))?, request).await
            }
            _ => http_client::send(stream, request).await,
        };
        let status = answer.map_err(|cause| later(&cause))?.response.status();
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                Err(later(&status))
            }
            status if status.is_server_error() => Err(later(&status)),
            // A redirect, too, leads nowhere: the address is the operator's to set.
            status => Err(never(&status)),
        }
    }
}

impl AlertSender for Webhook {
    const TOGETHER: usize = 1;
    const GATHERING: Duration = Duration::ZERO;

    fn send(&self, alerts: &[Alert]) -> BoxFuture<'_, Result<(), Refusal>> {
        let alert = alerts.first().cloned();
        async move {
            let Some(alert) = alert else { return Ok(()) };
            let posted = timeout(TIMEOUT, self.post(&alert)).await;
            posted.unwrap_or_else(|_| Err(Refusal::Later("no answer in time".to_owned())))
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_addresses_and_this_machine_are_taken() {
        for (text, host) in [
            (
                "https://alerts.example.net/x?token=y",
                Some("alerts.example.net"),
            ),
            ("https://192.0.2.1:8443/", Some("192.0.2.1")),
            ("http://127.0.0.1:9093/api", Some("127.0.0.1")),
            ("http://[::1]:9093", Some("::1")),
            ("http://localhost:80", Some("localhost")),
            ("http://alerts.example.net/", None),
            ("http://192.0.2.1/", None),
            ("http://localhost.example.net/", None),
            ("https://user:password@alerts.example.net/", None),
            ("ftp://localhost/", None),
            ("alerts.example.net", None),
        ] {
            let read = text.parse::<WebhookUrl>().ok();
            assert_eq!(read.as_ref().map(|url| &*url.host), host, "{text}");
            // It may hold a secret.
            assert!(!format!("{read:?}").contains("token"));
        }
    }
}
