//! The way through the troubleshooter as this tab keeps it, and as the page shows it.

use leptos::prelude::{document, window};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::dom::{self, find};
use super::live::domain_query;
use super::storage::{self, StorageArea};
use crate::answered::AnsweredQuestion;

/// The name under which it is kept.
const NAME: &str = "trail";
/// Stands between two answers; nobody types it.
const NEXT: char = '\u{1e}';
/// Stands between two parts of an answer.
const PART: char = '\u{1f}';

/// Keeps the way.
pub(super) fn save(answered: &[AnsweredQuestion]) {
    let mut text = String::new();
    for step in answered {
        for part in [
            &step.question,
            &step.answer,
            &step.certain,
            &step.to,
            &step.then,
            &step.program,
            &step.id,
        ] {
            text.push_str(part);
            text.push(PART);
        }
        text.push(NEXT);
    }
    storage::write(StorageArea::Session, NAME, &text);
}

/// The whole way.
pub(super) fn load() -> Vec<AnsweredQuestion> {
    let text = storage::read(StorageArea::Session, NAME).unwrap_or_default();
    let mut answered = Vec::new();
    for step in text.split_terminator(NEXT) {
        let mut parts = step.split(PART).map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        answered.push(AnsweredQuestion {
            question: part(),
            answer: part(),
            certain: part(),
            to: part(),
            then: part(),
            program: part(),
            id: part(),
        });
    }
    answered
}

/// The way up to the page that is open: as far as the browser's history says, or to its end
/// if that led here.
pub(super) fn restored() -> Vec<AnsweredQuestion> {
    let mut answered = load();
    let state = window()
        .history()
        .ok()
        .and_then(|history| history.state().ok());
    let here = window().location().pathname().unwrap_or_default();
    match state.and_then(|state| state.as_f64()) {
        Some(length) => answered.truncate(length as usize),
        None if leads_to(&answered, &here) => {}
        None => answered.clear(),
    }
    answered
}

/// Lets the browser's history say how much of the way leads to the page that is open.
pub(super) fn mark(length: usize) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state(&JsValue::from(length as u32), "");
    }
}

/// Whether the way ends at this path.
pub(super) fn leads_to(answered: &[AnsweredQuestion], path: &str) -> bool {
    answered.last().is_some_and(|last| {
        let then = last.then.split('?').next();
        last.to == path || then == Some(path)
    })
}

/// The answer with which a program was chosen on the way.
pub(super) fn program(answered: &[AnsweredQuestion]) -> Option<&AnsweredQuestion> {
    answered.iter().rev().find(|step| !step.program.is_empty())
}

/// The address of a page with the way to it, as the server writes it where scripts are off. So the page
/// that comes knows the program and where to go on.
pub(super) fn address(path: &str, answered: &[AnsweredQuestion]) -> String {
    // The settings are a part of a page, and need nothing of this.
    if path.contains(['?', '#']) {
        return path.to_owned();
    }
    let mut address = [path, "?trail="].concat();
    for (position, step) in answered.iter().enumerate() {
        if position > 0 {
            address.push('~');
        }
        address.push_str(&step.id);
    }
    if let Some(step) = program(answered) {
        address.push_str("&program=");
        address.push_str(&step.program);
    }
    address.push_str(&domain_query("&"));
    address
}

/// The way that this part of the page shows.
pub(super) fn shown(root: &Element) -> Vec<AnsweredQuestion> {
    let mut answered = Vec::new();
    for item in dom::all(root, "#known li") {
        let data = |name: &str| item.get_attribute(name).unwrap_or_default();
        let text = |selector: &str| {
            let part = find(&item, selector).and_then(|part| part.text_content());
            part.unwrap_or_default()
        };
        answered.push(AnsweredQuestion {
            question: text("span"),
            answer: text("b"),
            certain: text(".certain"),
            to: data("data-to"),
            then: data("data-then"),
            program: data("data-program"),
            id: data("data-id"),
        });
    }
    answered
}

/// Shows the way in this part of the page.
pub(super) fn show(root: &Element, answered: &[AnsweredQuestion]) {
    let (Some(section), Some(list)) = (find(root, "#known"), find(root, "#known ol")) else {
        return;
    };
    dom::show(&section, !answered.is_empty());
    list.set_text_content(None);
    for step in answered {
        let Some(item) = element("li", "") else {
            continue;
        };
        for (name, value) in [
            ("data-to", &step.to),
            ("data-then", &step.then),
            ("data-program", &step.program),
            ("data-id", &step.id),
        ] {
            let _ = item.set_attribute(name, value);
        }
        let certain = element("span", &step.certain);
        if let Some(certain) = &certain {
            certain.set_class_name("certain");
        }
        let parts = [
            element("span", &step.question),
            element("b", &step.answer),
            certain,
        ];
        for part in parts.into_iter().flatten() {
            let _ = item.append_with_node_1(&part);
            let _ = item.append_with_str_1(" ");
        }
        let _ = list.append_with_node_1(&item);
    }
}

fn element(name: &str, text: &str) -> Option<Element> {
    let element = document().create_element(name).ok()?;
    element.set_text_content(Some(text));
    Some(element)
}
