//! The troubleshooter with scripts: no page is loaded between two questions, and what was
//! answered stays in this browser.

use gloo_net::http::Request;
use leptos::ev::{MouseEvent, popstate};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DomParser, Element, HtmlElement, HtmlFormElement, SupportedType};

use super::{Known, clock, device_first, last_test, trail};

/// Takes up the way where it was left, and looks whether the question can be answered here.
pub(super) fn begin() {
    let shown = trail::shown();
    if shown.is_empty() {
        trail::show(&trail::taken_up());
    }
    window_event_listener(popstate, move |_| {
        trail::show(&trail::taken_up());
        load(window().location().pathname().unwrap_or_default());
    });
    // Islands further in wake up after this one; the address is known when they have.
    set_timeout(arrived, std::time::Duration::ZERO);
}

/// Follows an answer without loading a page.
pub(super) fn click(event: &MouseEvent, target: &Element) {
    // Whoever wants another tab gets it.
    if event.ctrl_key() || event.meta_key() || event.shift_key() || event.default_prevented() {
        return;
    }
    if let Ok(Some(link)) = target.closest("a[data-answer]") {
        event.prevent_default();
        follow(&link);
    }
}

/// Goes on with what a test has found, if a question asks for it. What is wrong with the servers
/// stays to be read, together with the way to the fix.
pub(super) fn after_test(servers_fail: Option<bool>) {
    if servers_fail == Some(false) {
        answer("test", "fine");
    }
}

/// The first element that fits.
pub(super) fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// Follows this answer if the question is one that is answered this way.
fn answer(by: &str, id: &str) {
    let selector = format!("#node[data-by={by}] a[data-answer={id}]");
    if let Some(link) = find(&selector) {
        follow(&link);
    }
}

fn follow(link: &Element) {
    let data = |name: &str| link.get_attribute(name).unwrap_or_default();
    let text = |selector: &str| find(selector).and_then(|part| part.text_content());
    let label = link.query_selector("b").ok().flatten();
    let to = data("data-to");
    let mut known = trail::shown();
    known.push(Known {
        question: text("#node h1").unwrap_or_default(),
        answer: label
            .and_then(|label| label.text_content())
            .unwrap_or_default(),
        certain: data("data-certain"),
        to: to.clone(),
        then: data("data-then"),
        program: data("data-program"),
    });
    trail::keep(&known);
    if to.starts_with("/fix/") && !to.starts_with("/fix/card/") {
        trail::show(&known);
        if let Ok(history) = window().history() {
            let length = JsValue::from(known.len() as u32);
            let _ = history.push_state_with_url(&length, "", Some(&to));
        }
        load(to);
    } else {
        let _ = window()
            .location()
            .assign(&trail::with_program(&to, &known));
    }
}

/// Puts another question into the page. The server is asked for it without the answers.
fn load(path: String) {
    leptos::task::spawn_local(async move {
        let fresh = fetch(&path).await;
        if let Some(lost) = find("#node-lost") {
            let _ = lost.toggle_attribute_with_force("hidden", fresh.is_some());
        }
        if let (Some(fresh), Some(old)) = (fresh, find("#node")) {
            let _ = old.replace_with_with_node_1(&fresh);
            if let Some(heading) = find("#node h1").and_then(|h| h.dyn_into::<HtmlElement>().ok()) {
                document().set_title(&heading.text_content().unwrap_or_default());
                window().scroll_to_with_x_and_y(0.0, 0.0);
                let _ = heading.focus();
            }
            arrived();
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
fn arrived() {
    let by = find("#node").and_then(|node| node.get_attribute("data-by"));
    let by = by.unwrap_or_default();
    if let Some(panel) = find("#node-test") {
        let _ = panel.toggle_attribute_with_force("hidden", by != "test");
        if by == "test" {
            test(&panel);
        }
    }
    if by == "program"
        && let Some(Ok(list)) = find("#node").map(JsCast::dyn_into)
    {
        device_first::suggest(&list);
    }
    if by == "clock" {
        leptos::task::spawn_local(async {
            if let Some(wrong) = clock::is_wrong().await {
                answer("clock", if wrong { "wrong" } else { "right" });
            }
        });
    }
}

/// Takes the last test, or runs one if the address is known.
fn test(panel: &Element) {
    let last = last_test::read().filter(last_test::LastTest::is_fresh);
    let fails = last.and_then(|last| last_test::servers_fail(&last.progress()));
    if fails == Some(false) {
        after_test(fails);
        return;
    }
    let form = panel.query_selector("form").ok().flatten();
    let form = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    if let Some(form) = form
        && form.check_validity()
    {
        let _ = form.request_submit();
    }
}
