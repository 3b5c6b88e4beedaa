//! What operators are told.

use app::status::{Reason, ServiceKey, ServiceState};
use probe::Outcome;
use time::UtcDateTime;

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
