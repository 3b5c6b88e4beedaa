//! A button that copies one value.

use std::time::Duration;

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::address::TypedAddress;
use super::awake::{State, is_awake, only_awake};

/// Copies a value to the clipboard. Hidden until the page is awake, because it could do nothing before.
#[island]
pub fn CopyButton(
    /// The value; none means the user name of the address that was typed.
    value: Option<String>,
    /// Whether only the part before the @ is the user name.
    local_part: bool,
    /// What the button says for a moment after it has copied.
    copied: String,
    /// What the button says.
    children: Children,
) -> impl IntoView {
    let typed = use_context::<TypedAddress>();
    let text = Memo::new(move |_| value.clone().or_else(|| typed?.user_name(local_part)));
    let done = State::<bool>::new();
    // The style makes room for it from the beginning.
    let widest = copied.clone();
    let is_done = move || done.with(|done| *done);
    let click = move |_: MouseEvent| {
        if let Some(text) = text.get() {
            copy(
                text,
                Box::new(move || {
                    done.set(true);
                    set_timeout(move || done.set(false), Duration::from_secs(2));
                }),
            );
        }
    };
    view! {
        <button
            type="button"
            class="copy"
            hidden=move || !is_awake() || text.read().is_none()
            data-copied=widest
            data-done=move || is_done().then_some("")
            on:click=only_awake(click)
        >
            // It only becomes invisible, so that nothing around the button moves.
            <span>{children()}</span>
            <span role="status">{move || is_done().then(|| copied.clone())}</span>
        </button>
    }
}

#[cfg(feature = "hydrate")]
pub(super) fn copy(text: String, copied: Box<dyn FnOnce()>) {
    use wasm_bindgen_futures::JsFuture;

    leptos::task::spawn_local(async move {
        // Browsers refuse the clipboard on pages that are not secure; the value can still be selected.
        let written = window().navigator().clipboard().write_text(&text);
        if JsFuture::from(written).await.is_ok() {
            copied();
        }
    });
}

#[cfg(not(feature = "hydrate"))]
fn copy(_text: String, _copied: Box<dyn FnOnce()>) {}
