//! The troubleshooter with scripts: no page is loaded between two questions, and what was
//! answered stays in this browser.

use gloo_net::http::Request;
use leptos::ev::{MouseEvent, popstate};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DomParser, Element, HtmlElement, HtmlFormElement, SupportedType};

use super::dom::{self, find};
use super::{clock, device_first, last_test, trail};
use crate::answered::AnsweredQuestion;
use crate::answered::answer_ids::{FINE, RIGHT, WRONG};

/// Who starts the test of a question. Anybody can lead a customer to a question, so the page may only start
/// it when the customer came there by answers in this tab.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Page,
    Customer,
}

/// Takes up the way where it was left, and looks whether the question can be answered here.
pub(super) fn begin(root: &Element) {
    let answered = trail::restored();
    let start = start_after(&answered);
    if trail::shown(root).is_empty() {
        trail::show(root, &answered);
    }
    let back = root.clone();
    window_event_listener(popstate, move |_| {
        let answered = trail::restored();
        trail::show(&back, &answered);
        load(&back, here(), start_after(&answered));
    });
    arrived(root, start);
}

/// Follows an answer without loading a page.
pub(super) fn click(root: &Element, event: &MouseEvent, target: &Element) {
    // A click with a modifier key opens another tab or window.
    if event.ctrl_key() || event.meta_key() || event.shift_key() || event.default_prevented() {
        return;
    }
    if let Ok(Some(link)) = target.closest("a[data-answer]") {
        event.prevent_default();
        follow(root, &link, Start::Page);
    }
}

/// Goes on with what a test has found, if a question asks for it. What is wrong with the servers
/// stays to be read, together with the way to the fix.
pub(super) fn after_test(root: &Element, servers_fail: Option<bool>) {
    go_on(root, servers_fail, Start::Page);
}

fn here() -> String {
    window().location().pathname().unwrap_or_default()
}

fn start_after(answered: &[AnsweredQuestion]) -> Start {
    if trail::leads_to(answered, &here()) {
        Start::Page
    } else {
        Start::Customer
    }
}

fn go_on(root: &Element, servers_fail: Option<bool>, start: Start) {
    if servers_fail == Some(false) {
        answer(root, "test", FINE, start);
    }
}

/// Follows this answer if the question is one that is answered this way.
fn answer(root: &Element, by: &str, id: &str, start: Start) {
    let selector = format!("#node[data-by={by}] a[data-answer={id}]");
    if let Some(link) = find(root, &selector) {
        follow(root, &link, start);
    }
}

fn follow(root: &Element, link: &Element, start: Start) {
    // A page that goes on without scripts has put a copy in this place.
    if !root.is_connected() {
        return;
    }
    let data = |name: &str| link.get_attribute(name).unwrap_or_default();
    let text = |selector: &str| find(root, selector).and_then(|part| part.text_content());
    let label = link.query_selector("b").ok().flatten();
    let to = data("data-to");
    let mut answered = trail::shown(root);
    answered.push(AnsweredQuestion {
        question: text("#node h1").unwrap_or_default(),
        answer: label
            .and_then(|label| label.text_content())
            .unwrap_or_default(),
        certain: data("data-certain"),
        to: to.clone(),
        then: data("data-then"),
        program: data("data-program"),
    });
    trail::save(&answered);
    if to.starts_with("/fix/") && !to.starts_with("/fix/card/") {
        trail::show(root, &answered);
        if let Ok(history) = window().history() {
            let length = JsValue::from(answered.len() as u32);
            let _ = history.push_state_with_url(&length, "", Some(&to));
        }
        load(root, to, start);
    } else {
        let _ = window()
            .location()
            .assign(&trail::with_program(&to, &answered));
    }
}

/// Puts another question into the page. The server is asked for it without the answers.
fn load(root: &Element, path: String, start: Start) {
    let root = root.clone();
    leptos::task::spawn_local(async move {
        let fresh = fetch(&path).await;
        // A page that goes on without scripts has put a copy in this place.
        if !root.is_connected() {
            return;
        }
        if let Some(lost) = find(&root, "#node-lost") {
            dom::show(&lost, fresh.is_none());
        }
        if let (Some(fresh), Some(old)) = (fresh, find(&root, "#node")) {
            let _ = old.replace_with_with_node_1(&fresh);
            let heading = find(&root, "#node h1");
            if let Some(heading) = heading.and_then(|h| h.dyn_into::<HtmlElement>().ok()) {
                document().set_title(&heading.text_content().unwrap_or_default());
                window().scroll_to_with_x_and_y(0.0, 0.0);
                let _ = heading.focus();
            }
            arrived(&root, start);
        }
    });
}

async fn fetch(path: &str) -> Option<Element> {
    let answer = Request::get(path).send().await.ok()?;
    let page = answer.text().await.ok()?;
    let parsed = DomParser::new().ok()?;
    let parsed = parsed.parse_from_string(&page, SupportedType::TextHtml);
    parsed.ok()?.query_selector("#node").ok()?
}

/// Shows the test where the question is about it, and answers what can be answered here.
fn arrived(root: &Element, start: Start) {
    let by = find(root, "#node").and_then(|node| node.get_attribute("data-by"));
    let by = by.unwrap_or_default();
    if let Some(panel) = find(root, "#node-test") {
        dom::show(&panel, by == "test");
        if by == "test" {
            test(root, &panel, start);
        }
    }
    if by == "program"
        && let Some(Ok(list)) = find(root, "#node").map(JsCast::dyn_into)
    {
        device_first::suggest(&list);
    }
    if by == "clock" {
        let root = root.clone();
        leptos::task::spawn_local(async move {
            if let Some(wrong) = clock::is_wrong().await {
                answer(&root, "clock", if wrong { WRONG } else { RIGHT }, start);
            }
        });
    }
}

/// Takes the last test, or runs one if the address is answered and the page may start it.
fn test(root: &Element, panel: &Element, start: Start) {
    let last = last_test::load().filter(last_test::LastTest::is_fresh);
    let fails = last.and_then(|last| last_test::servers_fail(&last.progress()));
    if fails == Some(false) {
        go_on(root, fails, start);
        return;
    }
    let form = panel.query_selector("form").ok().flatten();
    let form = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    if let Some(form) = form
        && start == Start::Page
        && form.check_validity()
    {
        let _ = form.request_submit();
    }
}
