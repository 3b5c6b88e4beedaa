//! Keeps what a page says of the mail servers true while it is open and seen: the server says that something has
//! changed, and the page takes its new words from itself as the server makes it now.
//!
//! What may change is marked with `data-live` and has an id. Times are shown in the time zone of the customer. Nothing
//! that somebody looks at or types in moves: what grows above it is scrolled away, and what becomes smaller keeps its
//! height.

use std::cell::RefCell;
use std::pin::pin;

use futures_util::StreamExt;
use futures_util::future::{AbortHandle, Either, abortable, select};
use futures_util::stream;
use gloo_net::eventsource::futures::EventSource;
use js_sys::{Date, Math, Object, Promise, Reflect};
use leptos::ev::{online, visibilitychange};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlDivElement, HtmlElement};

use super::{dom, fetch, last_test};

/// What tells of changes to a page that shows so many of them.
const EVENTS: &str = "/status/events?shown=";

/// The line that says that the server does not answer; it knows how many changes the page shows.
const LOST: &str = "#lost";

/// After so many milliseconds without an answer the page is asked for again.
const PAUSE: i32 = 3_000;

/// The pause is doubled each time, and never longer than this.
const MAX_PAUSE: i32 = 60_000;

/// An answer that takes so many milliseconds does not come any more.
const TIMEOUT: i32 = 20_000;

/// The server tells of something every minute, if only of the time. After so many milliseconds without it the
/// connection is dead, though the browser may not know.
const SILENCE: i32 = 90_000;

thread_local! {
    /// Ends the wait for changes.
    static WAITING: RefCell<Option<AbortHandle>> = const { RefCell::new(None) };
}

/// Begins to follow the mail servers.
pub(super) fn begin(root: &HtmlDivElement) {
    let page = document();
    each(&page, "time[data-clock]", local);
    // There is nothing to follow where nothing may change.
    if page.query_selector("[data-live]").ok().flatten().is_none() {
        return;
    }
    answered(root, true);
    follow(root, false);
    let again = root.clone();
    window_event_listener(visibilitychange, move |_| follow(&again, true));
    let again = root.clone();
    window_event_listener(online, move |_| follow(&again, true));
}

/// Follows while the page is seen. Whoever comes back to it sees at once what has changed meanwhile.
fn follow(root: &Element, again: bool) {
    if let Some(waiting) = WAITING.take() {
        waiting.abort();
    }
    if document().hidden() {
        return;
    }
    let (waiting, abort) = abortable(keep_true(root.clone(), again));
    WAITING.set(Some(abort));
    leptos::task::spawn_local(async move {
        // It ends when the page is no longer seen.
        let _ = waiting.await;
    });
}

/// Keeps the page true for ever, and asks a server that does not answer less and less often.
async fn keep_true(root: Element, mut again: bool) {
    let mut pause = PAUSE;
    loop {
        if (!again || renew(&root).await) && listen(&root).await {
            pause = PAUSE;
        }
        again = true;
        // Not all pages come at once to a server that has started again.
        sleep((f64::from(pause) * (0.75 + Math::random() / 2.0)) as i32).await;
        pause = (pause * 2).min(MAX_PAUSE);
    }
}

/// Renews the page at each change until the connection breaks. Whether there was one.
async fn listen(root: &Element) -> bool {
    let shown = dom::find(root, LOST).and_then(|line| line.get_attribute("data-shown"));
    let url = [EVENTS, &shown.unwrap_or_default()].concat();
    let Ok(mut events) = EventSource::new(&url) else {
        return false;
    };
    // The browser would connect again by itself, always after the same time.
    let (Ok(changes), Ok(errors)) = (events.subscribe("changed"), events.subscribe("error")) else {
        return false;
    };
    let mut events = stream::select(changes, errors);
    let mut heard = false;
    loop {
        match select(events.next(), pin!(sleep(SILENCE))).await {
            Either::Left((Some(Ok((name, _))), _)) if name == "changed" => {}
            _ => return heard,
        }
        heard = true;
        if !renew(root).await {
            return heard;
        }
    }
}

async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |end, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&end, milliseconds);
    });
    let _ = JsFuture::from(promise).await;
}

/// Puts the words of the page as it is now into this one. Whether the server has answered.
async fn renew(root: &Element) -> bool {
    let path = last_test::here();
    let fresh = pin!(fetch::part_of(&path, LOST));
    let fresh = match select(fresh, pin!(sleep(TIMEOUT))).await {
        Either::Left((fresh, _)) => fresh,
        Either::Right(_) => None,
    };
    if let Some(fresh) = &fresh {
        put(root, fresh);
    }
    answered(root, fresh.is_some());
    fresh.is_some()
}

/// Puts in what is new on the page with this line.
fn put(root: &Element, line: &Element) {
    let (page, Some(fresh)) = (document(), line.owner_document()) else {
        return;
    };
    each(&fresh, "time[data-clock]", local);
    let active = page.active_element();
    let seen = looked_at(&page, active.as_ref());
    let top = || {
        seen.as_ref()
            .map_or(0.0, |seen| seen.get_bounding_client_rect().top())
    };
    let before = top();
    each(&page, "[data-live]", |old| {
        if let Some(new) = fresh.get_element_by_id(&old.id())
            && old.inner_html() != new.inner_html()
            // Its own parts are renewed.
            && dom::find(old, "[data-live]").is_none()
            // Nobody loses the focus, or what they have just opened.
            && !old.contains(active.as_deref())
        {
            let old = old.unchecked_ref::<HtmlElement>();
            let height = old.offset_height();
            old.set_inner_html(&new.inner_html());
            if height > old.offset_height() {
                let height = [&height.to_string(), "px"].concat();
                let _ = old.style().set_property("min-height", &height);
            }
            each(old, ".late details", |notice| {
                let _ = notice.remove_attribute("open");
            });
            take_over(old, &new, "data-mark");
        }
    });
    if let Some(old) = dom::find(root, LOST) {
        take_over(&old, line, "data-shown");
    }
    show_own(root);
    let moved = top() - before;
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
fn looked_at(page: &Document, active: Option<&Element>) -> Option<Element> {
    let place = |element: &Element| element.get_bounding_client_rect();
    let middle = place(&page.document_element()?).width() / 2.0;
    let height = window().inner_height().ok()?.as_f64()?;
    if let Some(field) = active.filter(|active| active.has_attribute("name"))
        && place(field).bottom() > 0.0
        && place(field).top() < height
    {
        return Some(field.clone());
    }
    (0..20).find_map(|step| {
        let y = height * f64::from(20 + step) / 40.0;
        let seen = page.element_from_point(middle as f32, y as f32)?;
        // Around what changes it would say nothing.
        match seen.closest("[data-live]") {
            Ok(Some(changing)) => Some(changing),
            _ => dom::find(&seen, "[data-live]").is_none().then_some(seen),
        }
    })
}

/// Says since when the server does not answer, and when instead of how long ago something was.
fn answered(root: &Element, answered: bool) {
    let Some(line) = dom::find(root, LOST) else {
        return;
    };
    each(&line, "time", |time| match answered {
        true => {
            let now = String::from(Date::new_0().to_iso_string());
            let _ = time.set_attribute("datetime", &now);
        }
        false => local(time),
    });
    if !answered {
        each(&document(), "[data-live] time", local);
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
    each(root, "[data-group]", |notice| {
        let group = notice.get_attribute("data-group").unwrap_or_default();
        dom::show(notice, own.is_empty() || own == group);
    });
}

fn each(root: &web_sys::Node, selector: &str, act: impl Fn(&Element)) {
    let found = match root.dyn_ref::<Document>() {
        Some(page) => page.query_selector_all(selector),
        None => match root.dyn_ref::<Element>() {
            Some(element) => element.query_selector_all(selector),
            None => return,
        },
    };
    let Ok(found) = found else { return };
    for place in 0..found.length() {
        if let Some(element) = found.get(place).and_then(|node| node.dyn_into().ok()) {
            act(&element);
        }
    }
}
