//! "Did that help?" on a fix card or another page: the way to it, and where to go on if it did not.

use leptos::prelude::window;
use web_sys::Element;

use super::dom::{self, find};
use super::trail;

/// Shows the way that this browser keeps, unless the page came with one.
pub(super) fn restore(root: &Element) {
    if !trail::shown(root).is_empty() {
        return;
    }
    let here = window().location().pathname().unwrap_or_default();
    let answered = trail::load();
    if !trail::leads_to(&answered, &here) {
        return;
    }
    trail::show(root, &answered);
    if let Some(whole) = find(root, "#follow-up") {
        dom::show(&whole, true);
    }
    let then = answered
        .last()
        .map(|last| trail::with_program(&last.then, &answered));
    // This card may already be the one to go on with; then support is left.
    let then = then.filter(|then| !then.is_empty() && then.split('?').next() != Some(&here));
    let Some(link) = find(root, "#next") else {
        return;
    };
    let next = then.or_else(|| link.get_attribute("data-last"));
    if let Some(next) = &next {
        let _ = link.set_attribute("href", next);
    }
    dom::show(&link, next.is_some());
}
