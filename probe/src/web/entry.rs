//! What the script of the worker calls.

use js_sys::{Function, JSON};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::event::Event;
use super::relay::Relay;
use super::run;

/// Runs one test. `relay` is the address of the relay's WebSocket and `request` what the page asks for, as JSON;
/// `tell` is called with each event, as an object. Ends when all services are done.
#[wasm_bindgen]
pub async fn check(relay: String, request: String, tell: Function) {
    let tell = |event: &Event<'_>| {
        // Where nobody listens any more, the worker is about to be ended.
        let event = serde_json::to_string(event).unwrap_or_default();
        let event = JSON::parse(&event).unwrap_or(JsValue::NULL);
        let _ = tell.call1(&JsValue::NULL, &event);
    };
    let parsed = serde_json::from_str(&request);
    // The password is in it.
    drop(request);
    let result = match parsed {
        Ok(request) => {
            let run = run::run(&Relay { url: relay }, request, &tell).await;
            run.map_err(|error| error.to_string())
        }
        // What the error quotes may be a part of the password.
        Err(_) => Err("the request cannot be read".to_owned()),
    };
    if let Err(cause) = result {
        tell(&Event::Failed { cause });
    }
}
