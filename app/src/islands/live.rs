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
use js_sys::{Date, JSON, Math};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlDivElement, HtmlElement};

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

/// How a time of today is shown.
const TIME: &str = r#"{"hour":"numeric","minute":"2-digit"}"#;

/// How a time of another day is shown.
const DAY_AND_TIME: &str =
    r#"{"day":"numeric","month":"long","hour":"numeric","minute":"2-digit"}"#;

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
    dom::all(&page, "time[data-clock]").iter().for_each(local);
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
    let fresh = fetch::page_with(&last_test::here(), LOST).await;
    if TURN.get() != turn {
        return false;
    }
    if let Some(fresh) = &fresh {
        put(root, fresh);
    } else {
        later(root, pause);
    }
    answered(root, fresh.is_some());
    fresh.is_some()
}

/// Puts in what is new on this page.
fn put(root: &Element, fresh: &Element) {
    let Some(page) = document().document_element() else {
        return;
    };
    dom::all(fresh, "time[data-clock]").iter().for_each(local);
    let seen = looked_at(&page);
    let before = seen.as_ref().map_or(0.0, top);
    for old in dom::all(&page, "[data-live], #lost") {
        let same = ["[id='", &old.id(), "']"].concat();
        let Some(new) = dom::find(fresh, &same) else {
            continue;
        };
        for name in ["data-mark", "data-shown"] {
            if let Some(value) = new.get_attribute(name) {
                let _ = old.set_attribute(name, &value);
            }
        }
        if old.inner_html() != new.inner_html()
            // Its own parts are renewed.
            && dom::find(&old, "[data-live]").is_none()
            // Nobody loses the focus, or what they have just opened.
            && !old.matches(":focus-within").unwrap_or(false)
        {
            let height = old.client_height();
            let opened = dom::find(&old, "[open]").is_some();
            old.set_inner_html(&new.inner_html());
            if height > old.client_height() {
                // Of a type of which numbers are written anyway.
                let height = [&height.unsigned_abs().to_string(), "px"].concat();
                let style = old.unchecked_ref::<HtmlElement>().style();
                let _ = style.set_property("min-height", &height);
            }
            for notice in dom::all(&old, ".late details") {
                let _ = notice.toggle_attribute_with_force("open", opened);
            }
        }
    }
    show_own(root);
    let moved = seen.as_ref().map_or(0.0, top) - before;
    if moved != 0.0 {
        window().scroll_by_with_x_and_y(0.0, moved);
    }
}

/// What must not move: the field in which somebody types, or what is in the middle of the screen.
fn looked_at(page: &Element) -> Option<Element> {
    let (width, height) = (page.client_width() as f32, page.client_height() as f32);
    let field = dom::find(page, "[name]:focus");
    let field = field.filter(|field| (0.0..height.into()).contains(&top(field)));
    let seen = || {
        let seen = document().element_from_point(width / 2.0, height / 2.0)?;
        // What is inside of this may be put away.
        seen.closest("[data-live]").ok()?.or(Some(seen))
    };
    field.or_else(seen)
}

fn top(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
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
        let times = dom::all(&page, "#lost time, [data-live] time");
        times.iter().for_each(local);
    }
    dom::show(&line, !answered);
}

/// Shows a time as the clock of the customer does, with the day if that is not today.
fn local(time: &Element) {
    let Some(at) = time.get_attribute("datetime") else {
        return;
    };
    let at = Date::new(&JsValue::from_str(&at));
    let today = at.to_date_string() == Date::new_0().to_date_string();
    let options = JSON::parse(if today { TIME } else { DAY_AND_TIME });
    let text = at.to_locale_string("default", &options.unwrap_or_default());
    time.set_text_content(text.as_string().as_deref());
}

/// Hides the notices for addresses of another group than the customer's, which `data-own` of the root names.
pub(super) fn show_own(root: &Element) {
    let own = root.get_attribute("data-own").unwrap_or_default();
    for notice in dom::all(root, "[data-group]") {
        let group = notice.get_attribute("data-group").unwrap_or_default();
        dom::show(&notice, own.is_empty() || own == group);
    }
}
