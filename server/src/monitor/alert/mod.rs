//! Tells operators when the state of something changes: in the log, and where they want it besides.
//!
//! | module | idea |
//! |---|---|
//! | [`message`] | an alert as JSON and as lines of text |
//! | [`destination`] | a queue that nobody waits for, and tries that are repeated |
//! | [`webhook`] | POST to a web server |
//! | [`mail`] | a mail |
//! | [`options`] | the command line options |

pub mod destination;
pub mod mail;
pub mod message;
pub mod options;
pub mod webhook;

use app::status::{Reason, ServiceKey, ServiceState};
use probe::Outcome;
use time::UtcDateTime;

pub use self::destination::{Destination, Workers};
pub use self::options::AlertOptions;

/// Something that has changed its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alert {
    /// A documented service.
    Service(ServiceAlert),
    /// The sign-in with an account of the operator.
    SignIn(SignInAlert),
    /// The network of this machine.
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

/// The sign-in with an account of the operator, which began to fail or works again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInAlert {
    /// The record of the account. Its address is not told.
    pub record: String,
    /// What was found; [`Outcome::Ok`] where it works.
    pub outcome: Outcome,
    /// Whether the password was refused, so that it is not sent again before a restart or a reload.
    pub stopped: bool,
    /// Since when it does not work, or did not.
    pub since: UtcDateTime,
    /// When it was seen to work again; `None` while it does not.
    pub until: Option<UtcDateTime>,
}

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
