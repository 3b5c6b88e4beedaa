//! The troubleshooter with scripts: no page is loaded between two questions, and what was
//! answered stays in this browser.

use leptos::ev::{MouseEvent, popstate};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlElement, HtmlFormElement};

use super::dom::{self, find};
use super::live::domain_query;
use super::{clock, device_first, fetch, last_test, trail};
use crate::answered::AnsweredQuestion;
use crate::answered::answer_ids::{FAULT, FINE, NO, RIGHT, UNKNOWN, WRONG, YES};
use crate::check::event::Progress;

/// By what a customer has come to a question.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CameBy {
    /// Answers in this tab. Only then may the page start the test of the question: anybody can lead a
    /// customer to a question.
    Answers,
    /// A link, or anything else.
    Link,
    /// The browser's history. Nothing is answered then, or nobody could go back past it.
    History,
}

/// Takes up the way where it was left, and looks whether the question can be answered here.
pub(super) fn begin(root: &Element) {
    let answered = trail::restored();
    let came = came_by(&answered);
    if trail::shown(root).is_empty() {
        trail::show(root, &answered);
    }
    trail::mark(trail::shown(root).len());
    let back = root.clone();
    window_event_listener(popstate, move |_| {
        trail::show(&back, &trail::restored());
        load(&back, last_test::here(), CameBy::History);
    });
    arrived(root, came);
}

/// Follows an answer without loading a page.
pub(super) fn click(root: &Element, event: &MouseEvent, target: &Element) {
    // A click with a modifier key opens another tab or window.
    if event.ctrl_key() || event.meta_key() || event.shift_key() || event.default_prevented() {
        return;
    }
    let closest = |selector: &str| target.closest(selector).ok().flatten();
    if let Some(link) = closest("a[data-answer]") {
        event.prevent_default();
        follow(root, &link, None);
    } else if let Some(how) = closest(".more-link a")
        && let Some(next) = find(root, NEXT)
    {
        // The fix comes first, and the next question when that did not help.
        event.prevent_default();
        follow(root, &next, how.get_attribute("href"));
    }
}

/// Offers the next question, whatever a test has found.
pub(super) fn after_test(root: &Element, progress: &Progress) {
    let Some(link) = find_answer(root, found(root, progress)) else {
        return;
    };
    let Some(next) = find(root, ".next a") else {
        return;
    };
    let data = |name: &str| link.get_attribute(name).unwrap_or_default();
    let answer = data("data-answer");
    let mut to = data("data-to");
    let mut href = data("href");
    // What is wrong with the servers, and what helps, has just been read.
    if answer == FAULT {
        to = data("data-then");
        href.clone_from(&to);
    }
    let label = link.text_content().unwrap_or_default();
    for (name, value) in [
        ("href", &href),
        ("data-answer", &answer),
        ("data-to", &to),
        ("data-certain", &data("data-certain")),
        ("data-label", &label),
    ] {
        let _ = next.set_attribute(name, value);
    }
    dom::show(&next, true);
}

/// The question.
const NODE: &str = "#node";
/// The link to the next question after a test.
const NEXT: &str = ".next a[data-answer]";

fn came_by(answered: &[AnsweredQuestion]) -> CameBy {
    if trail::leads_to(answered, &last_test::here()) {
        CameBy::Answers
    } else {
        CameBy::Link
    }
}

/// How the question is answered: by what the data attribute of the question says.
fn by(root: &Element) -> String {
    let node = find(root, "#node");
    let by = node.and_then(|node| node.get_attribute("data-by"));
    by.unwrap_or_default()
}

/// The answer that a test gives to the question.
fn found(root: &Element, progress: &Progress) -> &'static str {
    let (found, yes, no) = match by(root).as_str() {
        "password" => (progress.password, YES, NO),
        _ => (progress.servers_fail().map(|fail| !fail), FINE, FAULT),
    };
    found.map_or(UNKNOWN, |found| if found { yes } else { no })
}

fn find_answer(root: &Element, id: &str) -> Option<Element> {
    find(root, &[".choice[data-answer=", id, "]"].concat())
}

/// Follows this answer if the question has it.
fn answer(root: &Element, id: &str) {
    if let Some(link) = find_answer(root, id) {
        follow(root, &link, None);
    }
}

/// Follows an answer, or goes somewhere else first.
fn follow(root: &Element, link: &Element, first: Option<String>) {
    // A page that goes on without scripts has put a copy in this place.
    if !root.is_connected() {
        return;
    }
    let data = |name: &str| link.get_attribute(name).unwrap_or_default();
    let text = |selector: &str| find(root, selector).and_then(|part| part.text_content());
    let label = link.get_attribute("data-label").or_else(|| {
        let label = find(link, "b");
        label.and_then(|label| label.text_content())
    });
    let node = find(root, "#node").and_then(|node| node.get_attribute("data-node"));
    let (to, then) = match first {
        Some(first) => (first, data("data-to")),
        None => (data("data-to"), data("data-then")),
    };
    let program = data("data-program");
    // A program is an answer by its own name, as in the addresses of the server.
    let id = match program.as_str() {
        "" => data("data-answer"),
        _ => program.clone(),
    };
    let mut answered = trail::shown(root);
    answered.push(AnsweredQuestion {
        question: text("#node h1").unwrap_or_default(),
        answer: label.unwrap_or_default(),
        certain: data("data-certain"),
        to: to.clone(),
        then,
        program,
        id: [&node.unwrap_or_default(), ".", &id].concat(),
    });
    trail::save(&answered);
    if to.starts_with("/fix/") && !to.starts_with("/fix/card/") {
        trail::show(root, &answered);
        if let Ok(history) = window().history() {
            let length = JsValue::from(answered.len() as u32);
            let to = [&*to, &domain_query("?")].concat();
            let _ = history.push_state_with_url(&length, "", Some(&to));
        }
        load(root, to, CameBy::Answers);
    } else {
        let _ = window().location().assign(&trail::address(&to, &answered));
    }
}

/// Puts another question into the page. The server is asked for it without the answers.
fn load(root: &Element, path: String, came: CameBy) {
    let path = [path, domain_query("?")].concat();
    let root = root.clone();
    leptos::task::spawn_local(async move {
        let fresh = fetch::page_with(&path, NODE).await;
        // A page that goes on without scripts has put a copy in this place.
        if !root.is_connected() {
            return;
        }
        if let Some(lost) = find(&root, "#node-lost") {
            dom::show(&lost, fresh.is_none());
        }
        if let Some(fresh) = fresh {
            for part in [NODE, "#by-hand"] {
                if let (Some(old), Some(found)) = (find(&root, part), find(&fresh, part)) {
                    let _ = old.replace_with_with_node_1(&found);
                }
            }
            let title = find(&fresh, "title").and_then(|title| title.text_content());
            document().set_title(&title.unwrap_or_default());
            window().scroll_to_with_x_and_y(0.0, 0.0);
            let heading = find(&root, "#node h1");
            if let Some(heading) = heading.and_then(|h| h.dyn_into::<HtmlElement>().ok()) {
                let _ = heading.focus();
            }
            arrived(&root, came);
        }
    });
}

/// Shows the test where the question is about it, and answers what can be answered here.
fn arrived(root: &Element, came: CameBy) {
    if came != CameBy::History && answer_settled(root) {
        return;
    }
    let by = by(root);
    let with_password = by == "password";
    let with_test = with_password || by == "test";
    if let Some(field) = find(root, "#node-password") {
        dom::show(&field, with_password);
        let _ = field.toggle_attribute_with_force("disabled", !with_password);
    }
    if let Some(panel) = find(root, "#node-test") {
        dom::show(&panel, with_test);
        // A test that runs, and its results, are those of another question; what was typed stays.
        if let (Some(form), Ok(reset)) = (find(&panel, "form"), Event::new("reset")) {
            let _ = form.dispatch_event(&reset);
        }
        if with_test {
            test(root, &panel, came);
        }
    }
    if by == "program"
        && let Some(question) = find(root, "#node")
    {
        device_first::put_first(&question);
    }
    if by == "clock" && came != CameBy::History {
        let root = root.clone();
        leptos::task::spawn_local(async move {
            if let Some(wrong) = clock::is_wrong().await {
                answer(&root, if wrong { WRONG } else { RIGHT });
            }
        });
    }
}

/// Answers what an earlier answer has settled.
fn answer_settled(root: &Element) -> bool {
    let answered = trail::shown(root);
    let settled = find(root, "#node").and_then(|node| node.get_attribute("data-settled"));
    let settled = settled.unwrap_or_default();
    let pairs = settled
        .split_whitespace()
        .filter_map(|pair| pair.split_once('='));
    let mut pairs = pairs.filter(|(after, _)| answered.iter().any(|step| step.id == *after));
    let link = match (by(root) == "program", trail::program(&answered)) {
        (true, Some(step)) => {
            let choice = [".choice[data-program=", &step.program, "]"].concat();
            find(root, &choice)
        }
        _ => pairs.next().and_then(|(_, id)| find_answer(root, id)),
    };
    if let Some(link) = &link {
        follow(root, link, None);
    }
    link.is_some()
}

/// Takes the last test, or runs one if the address is answered and the page may start it.
fn test(root: &Element, panel: &Element, came: CameBy) {
    if let Some(next) = find(root, ".next a") {
        dom::show(&next, false);
    }
    let form = find(panel, "form").and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
    let last = last_test::last().filter(last_test::LastTest::is_fresh);
    if let Some(last) = last {
        let progress = last.progress();
        if last.is_of_this_page() {
            after_test(root, &progress);
            return;
        }
        let found = found(root, &progress);
        if came != CameBy::History && progress.is_whole() && [FINE, YES].contains(&found) {
            answer(root, found);
            return;
        }
    }
    if let Some(form) = form
        && came == CameBy::Answers
        && by(root) == "test"
        && form.check_validity()
    {
        let _ = form.request_submit();
    }
}
