//! Everybody who is told: the log, and where operators want it besides.

use app::status::ServiceState;

use super::destination::Destination;
use super::model::{Alert, ServiceAlert, SignInAlert};

/// Where alerts go. Clones go to the same.
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    destinations: Vec<Destination>,
}

impl Alerts {
    /// Alerts go to these, and into the log.
    pub fn new(destinations: Vec<Destination>) -> Self {
        Self { destinations }
    }

    /// Tells, without waiting for anybody.
    pub fn tell(&self, alert: &Alert) {
        log(alert);
        for destination in &self.destinations {
            destination.send(alert.clone());
        }
    }
}

fn log(alert: &Alert) {
    let seconds = alert.seconds();
    match alert {
        Alert::Service(alert) => {
            let ServiceAlert {
                service,
                server,
                state,
                reason,
                ..
            } = alert;
            let reason = reason.code();
            match state {
                ServiceState::Ok => {
                    tracing::info!(%service, server, seconds, "a service works again");
                }
                ServiceState::Degraded => {
                    tracing::warn!(%service, server, reason, "a service is degraded");
                }
                ServiceState::Down => {
                    tracing::warn!(%service, server, reason, "a service is down");
                }
            }
        }
        Alert::SignIn(alert) => {
            let SignInAlert {
                record,
                outcome: reason,
                stopped,
                until,
                ..
            } = alert;
            match (until, stopped) {
                (Some(_), _) => tracing::info!(record, seconds, "the own account works again"),
                (None, false) => tracing::warn!(record, %reason, "the own account does not work"),
                (None, true) => tracing::error!(
                    record,
                    %reason,
                    "the password of the own account was refused; it is not sent again before a restart or a reload"
                ),
            }
        }
        Alert::OwnNetwork { until: None, .. } => {
            tracing::error!(
                "the network of this machine does not work, so nothing is said of any service"
            );
        }
        Alert::OwnNetwork { .. } => {
            tracing::info!(seconds, "the network of this machine works again");
        }
    }
}
