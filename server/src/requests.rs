//! Every request has an id, which stands in the log, in the answer, and on the page of a failure.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::IpAddr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use tracing::Instrument;

use crate::client::{Client, Proxies};
use crate::operations::metrics::Metrics;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Tells a request from all others of this server and, most likely, of all servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

/// Gives the request its id, finds out whose it is for all who come after, and says in the log how it was answered. What the customer has typed is not
/// said: of the path only the route, of the client only its network.
pub async fn identified(
    State((proxies, metrics)): State<(Proxies, Metrics)>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::new();
    let client = Client::of(&request, &proxies);
    if let Some(client) = client {
        request.extensions_mut().insert(client);
    }
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map(MatchedPath::as_str);
    let span = tracing::info_span!("request", %id);
    request.extensions_mut().insert(id);
    let begin = Instant::now();
    let answered = async {
        let response = next.run(request).await;
        let status = response.status().as_u16();
        let time = begin.elapsed();
        let milliseconds = time.as_secs_f64() * 1_000.0;
        metrics.request(&method, route, status, time);
        let route = route.unwrap_or("none");
        let client = client.map(|client| tracing::field::display(masked(client.address)));
        // Other answers of this kind say that a limit was hit, which is counted and no fault.
        if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::warn!(%method, route, client, status, milliseconds, "not answered");
        } else {
            tracing::debug!(%method, route, client, status, milliseconds, "answered");
        }
        response
    };
    let mut response = answered.instrument(span).await;
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

impl RequestId {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // So that the ids of two starts differ.
        static START: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish());
        Self(START.wrapping_add(COUNT.fetch_add(1, Ordering::Relaxed)))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

/// The network of a client: enough to see where trouble comes from, and no more.
fn masked(client: IpAddr) -> IpNet {
    let bits = match client {
        IpAddr::V4(_) => 24,
        IpAddr::V6(_) => 48,
    };
    let network = IpNet::new(client, bits);
    network.map_or(client.into(), |network| network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_known_by_its_network_only() {
        for (client, network) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ] {
            assert_eq!(masked(client.parse().unwrap()).to_string(), network);
        }
    }

    #[test]
    fn ids_differ() {
        assert_ne!(RequestId::new(), RequestId::new());
        assert_eq!(RequestId(1).to_string().len(), 16);
    }
}
