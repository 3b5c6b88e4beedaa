//! Keeps what a page says of the mail servers true while it is open and seen: the server says that something has
//! changed, and the page takes its new words from itself as the server makes it now.
//!
//! What may change is marked with `data-live` and has an id. Times are shown in the time zone of the customer. Nothing
//! that somebody looks at or types in moves: what grows above it is scrolled away, and what becomes smaller keeps its
//! height.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo_net::eventsource::futures::EventSource;
use js_sys::{Date, Math};
use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, HtmlDivElement};

use super::{dom, fetch, last_test};

/// What tells of changes to a page that shows so many of them.
const EVENTS: &str = "/status/events?shown=";

/// The line that says that the server does not answer; it knows how many changes the page shows.
const LOST: &str = "#lost";

/// After so many milliseconds without an answer the page is asked for again.
const PAUSE: u32 = 3_000;

/// The pause is doubled each time, and never longer than this.
const MAX_PAUSE: u32 = 60_000;

/// An answer that takes so many milliseconds does not come any more.
const TIMEOUT: u32 = 20_000;

/// The server tells of something every minute, if only of the time. After so many milliseconds without it the
/// connection is dead, though the browser may not know.
const SILENCE: u32 = 90_000;

#[wasm_bindgen]
extern "C" {
    /// See `app/live.mjs`, as of the others.
    #[wasm_bindgen(js_name = localTimes)]
    fn local_times(root: &Element, selector: &str);

    #[wasm_bindgen(js_name = showOwn)]
    pub(super) fn show_own(root: &Element);

    /// See `app/own_domain.mjs`.
    #[wasm_bindgen(js_name = domainQuery)]
    pub(super) fn domain_query(mark: &str) -> String;

    #[wasm_bindgen(js_name = takeOver)]
    fn take_over(root: &Element, fresh: &Element);
}

thread_local! {
    /// Counts what has happened: who waits for something gives up when something else has happened.
    static TURN: Cell<u32> = const { Cell::new(0) };
    /// The connection on which changes come. It is closed when it is dropped.
    static CONNECTION: RefCell<Option<EventSource>> = const { RefCell::new(None) };
}

/// Begins to follow the mail servers.
pub(super) fn begin(root: &HtmlDivElement) {
    let Some(page) = document().document_element() else {
        return;
    };
    local_times(&page, "time[data-clock]");
    // There is nothing to follow where nothing may change.
    if dom::find(&page, "[data-live]").is_none() {
        return;
    }
    answered(root, true);
    follow(root, false, PAUSE);
    for name in ["visibilitychange", "online"] {
        let root = root.clone();
        window_event_listener_untyped(name, move |_| follow(&root, true, PAUSE));
    }
}

/// Follows while the page is seen. Whoever comes back to it sees at once what has changed meanwhile.
fn follow(root: &Element, again: bool, pause: u32) {
    next_turn();
    drop(CONNECTION.take());
    if !document().hidden() {
        leptos::task::spawn_local(keep_true(root.clone(), again, pause));
    }
}

fn next_turn() -> u32 {
    TURN.set(TURN.get().wrapping_add(1));
    TURN.get()
}

/// Begins anew if nothing happens for so many milliseconds.
fn unless_something_happens(root: &Element, milliseconds: u32, pause: u32, lost: bool) -> u32 {
    let turn = next_turn();
    let root = root.clone();
    let begin = move || {
        if TURN.get() == turn {
            if lost {
                answered(&root, false);
            }
            follow(&root, true, pause);
        }
    };
    set_timeout(begin, Duration::from_millis(milliseconds.into()));
    turn
}

/// Asks later, and each time later than before. Not all pages come at once to a server that has started again.
fn later(root: &Element, pause: u32) {
    let wait = f64::from(pause) * (0.75 + Math::random() / 2.0);
    unless_something_happens(root, wait as u32, (pause * 2).min(MAX_PAUSE), false);
}

/// Renews the page at each change.
async fn keep_true(root: Element, again: bool, mut pause: u32) {
    if again && !renew(&root, pause).await {
        return;
    }
    let shown = dom::find(&root, LOST).and_then(|line| line.get_attribute("data-shown"));
    let url = [EVENTS, &shown.unwrap_or_default()].concat();
    let Ok(mut events) = EventSource::new(&url) else {
        return;
    };
    let (Ok(mut changes), Ok(mut errors)) =
        (events.subscribe("changed"), events.subscribe("error"))
    else {
        return;
    };
    CONNECTION.set(Some(events));
    loop {
        let turn = unless_something_happens(&root, SILENCE, PAUSE, false);
        let event = select(changes.next(), errors.next()).await;
        if TURN.get() != turn {
            return;
        }
        if !matches!(event, Either::Left((Some(Ok(_)), _))) {
            break;
        }
        pause = PAUSE;
        if !renew(&root, pause).await {
            return;
        }
    }
    // The browser would connect again by itself, always after the same time.
    drop(CONNECTION.take());
    later(&root, pause);
}

/// Puts the words of the page as it is now into this one. Without an answer it asks again later.
async fn renew(root: &Element, pause: u32) -> bool {
    let turn = unless_something_happens(root, TIMEOUT, pause, true);
    let here = [last_test::here(), domain_query("?")].concat();
    let fresh = fetch::page_with(&here, LOST).await;
    if TURN.get() != turn {
        return false;
    }
    if let Some(fresh) = &fresh {
        take_over(root, fresh);
    } else {
        later(root, pause);
    }
    answered(root, fresh.is_some());
    fresh.is_some()
}

/// Says since when the server does not answer, and when instead of how long ago something was.
fn answered(root: &Element, answered: bool) {
    let Some(line) = dom::find(root, LOST) else {
        return;
    };
    if answered && let Some(time) = dom::find(&line, "time") {
        let now = String::from(Date::new_0().to_iso_string());
        let _ = time.set_attribute("datetime", &now);
    } else if let Some(page) = document().document_element() {
        local_times(&page, "#lost time, [data-live] time");
    }
    dom::show(&line, !answered);
}
