//! Remembers which steps were ticked off, in this browser only.

use leptos::prelude::*;

/// Keeps the boxes inside as they were left.
#[island]
pub fn Ticks(
    /// Tells these boxes from all others.
    name: String,
    /// The steps.
    children: Children,
) -> impl IntoView {
    let place = NodeRef::<leptos::html::Div>::new();
    let kept = name.clone();
    Effect::new(move || {
        if let Some(place) = place.get() {
            show(&place, &kept);
        }
    });
    let keep_ticks = move |_| {
        if let Some(place) = place.get_untracked() {
            keep(&place, &name);
        }
    };
    view! { <div node_ref=place on:change=keep_ticks>{children()}</div> }
}

#[cfg(feature = "hydrate")]
use browser::{keep, show};

#[cfg(not(feature = "hydrate"))]
use server::{keep, show};

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::web_sys::HtmlDivElement;

    pub(super) fn show(_place: &HtmlDivElement, _name: &str) {}

    pub(super) fn keep(_place: &HtmlDivElement, _name: &str) {}
}

#[cfg(feature = "hydrate")]
mod browser {
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlDivElement, HtmlInputElement};

    use crate::islands::memory::{self, Memory};

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
}
