//! Tells operators when the state of something changes: in the log, and where they want it besides.

use app::status::{Reason, ServiceKey, ServiceState};
use time::UtcDateTime;

/// Something that has changed its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alert {
    /// A documented service.
    Service(ServiceAlert),
    /// The network of this machine: since when it does not work, and until when.
    OwnNetwork {
        /// Since when it does not work, or did not.
        since: UtcDateTime,
        /// When it was seen to work again; `None` while it does not.
        until: Option<UtcDateTime>,
    },
}

/// A service that has changed its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAlert {
    /// The service.
    pub service: ServiceKey,
    /// Its server as a URL.
    pub server: String,
    /// How it stands now.
    pub state: ServiceState,
    /// How it stood before; `None` where that was not known.
    pub before: Option<ServiceState>,
    /// Why it stands so.
    pub reason: Reason,
    /// Since when it is in trouble, or was.
    pub since: UtcDateTime,
    /// When the trouble was seen to be over; `None` while it lasts.
    pub until: Option<UtcDateTime>,
}

/// Where alerts go. Clones go to the same.
#[derive(Clone, Debug, Default)]
pub struct Alerts {}

impl Alerts {
    /// Tells, without waiting for anybody.
    pub fn tell(&self, alert: &Alert) {
        log(alert);
    }
}

fn log(alert: &Alert) {
    match alert {
        Alert::Service(alert) => {
            let ServiceAlert {
                service,
                server,
                state,
                reason,
                since,
                until,
                ..
            } = alert;
            let (reason, since) = (reason.code(), since.unix_timestamp());
            let seconds = until.map(|until| until.unix_timestamp() - since);
            match state {
                ServiceState::Ok => {
                    tracing::info!(%service, server, seconds, "a service works again");
                }
                ServiceState::Degraded => {
                    tracing::warn!(%service, server, reason, seconds, "a service is degraded");
                }
                ServiceState::Down => {
                    tracing::warn!(%service, server, reason, "a service is down");
                }
            }
        }
        Alert::OwnNetwork { until: None, .. } => {
            tracing::error!(
                "the network of this machine does not work: nothing is said of any service"
            );
        }
        Alert::OwnNetwork {
            since,
            until: Some(until),
        } => {
            let seconds = (*until - *since).whole_seconds();
            tracing::info!(seconds, "the network of this machine works again");
        }
    }
}
