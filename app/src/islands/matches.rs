//! Searches while a customer types: the server is asked for the page of the search, and what it found is put into
//! this one. So there is one ranking, and the bundle holds neither it nor the messages.

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::set_timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, FormData, HtmlDivElement, HtmlFormElement, UrlSearchParams};

use super::dom::find;
use super::fetch;

/// How long nothing must be typed before the server is asked.
const PAUSE: Duration = Duration::from_millis(450);

/// What is found.
const FOUND: &str = "#found";

thread_local! {
    /// How often something was typed: an answer to an earlier text is not shown.
    static TYPED: Cell<u32> = const { Cell::new(0) };
}

/// Asks for what was typed, once there is a pause.
pub(super) fn search(root: &HtmlDivElement) {
    let turn = TYPED.get().wrapping_add(1);
    TYPED.set(turn);
    let root = root.clone();
    set_timeout(
        move || {
            if TYPED.get() == turn {
                leptos::task::spawn_local(async move { show(&root, turn).await });
            }
        },
        PAUSE,
    );
}

async fn show(root: &Element, turn: u32) {
    let Some(path) = path(root) else {
        return;
    };
    let fresh = fetch::page_with(&path, FOUND).await;
    let fresh = fresh.and_then(|page| find(&page, FOUND));
    let Some(old) = find(root, FOUND) else {
        return;
    };
    if TYPED.get() != turn || !root.is_connected() {
        return;
    }
    match fresh {
        Some(fresh) => {
            let _ = old.replace_with_with_node_1(&fresh);
        }
        // Without an answer, such as when too much was asked, what was found for an earlier text must not be taken
        // for one. The button still works.
        None => old.set_text_content(None),
    }
}

/// The page that the button of the form leads to.
fn path(root: &Element) -> Option<String> {
    let form = find(root, "form")?.dyn_into::<HtmlFormElement>().ok()?;
    let fields = FormData::new_with_form(&form).ok()?;
    let query = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    Some(["/errors?", &String::from(query.to_string())].concat())
}
