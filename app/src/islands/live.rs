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
use js_sys::{Date, Math, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlDivElement, HtmlElement};

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
    each(&page, "time[data-clock]", &local);
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
    let fresh = fetch::part_of(&last_test::here(), LOST).await;
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

/// Puts in what is new on the page with this line.
fn put(root: &Element, line: &Element) {
    let page = document();
    let (Some(body), Some(fresh)) = (page.document_element(), line.owner_document()) else {
        return;
    };
    if let Some(fresh) = fresh.document_element() {
        each(&fresh, "time[data-clock]", &local);
    }
    let active = page.active_element();
    let seen = looked_at(&page, &body, active.as_ref());
    let before = seen.as_ref().map_or(0.0, top);
    each(&body, "[data-live]", &|old| {
        if let Some(new) = fresh.get_element_by_id(&old.id())
            && old.inner_html() != new.inner_html()
            // Its own parts are renewed.
            && dom::find(old, "[data-live]").is_none()
            // Nobody loses the focus, or what they have just opened.
            && !old.contains(active.as_deref())
        {
            let old = old.unchecked_ref::<HtmlElement>();
            let height = old.offset_height();
            let opened = dom::find(old, "[open]").is_some();
            old.set_inner_html(&new.inner_html());
            if height > old.offset_height() {
                let height = [&height.to_string(), "px"].concat();
                let _ = old.style().set_property("min-height", &height);
            }
            each(old, ".late details", &|notice| {
                let _ = notice.toggle_attribute_with_force("open", opened);
            });
            take_over(old, &new, "data-mark");
        }
    });
    if let Some(old) = dom::find(root, LOST) {
        take_over(&old, line, "data-shown");
    }
    show_own(root);
    let moved = seen.as_ref().map_or(0.0, top) - before;
    if moved != 0.0 {
        window().scroll_by_with_x_and_y(0.0, moved);
    }
}

fn take_over(old: &Element, new: &Element, name: &str) {
    if let Some(value) = new.get_attribute(name) {
        let _ = old.set_attribute(name, &value);
    }
}

/// What must not move: the field in which somebody types, or what is in the middle of the screen.
fn looked_at(page: &Document, body: &Element, active: Option<&Element>) -> Option<Element> {
    let (width, height) = (body.client_width() as f32, body.client_height() as f32);
    let field = active.filter(|active| active.has_attribute("name"));
    let field = field.filter(|field| (0.0..height.into()).contains(&top(field)));
    let seen = || {
        let seen = page.element_from_point(width / 2.0, height / 2.0)?;
        // What is inside of this may be put away.
        seen.closest("[data-live]").ok()?.or(Some(seen))
    };
    field.cloned().or_else(seen)
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
        each(&page, "#lost time, [data-live] time", &local);
    }
    dom::show(&line, !answered);
}

/// Shows a time as the clock of the customer does, with the day if that is not today.
fn local(time: &Element) {
    let Some(at) = time.get_attribute("datetime") else {
        return;
    };
    let at = Date::new(&JsValue::from_str(&at));
    let options = Object::new();
    let set = |name: &str, value: &str| {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    };
    if at.to_date_string() != Date::new_0().to_date_string() {
        set("day", "numeric");
        set("month", "long");
    }
    set("hour", "numeric");
    set("minute", "2-digit");
    let text = at.to_locale_string("default", &options);
    time.set_text_content(text.as_string().as_deref());
}

/// Hides the notices for addresses of another group than the customer's, which `data-own` of the root names.
pub(super) fn show_own(root: &Element) {
    let own = root.get_attribute("data-own").unwrap_or_default();
    each(root, "[data-group]", &|notice| {
        let group = notice.get_attribute("data-group").unwrap_or_default();
        dom::show(notice, own.is_empty() || own == group);
    });
}

/// One function for all, because the bundle would have one for each.
fn each(root: &Element, selector: &str, act: &dyn Fn(&Element)) {
    let Ok(found) = root.query_selector_all(selector) else {
        return;
    };
    for place in 0..found.length() {
        if let Some(element) = found.get(place) {
            act(element.unchecked_ref());
        }
    }
}
