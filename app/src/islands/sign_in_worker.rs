//! The worker that signs in within the browser, so that the password stays on the device.
//!
//! `data-way` of the element that names its script says which way a password would take now, and the sentence about it is
//! shown: so whoever types knows before. Without the attribute it is the way through the server.

use std::cell::RefCell;

use leptos::web_sys::HtmlFormElement;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Array, Promise};
use web_sys::{
    AbortSignal, Element, FormData, HtmlInputElement, MessageEvent, Worker, WorkerOptions,
    WorkerType,
};

use super::dom::{all, find, show};

/// Names the script of the worker.
const SCRIPT: &str = "data-worker";

/// Says which way a password would take.
const WAY: &str = "data-way";

thread_local! {
    /// The worker that waits for a test; a page needs no more than one.
    static WAITING: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// Loads the worker, if that has not begun and did not fail.
pub(super) fn load(form: &HtmlFormElement) {
    let Some(place) = place(form).filter(|place| !place.has_attribute(WAY)) else {
        return;
    };
    let script = place.get_attribute(SCRIPT).unwrap_or_default();
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let Ok(worker) = Worker::new_with_options(&script, &options) else {
        return;
    };
    say(&place, Some("loading"));
    let field = field(form);
    if let Some(field) = &field {
        field.set_disabled(false);
    }
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if event.data().is_truthy() {
            say(&place, Some("browser"));
            return;
        }
        // It cannot run here, and is not tried again.
        say(&place, None);
        let _ = place.remove_attribute(SCRIPT);
        WAITING.take();
        if let Some(field) = &field {
            field.set_disabled(place.has_attribute("data-only"));
        }
    });
    let listener = heard.as_ref().unchecked_ref();
    worker.set_onmessage(Some(listener));
    worker.set_onerror(Some(listener));
    heard.forget();
    WAITING.set(Some(worker));
}

/// The worker, if it can run here and there is a password for it.
pub(super) fn take(form: &HtmlFormElement) -> Option<Worker> {
    field(form).filter(|field| !field.value().is_empty())?;
    // A password manager may have filled in the field before anybody turned to it.
    load(form);
    WAITING.take()
}

/// Has the worker test what the form says, and gives each line of the test as it comes, until the test is over or
/// stopped. Then the worker is ended with all that it holds, and another one takes its place.
pub(super) async fn run(
    worker: Worker,
    form: &HtmlFormElement,
    fields: &FormData,
    signal: &AbortSignal,
    received: impl FnMut(String) + 'static,
) {
    let mut received = Some(received);
    let mut kept = None;
    let over = Promise::new(&mut |end, _| {
        let Some(mut received) = received.take() else {
            return;
        };
        let ended = end.clone();
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            match data.as_string() {
                Some(line) => received(line),
                None if data.is_falsy() => drop(ended.call0(&data)),
                // It is ready only now.
                None => {}
            }
        });
        worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        worker.set_onerror(Some(&end));
        signal.set_onabort(Some(&end));
        kept = Some(heard);
    });
    if worker.post_message(&Array::from(fields)).is_ok() {
        let _ = JsFuture::from(over).await;
    }
    worker.terminate();
    if let Some(place) = place(form) {
        say(&place, None);
    }
    load(form);
}

/// Forgets what was typed.
pub(super) fn clear(form: &HtmlFormElement) {
    if let Some(field) = field(form) {
        field.set_value("");
    }
}

/// Says which way it is: that through the server, or the one with this name.
fn say(place: &Element, way: Option<&str>) {
    let _ = match way {
        Some(way) => place.set_attribute(WAY, way),
        None => place.remove_attribute(WAY),
    };
    let shown = Some(way.unwrap_or("server").to_owned());
    for sentence in all(place, "[data-is]") {
        show(&sentence, sentence.get_attribute("data-is") == shown);
    }
}

fn place(form: &HtmlFormElement) -> Option<Element> {
    find(form, "[data-worker]")
}

fn field(form: &HtmlFormElement) -> Option<HtmlInputElement> {
    find(form, "input[name=password]")?.dyn_into().ok()
}
