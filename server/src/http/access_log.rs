//! The access log and the metrics of requests.

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;

use crate::http::client::Client;
use crate::http::request_id::RequestId;
use crate::operations::metrics::Metrics;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request that is being answered, for the access log and the metrics.
pub struct AccessRecord {
    /// Its id.
    pub id: RequestId,
    method: Method,
    client: Option<Client>,
    started: Instant,
}

impl AccessRecord {
    /// Starts the record of a request that has just arrived.
    pub fn begin(method: &Method, client: Option<Client>) -> Self {
        Self {
            id: RequestId::next(),
            method: method.clone(),
            client,
            started: Instant::now(),
        }
    }

    /// Adds the id to the response, counts the request, and logs it. Nothing that a customer has typed is
    /// logged: the path only as its route, the client only as its network.
    pub fn finish(self, response: &mut Response, metrics: &Metrics) {
        let Self { id, method, .. } = &self;
        if let Ok(id) = HeaderValue::try_from(id.to_string()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let status = response.status();
        let time = self.started.elapsed();
        let route = response.extensions().get::<MatchedPath>();
        let route = route.map(MatchedPath::as_str);
        metrics.request(method, route, status.as_u16(), time);
        let milliseconds = time.as_secs_f64() * 1_000.0;
        let route = route.unwrap_or("none");
        let client = self.client.map(|client| masked(client.address));
        let client = client.map(tracing::field::display);
        let status = status.as_u16();
        // Other 5xx responses mean that a limit was hit, which is counted and not a fault.
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::warn!(%id, %method, route, client, status, milliseconds, "not answered");
        } else {
            tracing::debug!(%id, %method, route, client, status, milliseconds, "answered");
        }
    }
}

/// Adds the matched route to the response, because the ingress cannot see it otherwise.
pub async fn routed(route: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// The network of a client: enough to locate the source of problems, without identifying the client.
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
}
