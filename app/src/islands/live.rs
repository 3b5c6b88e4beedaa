//! Keeps what a page says of the mail servers true while it is open and seen: the server says that something has
//! changed, and the page takes its new words from itself as the server makes it now.
//!
//! What may change is marked with `data-live` and has an id. Times are shown in the time zone of the customer.

use std::cell::RefCell;

use futures_util::StreamExt;
use futures_util::future::{AbortHandle, abortable};
use gloo_net::eventsource::futures::EventSource;
use gloo_net::http::Request;
use js_sys::{Date, Object, Reflect};
use leptos::ev::visibilitychange;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, DomParser, Element, HtmlDivElement, SupportedType};

use super::dom;

/// What tells of changes.
const EVENTS: &str = "/status/events";

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
    let root = root.clone();
    follow(&root, false);
    window_event_listener(visibilitychange, move |_| follow(&root, true));
}

/// Waits for changes while the page is seen. Whoever comes back to it sees at once what has changed meanwhile.
fn follow(root: &Element, again: bool) {
    if let Some(waiting) = WAITING.take() {
        waiting.abort();
    }
    if document().hidden() {
        return;
    }
    let root = root.clone();
    let (waiting, abort) = abortable(async move {
        if again {
            renew(&root).await;
        }
        let Ok(mut events) = EventSource::new(EVENTS) else {
            return;
        };
        let Ok(mut changes) = events.subscribe("changed") else {
            return;
        };
        // The browser connects again by itself, so an error is not the end.
        while let Some(change) = changes.next().await {
            if change.is_ok() {
                renew(&root).await;
            }
        }
    });
    WAITING.set(Some(abort));
    leptos::task::spawn_local(async move {
        // It ends when the page is no longer seen.
        let _ = waiting.await;
    });
}

/// Puts the words of the page as it is now into this one.
async fn renew(root: &Element) {
    let Some(fresh) = fetch().await else {
        return;
    };
    each(&fresh, "time[data-clock]", local);
    each(&document(), "[data-live]", |old| {
        if let Some(new) = fresh.get_element_by_id(&old.id())
            && old.inner_html() != new.inner_html()
        {
            old.set_inner_html(&new.inner_html());
            if let Some(mark) = new.get_attribute("data-mark") {
                let _ = old.set_attribute("data-mark", &mark);
            }
        }
    });
    show_own(root);
}

/// The page, without what is typed or answered on it.
async fn fetch() -> Option<Document> {
    let path = window().location().pathname().ok()?;
    let answer = Request::get(&path).send().await.ok()?;
    let page = answer.text().await.ok().filter(|_| answer.ok())?;
    let parser = DomParser::new().ok()?;
    parser
        .parse_from_string(&page, SupportedType::TextHtml)
        .ok()
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
