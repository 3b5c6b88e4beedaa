//! What relays did, as metrics.

use axum::http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Metric, Registry};

/// What is counted of relays. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct RelayMetrics {
    running: Gauge,
    ended: Family<EndLabels, Counter>,
    refused: Family<RefusedLabels, Counter>,
    bytes: Family<BytesLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndLabels {
    end: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusedLabels {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BytesLabels {
    direction: &'static str,
}

/// Why a request gets no relay, beside the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It does not come from a page of this site.
    Origin,
    /// It names no service to which relays lead.
    UnknownService,
    /// It is no WebSocket with our subprotocol.
    NoWebSocket,
    /// Nobody knows whose it is.
    NoClient,
    /// So many are being told of a limit that no more can be.
    Busy,
    /// This server stops.
    Stopping,
}

impl Refused {
    /// The status of the answer.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Origin => StatusCode::FORBIDDEN,
            Self::UnknownService => StatusCode::NOT_FOUND,
            Self::NoWebSocket => StatusCode::BAD_REQUEST,
            Self::NoClient | Self::Busy | Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::UnknownService => "unknown-service",
            Self::NoWebSocket => "no-websocket",
            Self::NoClient => "no-client",
            Self::Busy => "busy",
            Self::Stopping => "stopping",
        }
    }
}

/// A relay that counts as running until this is dropped.
pub(crate) struct CountedRelay(RelayMetrics);

impl RelayMetrics {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        Self {
            running: register(
                registry,
                "relays_running",
                "Relays between a browser and a mail server that are running",
                Gauge::default(),
            ),
            ended: register(
                registry,
                "relays",
                "Relays that have ended, and how",
                Family::default(),
            ),
            refused: register(
                registry,
                "relays_refused",
                "Requests for a relay that were refused for another reason than a limit",
                Family::default(),
            ),
            bytes: register(
                registry,
                "relay_bytes",
                "Bytes that relays have carried up to mail servers and down to browsers",
                Family::default(),
            ),
        }
    }

    /// A request gets no relay.
    pub(crate) fn refused(&self, why: Refused) {
        let labels = RefusedLabels { reason: why.name() };
        self.refused.get_or_create(&labels).inc();
    }

    /// A relay begins.
    pub(crate) fn begun(&self) -> CountedRelay {
        self.running.inc();
        CountedRelay(self.clone())
    }
}

impl CountedRelay {
    /// It has ended in this way, of which there are only so many, after so many bytes.
    pub(crate) fn ended(self, end: &'static str, up: usize, down: usize) {
        let Self(metrics) = &self;
        let labels = EndLabels { end };
        metrics.ended.get_or_create(&labels).inc();
        for (direction, len) in [("up", up), ("down", down)] {
            let bytes = metrics.bytes.get_or_create(&BytesLabels { direction });
            bytes.inc_by(len as u64);
        }
    }
}

impl Drop for CountedRelay {
    fn drop(&mut self) {
        self.0.running.dec();
    }
}

fn register<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}
