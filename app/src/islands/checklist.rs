//! Remembers which steps were ticked off.

use std::cell::Cell;

use leptos::ev::MouseEvent;
use leptos::prelude::request_animation_frame;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDivElement, HtmlInputElement};

use super::dom;
use super::storage::{self, StorageArea};

thread_local! {
    /// When the restored ticks of the page could be seen, by the clock that events have.
    static SEEN: Cell<f64> = const { Cell::new(f64::INFINITY) };
}

/// Ticks what was ticked, and writes down what was ticked by hand while the page was hydrated.
pub(super) fn restore(root: &HtmlDivElement, name: &str) {
    let kept = storage::read(StorageArea::Local, name).unwrap_or_default();
    let mut by_hand = false;
    for (position, input) in boxes(root).enumerate() {
        if kept.as_bytes().get(position) != Some(&b'x') {
            by_hand |= input.checked();
        } else if !input.checked() {
            input.set_checked(true);
            let _ = input.set_attribute("data-restored", "");
        }
    }
    if by_hand {
        save(root, name);
    }
    request_animation_frame(|| {
        if let Ok(now) = Event::new("now") {
            SEEN.set(now.time_stamp());
        }
    });
}

/// Keeps a tick that was restored between the press on the box and its event: who pressed has seen an empty
/// box, and wants it ticked.
pub(super) fn click(event: &MouseEvent, target: &Element) {
    let label = target.closest("label").ok().flatten();
    let restored = label.and_then(|label| dom::find(&label, "[data-restored]"));
    if restored.is_some() && event.time_stamp() < SEEN.get() {
        event.prevent_default();
    }
}

/// Writes down what is ticked, one letter a box.
pub(super) fn save(root: &HtmlDivElement, name: &str) {
    let ticked: String = boxes(root)
        .map(|input| if input.checked() { 'x' } else { '-' })
        .collect();
    storage::write(StorageArea::Local, name, &ticked);
}

fn boxes(root: &HtmlDivElement) -> impl Iterator<Item = HtmlInputElement> {
    let inputs = dom::all(root, "input").into_iter();
    inputs.map(JsCast::unchecked_into)
}
