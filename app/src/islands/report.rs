//! The report for the help desk, made in the browser from what it keeps.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Date, encode_uri_component};
use web_sys::{Element, HtmlDivElement, HtmlTextAreaElement};

use super::copy_button::copy;
use super::dom::{self, find};
use super::storage::{self, StorageArea};
use super::{last_test, trail};
use crate::check::report::{Report, ReportLabels};

/// Fills in the report, unless there is nothing to report.
pub(super) fn show(root: &HtmlDivElement) {
    let Some((text, json, code)) = make(root) else {
        return;
    };
    if let (Some(spoken), Some(link)) = (find(root, "#report-spoken"), find(root, "#report-code")) {
        let query = String::from(encode_uri_component(&code));
        let _ = link.set_attribute("href", &["/errors?q=", &query].concat());
        link.set_text_content(Some(&code));
        dom::show(&spoken, !code.is_empty());
    }
    if let Some(field) = field(root) {
        field.set_value(&text);
    }
    for (id, kind, content) in [
        ("#report-text", "text/plain", text),
        ("#report-json", "application/json", json),
    ] {
        if let Some(link) = find(root, id) {
            let content = String::from(encode_uri_component(&content));
            let link_to = ["data:", kind, ";charset=utf-8,", &content].concat();
            let _ = link.set_attribute("href", &link_to);
        }
    }
    for (id, shown) in [("#report-empty", false), ("#report-made", true)] {
        if let Some(part) = find(root, id) {
            dom::show(&part, shown);
        }
    }
}

/// Copies the report if its button was pressed.
pub(super) fn click(root: &HtmlDivElement, target: &Element) {
    let pressed = target.closest("#report-copy").ok().flatten();
    if let (Some(_), Some(field)) = (pressed, field(root)) {
        let root = root.clone();
        let copied = move || {
            if let Some(note) = find(&root, "#report-copied") {
                dom::show(&note, true);
            }
        };
        copy(field.value(), Box::new(copied));
    }
}

fn field(root: &HtmlDivElement) -> Option<HtmlTextAreaElement> {
    find(root, "#report")?.dyn_into().ok()
}

/// The report as text and for programs, and its code.
fn make(root: &HtmlDivElement) -> Option<(String, String, String)> {
    let made = find(root, "#report-made")?;
    let data = |name: &str| made.get_attribute(name).unwrap_or_default();
    let iso = |date: &Date| String::from(date.to_iso_string());
    let answered = trail::load();
    let test = last_test::load();
    if answered.is_empty() && test.is_none() {
        return None;
    }
    let program = answered.iter().rev().find(|step| !step.program.is_empty());
    let report = Report {
        time: iso(&Date::new_0()),
        address: storage::read(StorageArea::Session, "address").unwrap_or_default(),
        provider: data("data-provider"),
        program: program.map(|step| step.answer.clone()).unwrap_or_default(),
        device: window().navigator().user_agent().unwrap_or_default(),
        tested: test.as_ref().map(|test| {
            let when = iso(&Date::new(&JsValue::from_f64(test.at as f64)));
            (when, test.progress())
        }),
        answers: answered
            .into_iter()
            .map(|step| (step.question, step.answer))
            .collect(),
    };
    let lines = test.map(|test| test.lines).unwrap_or_default();
    let labels = ReportLabels::read(&data("data-labels"));
    let code = report.code().to_owned();
    Some((report.text(&labels), report.json(&lines), code))
}
