//! The parts of a page whose markup the server has made and that only need to listen.
//!
//! One island serves them all: every island of its own would make the bundle some kilobytes bigger.

use leptos::ev::{Event, MouseEvent};
use leptos::prelude::*;

/// Wakes up what is inside.
#[island]
pub(super) fn Wakes(
    /// Which part of a page it is.
    kind: String,
    /// Tells it from others of its kind; may be empty.
    name: String,
    children: Children,
) -> impl IntoView {
    let place = NodeRef::<leptos::html::Div>::new();
    let part = StoredValue::new((kind, name));
    Effect::new(move || {
        if let Some(place) = place.get() {
            part.with_value(|(kind, name)| wake(kind, name, &place));
        }
    });
    let heard = move |event: Event| {
        if let Some(place) = place.get_untracked() {
            part.with_value(|(kind, name)| changed(kind, name, &place, &event));
        }
    };
    let clicked = move |event: MouseEvent| part.with_value(|(kind, _)| click(kind, &event));
    view! {
        <div node_ref=place on:input=heard on:click=clicked>
            {children()}
        </div>
    }
}

/// Keeps the boxes inside as they were left, in this browser only.
#[component]
pub fn Ticks(
    /// Tells these boxes from all others.
    name: String,
    children: Children,
) -> impl IntoView {
    view! { <Wakes kind="ticks".to_owned() name>{children()}</Wakes> }
}

/// Filters the parts inside that have `data-match` by the text of the field inside.
#[component]
pub fn Matches(children: Children) -> impl IntoView {
    view! { <Wakes kind="matches".to_owned() name=String::new()>{children()}</Wakes> }
}

/// Moves the part inside whose `data-device` fits this device to the front.
#[component]
pub fn DeviceFirst(children: Children) -> impl IntoView {
    view! { <Wakes kind="device".to_owned() name=String::new()>{children()}</Wakes> }
}

/// Shows one of the parts inside, which are marked `data-clock="right"` and `data-clock="wrong"`.
#[component]
pub fn ClockCheck(children: Children) -> impl IntoView {
    view! { <Wakes kind="clock".to_owned() name=String::new()>{children()}</Wakes> }
}

/// The troubleshooter: the question (`#node`), the form of the connection test (`#node-test`), and
/// what was answered before (`#known`).
#[component]
pub fn Walk(children: Children) -> impl IntoView {
    view! { <Wakes kind="walk".to_owned() name=String::new()>{children()}</Wakes> }
}

/// "Did that help?" on a card: what was answered before (`#known`), and where to go on (`#next`).
#[component]
pub fn Onward(children: Children) -> impl IntoView {
    view! { <Wakes kind="onward".to_owned() name=String::new()>{children()}</Wakes> }
}

/// Makes the report for the help desk (`#report-made`) from what the browser keeps.
#[component]
pub fn ReportMaker(children: Children) -> impl IntoView {
    view! { <Wakes kind="report".to_owned() name=String::new()>{children()}</Wakes> }
}

#[cfg(not(feature = "hydrate"))]
use server::{changed, click, wake};

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::ev::{Event, MouseEvent};
    use leptos::web_sys::HtmlDivElement;

    pub(super) fn wake(_kind: &str, _name: &str, _place: &HtmlDivElement) {}

    pub(super) fn changed(_kind: &str, _name: &str, _place: &HtmlDivElement, _event: &Event) {}

    pub(super) fn click(_kind: &str, _event: &MouseEvent) {}
}

#[cfg(feature = "hydrate")]
use browser::{changed, click, wake};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::ev::{Event, MouseEvent};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlDivElement};

    use crate::islands::{clock, device_first, matches, onward, report, ticks, walk};

    pub(super) fn wake(kind: &str, name: &str, place: &HtmlDivElement) {
        match kind {
            "ticks" => ticks::show(place, name),
            "matches" => matches::filter(place),
            "device" => device_first::suggest(place),
            "clock" => clock::show(place),
            "walk" => walk::begin(),
            "onward" => onward::take_up(),
            "report" => report::show(place),
            _ => {}
        }
    }

    pub(super) fn changed(kind: &str, name: &str, place: &HtmlDivElement, _event: &Event) {
        match kind {
            "ticks" => ticks::keep(place, name),
            "matches" => matches::filter(place),
            _ => {}
        }
    }

    pub(super) fn click(kind: &str, event: &MouseEvent) {
        let target = event.target();
        let target = target.and_then(|target| target.dyn_into::<Element>().ok());
        match (kind, target) {
            ("walk", Some(target)) => walk::click(event, &target),
            ("report", Some(target)) => report::click(&target),
            _ => {}
        }
    }
}
