//! What every route finds in its state.

use std::sync::Arc;

use app::check::Admission;
use app::site::Site;
use tokio::sync::OnceCell;

use crate::assets::Assets;
use crate::client::Client;
use crate::front::Front;
use crate::limits::Limits;
use crate::stored::Stored;

/// Made once at start; all routes share it.
pub(crate) struct AppState {
    /// The records, the words and the probe.
    pub(crate) site: Arc<Site>,
    /// The browser bundle and the public files.
    pub(crate) assets: Assets,
    /// How much is done, and for whom.
    pub(crate) limits: Limits,
    /// What is set for all routes.
    pub(crate) front: Front,
    /// The page that says to come back in a moment, from the first time that it is needed.
    pub(crate) busy: OnceCell<Stored>,
}

impl AppState {
    /// The state before the first request.
    pub(crate) fn new(site: Arc<Site>, assets: Assets, limits: Limits, front: Front) -> Self {
        let busy = OnceCell::new();
        Self {
            site,
            assets,
            limits,
            front,
            busy,
        }
    }

    /// What is known of the client and its connection.
    pub(crate) fn admission(&self, client: Option<Client>) -> Admission {
        Admission {
            gate: client.map(|client| self.limits.of_client(client.address)),
            confidential: client.is_some_and(|client| client.private),
        }
    }
}
