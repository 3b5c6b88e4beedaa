//! Remembers which steps were ticked off.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDivElement, HtmlInputElement};

use super::storage::{self, StorageArea};

/// Ticks what was ticked, and writes down what was ticked by hand while the page was hydrated.
pub(super) fn restore(root: &HtmlDivElement, name: &str) {
    let kept = storage::read(StorageArea::Local, name).unwrap_or_default();
    let mut by_hand = false;
    for (position, input) in boxes(root).enumerate() {
        if kept.as_bytes().get(position) == Some(&b'x') {
            input.set_checked(true);
        } else {
            by_hand |= input.checked();
        }
    }
    if by_hand {
        save(root, name);
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
    let inputs = root.get_elements_by_tag_name("input");
    (0..inputs.length()).filter_map(move |position| inputs.item(position)?.dyn_into().ok())
}
