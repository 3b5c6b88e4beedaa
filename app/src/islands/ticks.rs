//! Remembers which steps were ticked off.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDivElement, HtmlInputElement};

use super::memory::{self, Memory};

/// Ticks what was ticked.
pub(super) fn show(place: &HtmlDivElement, name: &str) {
    let Some(ticked) = memory::read(Memory::Lasting, name) else {
        return;
    };
    for (position, input) in boxes(place).enumerate() {
        input.set_checked(ticked.as_bytes().get(position) == Some(&b'x'));
    }
}

/// Writes down what is ticked, one letter a box.
pub(super) fn keep(place: &HtmlDivElement, name: &str) {
    let ticked: String = boxes(place)
        .map(|input| if input.checked() { 'x' } else { '-' })
        .collect();
    memory::write(Memory::Lasting, name, &ticked);
}

fn boxes(place: &HtmlDivElement) -> impl Iterator<Item = HtmlInputElement> {
    let inputs = place.get_elements_by_tag_name("input");
    (0..inputs.length()).filter_map(move |position| inputs.item(position)?.dyn_into().ok())
}
