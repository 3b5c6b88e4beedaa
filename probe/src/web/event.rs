//! What the page is told.

use serde::Serialize;

use super::relay_end::RelayEnd;
use crate::step::{EndpointReport, Step};

/// Something that happened during a run.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(super) enum Event<'a> {
    /// A step ended.
    Step {
        /// The id of the endpoint.
        service: &'a str,
        step: &'a Step,
    },
    /// The relay has given up a service, for a reason that has nothing to do with the mail server.
    Relay {
        service: &'a str,
        #[serde(flatten)]
        end: RelayEnd,
    },
    /// A service is done; nothing more follows about it.
    Done {
        service: &'a str,
        report: &'a EndpointReport,
    },
    /// All services are done.
    End {
        /// Whether the password was sent to any server, or was about to be.
        disclosed: bool,
    },
    /// Nothing was tested.
    Failed {
        /// Why, for whoever maintains the page.
        cause: String,
    },
}
