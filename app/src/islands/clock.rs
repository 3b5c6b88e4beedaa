//! Compares the clock of the device with the server's.

use gloo_net::http::Request;
use leptos::prelude::window;
use web_sys::HtmlDivElement;
use web_sys::js_sys::Date;

use super::dom;

/// The tolerated difference in milliseconds. Certificates are valid for months, so minutes do not matter.
const TOLERANCE: f64 = 300_000.0;

/// Whether the clock of this device is wrong, if the server says what time it is.
pub(super) async fn is_wrong() -> Option<bool> {
    let path = window().location().pathname().ok()?;
    let answer = Request::get(&path).send().await.ok()?;
    let server = Date::parse(&answer.headers().get("date")?);
    let off = (Date::now() - server).abs();
    off.is_finite().then_some(off > TOLERANCE)
}

/// Shows what is true of the clock.
pub(super) fn show(root: &HtmlDivElement) {
    let root = root.clone();
    leptos::task::spawn_local(async move {
        let Some(wrong) = is_wrong().await else {
            return;
        };
        for (name, shown) in [("checking", false), ("right", !wrong), ("wrong", wrong)] {
            let part = ["[data-clock=", name, "]"].concat();
            if let Some(part) = dom::find(&root, &part) {
                dom::show(&part, shown);
            }
        }
    });
}
