//! Puts what fits the device of the customer first.

/// Moves the part whose `data-device` fits this device to the front, and says why.
#[cfg(feature = "hydrate")]
pub(super) fn suggest(root: &web_sys::HtmlDivElement) {
    let navigator = leptos::prelude::window().navigator();
    let agent = navigator.user_agent().unwrap_or_default();
    // An iPad says that it is a Mac, but no Mac has a screen to touch.
    let touch = navigator.max_touch_points() > 1;
    let device = device(&agent, touch);
    let part = root.query_selector(&format!("[data-device={device}]"));
    if let Ok(Some(part)) = part
        && let Some(list) = part.parent_element()
    {
        let _ = list.prepend_with_node_1(&part);
        let _ = part.set_attribute("open", "");
        if let Ok(Some(note)) = part.query_selector("[data-suggested]") {
            super::dom::show(&note, true);
        }
    }
}

/// What a browser runs on, by what it says about itself.
fn device(agent: &str, touch: bool) -> &'static str {
    match agent {
        agent if agent.contains("iPhone") || agent.contains("iPad") => "iphone",
        agent if agent.contains("Android") => "android",
        agent if agent.contains("Macintosh") && touch => "iphone",
        agent if agent.contains("Macintosh") => "mac",
        agent if agent.contains("Windows") => "windows",
        _ => "linux",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_tell_what_they_run_on() {
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)";
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
        for (agent, touch, expected) in [
            (iphone, true, "iphone"),
            (mac, true, "iphone"),
            (mac, false, "mac"),
            ("Mozilla/5.0 (Linux; Android 15; Pixel 9)", true, "android"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", true, "windows"),
            ("Mozilla/5.0 (X11; Linux x86_64)", false, "linux"),
        ] {
            assert_eq!(device(agent, touch), expected, "{agent}");
        }
    }
}
