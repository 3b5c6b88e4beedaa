//! The relay between a browser and a mail server, as a WebSocket.

use std::sync::Arc;
use std::time::Instant;

use app::status::ServiceKey;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query, Request, State, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::http::client::Client;
use crate::http::origin;
use crate::http::request_id::RequestId;
use crate::http::state::AppState;
use crate::operations::relay_metrics::Refused;
use crate::relay::{
    Carried, MAX_MESSAGE_LEN, SUBPROTOCOL, carry, close_at_once, destination, refuse,
};

/// The path of relays.
pub(crate) const PATH: &str = "/api/relay";

/// How much is read from a browser at once, in bytes.
const READ_BUFFER_LEN: usize = 4 * 1024;

/// How much may wait to be written to a browser, in bytes. Each message is written before the next is made.
const MAX_WRITE_BUFFER_LEN: usize = 32 * 1024;

/// Which service: its record and its own id, never a host or a port.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelayQuery {
    record: String,
    service: String,
}

/// Upgrades to a relay. What a page of this site cannot cause is refused with a status. What a limit does not allow is
/// said in the close message, because a script in a browser cannot see the status of an upgrade that was refused.
///
/// Without a query it is closed at once. So a browser finds out whether a WebSocket can be opened, before anybody types a
/// password: some proxies and networks let none through.
pub(crate) async fn relay(
    State(app): State<Arc<AppState>>,
    client: Option<Extension<Client>>,
    id: Option<Extension<RequestId>>,
    query: Result<Query<RelayQuery>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    let refused = |why: Refused| {
        app.metrics.relays().refused(why);
        why.status().into_response()
    };
    let Some(Extension(client)) = client else {
        return refused(Refused::NoClient);
    };
    // Browsers send the origin of every WebSocket, also of one to another site, and let its pages read it.
    if !origin::opens_own_socket(&request, client.https) {
        return refused(Refused::Origin);
    }
    let asks_whether = request.uri().query().is_none();
    let found = query
        .ok()
        .and_then(|Query(RelayQuery { record, service })| {
            let key: ServiceKey = format!("{record}/{service}").parse().ok()?;
            Some((destination(&app.site.catalogue, &key)?, key))
        });
    if found.is_none() && !asks_whether {
        return refused(Refused::UnknownService);
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade.protocols([SUBPROTOCOL]),
        Err(rejection) => {
            app.metrics.relays().refused(Refused::NoWebSocket);
            return rejection.into_response();
        }
    };
    if upgrade.selected_protocol().is_none() {
        return refused(Refused::NoWebSocket);
    }
    if app.readiness.is_stopping() {
        return refused(Refused::Stopping);
    }
    let farewell = || Arc::clone(&app.relay_farewells).try_acquire_owned();
    let upgrade = upgrade
        .max_message_size(MAX_MESSAGE_LEN)
        .max_frame_size(MAX_MESSAGE_LEN)
        .read_buffer_size(READ_BUFFER_LEN)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WRITE_BUFFER_LEN);
    let Some(((target, upward), key)) = found else {
        let Ok(farewell) = farewell() else {
            return refused(Refused::Busy);
        };
        return upgrade.on_upgrade(async move |socket| {
            close_at_once(socket).await;
            drop(farewell);
        });
    };
    let permit = match app.limits.relay_permit(client.address, &key).await {
        Ok(permit) => permit,
        Err(denial) => {
            let Ok(farewell) = farewell() else {
                return refused(Refused::Busy);
            };
            return upgrade.on_upgrade(async move |socket| {
                refuse(socket, denial).await;
                drop(farewell);
            });
        }
    };
    let target = target.on_behalf_of(client.address);
    let relays = app.relays.clone();
    upgrade.on_upgrade(async move |socket| {
        let begun = Instant::now();
        let counted = app.metrics.relays().begun();
        let stopping = app.limits.ended();
        let carrying = carry(socket, upward, &app.site.probe, &target, stopping);
        let (end, carried) = relays.track(carrying).await;
        let Carried { up, down } = carried;
        counted.ended(end.name(), up, down);
        drop(permit);
        let id = id.map(|Extension(id)| tracing::field::display(id));
        let (service, end) = (&key, end.name());
        let milliseconds = begun.elapsed().as_millis();
        tracing::debug!(id, %service, end, up, down, milliseconds, "relay ended");
    })
}
