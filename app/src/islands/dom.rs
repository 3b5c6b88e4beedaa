//! What several islands look for in a page.

use web_sys::Element;
use web_sys::wasm_bindgen::JsCast;

/// The first element inside that fits.
pub(super) fn find(root: &Element, selector: &str) -> Option<Element> {
    root.query_selector(selector).ok().flatten()
}

/// All elements inside that fit.
pub(super) fn all(root: &Element, selector: &str) -> Vec<Element> {
    let mut all = Vec::new();
    if let Ok(found) = root.query_selector_all(selector) {
        for place in 0..found.length() {
            // A selector finds nothing but elements.
            all.extend(found.get(place).map(JsCast::unchecked_into));
        }
    }
    all
}

/// Shows an element or hides it.
pub(super) fn show(element: &Element, shown: bool) {
    let _ = element.toggle_attribute_with_force("hidden", !shown);
}
