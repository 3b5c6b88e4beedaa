//! Puts what fits the device of the customer first.

use leptos::prelude::document;
use web_sys::Element;

/// Moves the part whose `data-device` is that of the page to the front. The style shows it there from the beginning,
/// so nothing is seen to move; but what is read aloud or reached by the keyboard has the same order then.
pub(super) fn put_first(root: &Element) {
    let page = document().document_element();
    let device = page.and_then(|page| page.get_attribute("data-device"));
    let part = device.map(|device| ["[data-device=", &device, "]"].concat());
    if let Some(part) = part.and_then(|part| super::dom::find(root, &part))
        && let Some(list) = part.parent_element()
    {
        let _ = list.prepend_with_node_1(&part);
        let _ = part.set_attribute("open", "");
    }
}
