//! Tells open pages that what they show of the mail servers has changed (server-sent events, HTML Standard §9.2).
//!
//! An event says which services have changed, and has no words: a page takes its own new words from the page cache,
//! in its own language, as a reload would. So there is one place where a page is made, and an event is small.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use app::site::Shows;
use app::status::ServiceKey;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::time::{Instant, sleep, sleep_until};

use super::listeners::ListenerPermit;
use crate::http::client::Client;
use crate::http::state::AppState;

/// The path of the events.
pub(crate) const PATH: &str = "/status/events";

/// Something is sent as often as this, or a proxy on the way would close the connection. It is well below the time
/// after which the site itself takes an answer for one that nobody reads.
const PING: Duration = Duration::from_secs(15);

/// After this time a page has to come again, so that no connection stays for ever.
const MAX_TIME: Duration = Duration::from_secs(1800);

/// All pages that wait are told within this time and not at once, because each of them asks for its page then.
const SPREAD: Duration = Duration::from_millis(500);

/// No page is told more often than this.
const MIN_GAP: Duration = Duration::from_secs(1);

/// What a page that waits was told last.
struct Listener {
    app: Arc<AppState>,
    told: u64,
    states: States,
    until: Instant,
    _permit: ListenerPermit,
}

/// What a page says of itself.
#[derive(Deserialize)]
pub(crate) struct Shown {
    /// How many changes it shows. What is no number of this program is another number.
    shown: Option<String>,
}

type States = BTreeMap<ServiceKey, &'static str>;

/// Tells of changes until the client or the server goes away.
pub(crate) async fn events(
    State(app): State<Arc<AppState>>,
    client: Option<Extension<Client>>,
    Query(Shown { shown }): Query<Shown>,
) -> Response {
    if app.site.status.every().is_none() {
        // A browser does not come again after this answer.
        return StatusCode::NO_CONTENT.into_response();
    }
    let client = client.map(|Extension(client)| client.address);
    let Some(permit) = app.listeners.permit(client) else {
        app.metrics.limit_hit("status-listeners");
        let later = [(RETRY_AFTER, "60")];
        return (StatusCode::SERVICE_UNAVAILABLE, later).into_response();
    };
    let now = app.site.revision.number(Shows::Age);
    // A page that shows something else has missed a change, such as one between its making and its coming here. It may
    // be of another server or of an earlier run of the program, so which number is larger says nothing.
    let changes = app.site.revision.number(Shows::Changes).to_string();
    let missed = shown.is_some_and(|shown| shown != changes);
    let told = if missed { now.wrapping_sub(1) } else { now };
    let listener = Listener {
        told,
        states: states(&app),
        until: Instant::now() + MAX_TIME,
        app,
        _permit: permit,
    };
    let events = Sse::new(stream_of(listener)).keep_alive(KeepAlive::new().interval(PING));
    // nginx keeps an answer back until it has enough of it.
    let at_once = [(HeaderName::from_static("x-accel-buffering"), "no")];
    (at_once, events).into_response()
}

fn stream_of(listener: Listener) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(listener, |mut listener| async move {
        let stopping = listener.app.readiness.clone();
        let until = listener.until;
        let event = tokio::select! {
            event = listener.next() => event,
            () = stopping.stopped() => return None,
            () = sleep_until(until) => return None,
        };
        Some((Ok(event), listener))
    })
}

impl Listener {
    /// Waits for the next change.
    async fn next(&mut self) -> Event {
        let revision = &self.app.site.revision;
        revision.changed(Shows::Age, self.told).await;
        sleep(MIN_GAP + SPREAD.mul_f64(fastrand::f64())).await;
        self.told = revision.number(Shows::Age);
        let now = states(&self.app);
        let changed = now.iter().filter(|(key, state)| {
            let before = self.states.get(*key);
            before != Some(*state)
        });
        let changed: BTreeMap<String, &str> = changed
            .map(|(key, state)| (key.to_string(), *state))
            .collect();
        // It has only strings as keys, so this does not fail.
        let data = serde_json::to_string(&changed).unwrap_or_default();
        self.states = now;
        Event::default().event("changed").data(data)
    }
}

/// How every service stands.
fn states(app: &AppState) -> States {
    let Some(seen) = app.site.status.seen() else {
        return States::new();
    };
    let services = app::status::tell::services(&app.site.catalogue);
    let states = services.map(|(record, service)| {
        let key = ServiceKey::new(record, service);
        let name = seen.standing(&key).shown().name();
        (key, name)
    });
    states.collect()
}
