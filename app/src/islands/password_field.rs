//! The field for a password: shows what was typed as long as the customer wants it, and warns of a space that
//! nobody sees. Nothing of it leaves the page.

use leptos::web_sys::HtmlFormElement;

#[cfg(feature = "hydrate")]
pub(super) use browser::{begin, click, hide, typed};

#[cfg(not(feature = "hydrate"))]
pub(super) use server::begin;

#[cfg(not(feature = "hydrate"))]
mod server {
    use super::HtmlFormElement;

    pub(in crate::islands) fn begin(_form: &HtmlFormElement) {}
}

#[cfg(feature = "hydrate")]
mod browser {
    use wasm_bindgen::JsCast;
    use web_sys::{Element, Event, HtmlInputElement};

    use super::*;
    use crate::islands::dom::{self, find};

    /// Without scripts the button could do nothing, so it shows only now.
    pub(in crate::islands) fn begin(form: &HtmlFormElement) {
        if let Some(button) = button(form) {
            dom::show(&button, true);
        }
        warn(form);
    }

    /// Shows what was typed or hides it, if the button was pressed.
    pub(in crate::islands) fn click(form: &HtmlFormElement, event: &Event) {
        let target = event.target();
        let target = target.and_then(|target| target.dyn_into::<Element>().ok());
        let pressed = target.and_then(|target| target.closest("[data-other]").ok().flatten());
        if pressed.is_some() {
            let shown = field(form).is_some_and(|field| field.type_() == "text");
            show(form, !shown);
        }
    }

    /// Warns of a space while the customer types.
    pub(in crate::islands) fn typed(form: &HtmlFormElement) {
        warn(form);
    }

    /// Hides what was typed, so that the browser does not offer it as a text that was typed before.
    pub(in crate::islands) fn hide(form: &HtmlFormElement) {
        show(form, false);
    }

    fn show(form: &HtmlFormElement, shown: bool) {
        let (Some(field), Some(button)) = (field(form), button(form)) else {
            return;
        };
        let kind = if shown { "text" } else { "password" };
        if field.type_() != kind {
            field.set_type(kind);
            let other = button.get_attribute("data-other");
            let _ = button.set_attribute("data-other", &button.text_content().unwrap_or_default());
            button.set_text_content(other.as_deref());
        }
    }

    fn warn(form: &HtmlFormElement) {
        if let (Some(field), Some(warning)) = (field(form), find(form, "#password-space")) {
            let value = field.value();
            dom::show(&warning, value.trim() != value);
        }
    }

    fn field(form: &HtmlFormElement) -> Option<HtmlInputElement> {
        find(form, "input[name=password]")?.dyn_into().ok()
    }

    fn button(form: &HtmlFormElement) -> Option<Element> {
        find(form, "[data-other]")
    }
}
