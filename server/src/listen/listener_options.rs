//! How connections are accepted.

use std::sync::Arc;
use std::time::Duration;

use crate::http::client::TrustedProxies;
use crate::listen::connections::Connections;
use crate::listen::tls::Certificates;
use crate::operations::metrics::Metrics;

/// How connections are accepted.
#[derive(Clone)]
pub struct ListenerOptions {
    /// The certificate, where connections are encrypted.
    pub certificates: Option<Arc<Certificates>>,
    /// The proxies whose headers are trusted.
    pub proxies: TrustedProxies,
    /// Whether those proxies begin each connection with a PROXY header.
    pub proxy_protocol: bool,
    /// The connections that there are.
    pub connections: Connections,
    /// How long a graceful shutdown may take.
    pub shutdown_timeout: Duration,
    /// What is counted.
    pub metrics: Metrics,
}
