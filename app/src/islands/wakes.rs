//! The parts of a page whose markup the server has made and that only need to listen.
//!
//! One island serves them all: every island of its own would make the bundle some kilobytes bigger.

use leptos::ev::{Event, MouseEvent};
use leptos::html::Div;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Turn, only_awake, when_awake};

/// Wakes up what is inside.
#[island]
pub(super) fn Wakes(
    /// Which part of a page it is.
    kind: Kind,
    /// Tells it from others of its kind; may be empty.
    name: String,
    children: Children,
) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    if kind == Kind::Walk {
        provide_context(WalkPlace(place));
    }
    let name = StoredValue::new(name);
    when_awake(kind.turn(), move || {
        if let Some(place) = place.get_untracked() {
            name.with_value(|name| wake(kind, name, &place));
        }
    });
    let heard = move |_: Event| {
        if let Some(place) = place.get_untracked() {
            name.with_value(|name| changed(kind, name, &place));
        }
    };
    let clicked = move |event: MouseEvent| {
        if let Some(place) = place.get_untracked() {
            click(kind, &place, &event);
        }
    };
    view! {
        <div node_ref=place on:input=only_awake(heard) on:click=only_awake(clicked)>
            {children()}
        </div>
    }
}

/// Which part of a page it is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    /// See [`Ticks`].
    Ticks,
    /// See [`Matches`].
    Matches,
    /// See [`DeviceFirst`].
    Device,
    /// See [`ClockCheck`].
    Clock,
    /// See [`Walk`].
    Walk,
    /// See [`Onward`].
    Onward,
    /// See [`ReportMaker`].
    Report,
    /// Nothing that the server makes, so nothing comes of it.
    #[serde(other)]
    Unknown,
}

impl Kind {
    const fn turn(self) -> Turn {
        match self {
            Self::Ticks => Turn::Fields,
            Self::Matches
            | Self::Device
            | Self::Clock
            | Self::Walk
            | Self::Onward
            | Self::Report
            | Self::Unknown => Turn::Parts,
        }
    }
}

/// The troubleshooter around a form, which goes on with what the test has found.
#[derive(Clone, Copy)]
pub(super) struct WalkPlace(pub(super) NodeRef<Div>);

/// Keeps the boxes inside as they were left, in this browser only.
#[component]
pub fn Ticks(
    /// Tells these boxes from all others.
    name: String,
    children: Children,
) -> impl IntoView {
    view! { <Wakes kind=Kind::Ticks name>{children()}</Wakes> }
}

/// Filters the parts inside that have `data-match` by the text of the field inside.
#[component]
pub fn Matches(children: Children) -> impl IntoView {
    view! { <Wakes kind=Kind::Matches name=String::new()>{children()}</Wakes> }
}

/// Moves the part inside whose `data-device` fits this device to the front.
#[component]
pub fn DeviceFirst(children: Children) -> impl IntoView {
    view! { <Wakes kind=Kind::Device name=String::new()>{children()}</Wakes> }
}

/// Shows one of the parts inside, which are marked `data-clock="right"` and `data-clock="wrong"`.
#[component]
pub fn ClockCheck(children: Children) -> impl IntoView {
    view! { <Wakes kind=Kind::Clock name=String::new()>{children()}</Wakes> }
}

/// The troubleshooter: the question (`#node`), the form of the connection test (`#node-test`), and
/// what was answered before (`#known`).
#[component]
pub fn Walk(children: Children) -> impl IntoView {
    view! { <Wakes kind=Kind::Walk name=String::new()>{children()}</Wakes> }
}

/// "Did that help?" on a card: what was answered before (`#known`), and where to go on (`#next`).
#[component]
pub fn Onward(children: Children) -> impl IntoView {
    view! { <Wakes kind=Kind::Onward name=String::new()>{children()}</Wakes> }
}

/// Makes the report for the help desk (`#report-made`) from what the browser keeps.
#[component]
pub fn ReportMaker(children: Children) -> impl IntoView {
    view! { <Wakes kind=Kind::Report name=String::new()>{children()}</Wakes> }
}

#[cfg(not(feature = "hydrate"))]
use server::{changed, click, wake};

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::ev::MouseEvent;
    use leptos::web_sys::HtmlDivElement;

    use super::Kind;

    pub(super) fn wake(_kind: Kind, _name: &str, _place: &HtmlDivElement) {}

    pub(super) fn changed(_kind: Kind, _name: &str, _place: &HtmlDivElement) {}

    pub(super) fn click(_kind: Kind, _place: &HtmlDivElement, _event: &MouseEvent) {}
}

#[cfg(feature = "hydrate")]
use browser::{changed, click, wake};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::ev::MouseEvent;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlDivElement};

    use super::Kind;
    use crate::islands::{clock, device_first, matches, onward, report, ticks, walk};

    pub(super) fn wake(kind: Kind, name: &str, place: &HtmlDivElement) {
        match kind {
            Kind::Ticks => ticks::show(place, name),
            Kind::Matches => matches::filter(place),
            Kind::Device => device_first::suggest(place),
            Kind::Clock => clock::show(place),
            Kind::Walk => walk::begin(place),
            Kind::Onward => onward::take_up(place),
            Kind::Report => report::show(place),
            Kind::Unknown => {}
        }
    }

    pub(super) fn changed(kind: Kind, name: &str, place: &HtmlDivElement) {
        match kind {
            Kind::Ticks => ticks::keep(place, name),
            Kind::Matches => matches::filter(place),
            Kind::Device
            | Kind::Clock
            | Kind::Walk
            | Kind::Onward
            | Kind::Report
            | Kind::Unknown => {}
        }
    }

    pub(super) fn click(kind: Kind, place: &HtmlDivElement, event: &MouseEvent) {
        let target = event.target();
        let Some(target) = target.and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        match kind {
            Kind::Walk => walk::click(place, event, &target),
            Kind::Report => report::click(place, &target),
            Kind::Ticks
            | Kind::Matches
            | Kind::Device
            | Kind::Clock
            | Kind::Onward
            | Kind::Unknown => {}
        }
    }
}
