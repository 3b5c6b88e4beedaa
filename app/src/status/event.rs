//! Everything that the monitor has to tell.

use time::UtcDateTime;

use super::{Change, CheckResult, Incident, ServiceFacts, ServiceKey};

/// Something that the monitor tells. Applying or storing the same event twice changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A service was checked.
    Result(CheckResult),
    /// An incident began, went on with another reason, or ended.
    Incident(Incident),
    /// Something has changed.
    Change(Change),
    /// What a service showed of itself.
    Facts(ServiceKey, ServiceFacts),
    /// Since when the site's own network does not work, so that nothing can be said of any service; `None` when it
    /// works again.
    OwnNetworkDown(Option<UtcDateTime>),
}
