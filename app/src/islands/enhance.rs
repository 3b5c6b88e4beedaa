//! The parts of a page whose markup the server has made and that only need to listen.
//!
//! They share one island, because each island adds some kilobytes to the bundle.

use leptos::ev::{Event, MouseEvent};
use leptos::html::Div;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::address::follow_group;
use super::awake::{Phase, only_awake, when_awake};

/// Enhances what is inside: begins once the page is awake, and listens from then on.
#[island]
pub(super) fn Enhance(
    /// Which part of a page it is.
    kind: Kind,
    /// Tells it from others of its kind; may be empty.
    name: String,
    children: Children,
) -> impl IntoView {
    let root = NodeRef::<Div>::new();
    if kind == Kind::Troubleshooter {
        provide_context(TroubleshooterRoot(root));
    }
    if matches!(kind, Kind::Live | Kind::Own) {
        follow_group(root, kind == Kind::Own);
    }
    let name = StoredValue::new(name);
    when_awake(kind.phase(), move || {
        if let Some(root) = root.get_untracked() {
            name.with_value(|name| begin(kind, name, &root));
        }
    });
    let input = move |_: Event| {
        if let Some(root) = root.get_untracked() {
            name.with_value(|name| changed(kind, name, &root));
        }
    };
    let clicked = move |event: MouseEvent| {
        if let Some(root) = root.get_untracked() {
            click(kind, &root, &event);
        }
    };
    view! {
        <div node_ref=root on:input=only_awake(input) on:click=only_awake(clicked)>
            {children()}
        </div>
    }
}

/// Which part of a page it is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    /// See [`Checklist`].
    Checklist,
    /// See [`Matches`].
    Matches,
    /// See [`DeviceFirst`].
    Device,
    /// See [`ClockCheck`].
    Clock,
    /// See [`Troubleshooter`].
    Troubleshooter,
    /// See [`ReportMaker`].
    Report,
    /// See [`LiveStatus`].
    Live,
    /// See [`OwnPanel`].
    Own,
    /// Nothing that the server makes, so nothing comes of it.
    #[serde(other)]
    Unknown,
}

impl Kind {
    const fn phase(self) -> Phase {
        match self {
            Self::Checklist => Phase::Fields,
            Self::Matches
            | Self::Device
            | Self::Clock
            | Self::Troubleshooter
            | Self::Report
            | Self::Live
            | Self::Own
            | Self::Unknown => Phase::Parts,
        }
    }
}

/// The troubleshooter around a form, which goes on with what the test has found.
#[derive(Clone, Copy)]
pub(super) struct TroubleshooterRoot(pub(super) NodeRef<Div>);

/// Keeps the boxes inside as they were left, in this browser only.
#[component]
pub fn Checklist(
    /// Tells these boxes from all others.
    name: String,
    children: Children,
) -> impl IntoView {
    view! { <Enhance kind=Kind::Checklist name>{children()}</Enhance> }
}

/// Searches for the text of the field inside while it is typed, and shows what is found (`#found`).
#[component]
pub fn Matches(children: Children) -> impl IntoView {
    view! { <Enhance kind=Kind::Matches name=String::new()>{children()}</Enhance> }
}

/// Puts the part inside whose `data-device` is that of the page first.
#[component]
pub fn DeviceFirst(children: Children) -> impl IntoView {
    view! {
        <Enhance kind=Kind::Device name=String::new()>
            <div class="device-first">{children()}</div>
        </Enhance>
    }
}

/// Shows one of the parts inside, which are marked `data-clock="right"` and `data-clock="wrong"`.
#[component]
pub fn ClockCheck(children: Children) -> impl IntoView {
    view! { <Enhance kind=Kind::Clock name=String::new()>{children()}</Enhance> }
}

/// The troubleshooter: the question (`#node`), the form of the connection test (`#node-test`), and
/// what was answered before (`#known`).
#[component]
pub fn Troubleshooter(children: Children) -> impl IntoView {
    view! { <Enhance kind=Kind::Troubleshooter name=String::new()>{children()}</Enhance> }
}

/// Makes the report for the help desk (`#report-made`) from what the browser keeps.
#[component]
pub fn ReportMaker(children: Children) -> impl IntoView {
    view! { <Enhance kind=Kind::Report name=String::new()>{children()}</Enhance> }
}

/// Keeps what the page says of the mail servers true while it is open: what is marked with `data-live`, wherever it
/// stands. Inside, notices with `data-group` are for the addresses of that group only.
#[component]
pub fn LiveStatus(children: Children) -> impl IntoView {
    view! { <Enhance kind=Kind::Live name=String::new()>{children()}</Enhance> }
}

/// What stands on a page for the addresses of one domain, where no page has the settings of all; without a domain, what
/// stands there until it is known. Once the address belongs to others, the page is loaded with their domain
/// (`app/own_domain.mjs`).
#[component]
pub fn OwnPanel(
    /// The position of the group.
    position: Option<usize>,
    children: Children,
) -> impl IntoView {
    let position = position.map(|position| position.to_string());
    let position = position.unwrap_or_default();
    view! {
        <Enhance kind=Kind::Own name=String::new()>
            <div data-panel=position>{children()}</div>
        </Enhance>
    }
}

#[cfg(not(feature = "hydrate"))]
use server::{begin, changed, click};

#[cfg(not(feature = "hydrate"))]
mod server {
    use leptos::ev::MouseEvent;
    use leptos::web_sys::HtmlDivElement;

    use super::Kind;

    pub(super) fn begin(_kind: Kind, _name: &str, _root: &HtmlDivElement) {}

    pub(super) fn changed(_kind: Kind, _name: &str, _root: &HtmlDivElement) {}

    pub(super) fn click(_kind: Kind, _root: &HtmlDivElement, _event: &MouseEvent) {}
}

#[cfg(feature = "hydrate")]
use browser::{begin, changed, click};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::ev::MouseEvent;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlDivElement};

    use super::Kind;
    use crate::islands::{checklist, clock, device_first, live, matches, report, troubleshooter};

    pub(super) fn begin(kind: Kind, name: &str, root: &HtmlDivElement) {
        match kind {
            Kind::Checklist => checklist::restore(root, name),
            Kind::Device => device_first::put_first(root),
            Kind::Clock => clock::show(root),
            Kind::Troubleshooter => troubleshooter::begin(root),
            Kind::Report => report::show(root),
            Kind::Live => live::begin(root),
            Kind::Matches | Kind::Own | Kind::Unknown => {}
        }
    }

    pub(super) fn changed(kind: Kind, name: &str, root: &HtmlDivElement) {
        match kind {
            Kind::Checklist => checklist::save(root, name),
            Kind::Matches => matches::search(root),
            Kind::Device
            | Kind::Clock
            | Kind::Troubleshooter
            | Kind::Report
            | Kind::Live
            | Kind::Own
            | Kind::Unknown => {}
        }
    }

    pub(super) fn click(kind: Kind, root: &HtmlDivElement, event: &MouseEvent) {
        let target = event.target();
        let Some(target) = target.and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        match kind {
            Kind::Troubleshooter => troubleshooter::click(root, event, &target),
            Kind::Report => report::click(root, &target),
            Kind::Checklist => checklist::click(event, &target),
            Kind::Matches | Kind::Device | Kind::Clock | Kind::Live | Kind::Own | Kind::Unknown => {
            }
        }
    }
}
