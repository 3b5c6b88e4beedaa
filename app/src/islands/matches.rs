//! Finds what a customer pastes in a list on the page. Nothing of it is sent.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDivElement, HtmlTextAreaElement};

use super::dom::{self, find};
use crate::matching::{plain, rank};

/// How many hits are shown.
const MAX_HITS: usize = 8;

/// Shows what matches, the most telling first; everything while nothing is typed.
pub(super) fn filter(root: &HtmlDivElement) {
    let field = find(root, "textarea");
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) else {
        return;
    };
    let text = plain(&field.value());
    // What does not match comes behind what does; each hit is then put in front of the ones that
    // tell less.
    let entries = entries(root);
    let mut ranked: Vec<(usize, &Element)> = Vec::new();
    for entry in &entries {
        let pieces = entry.get_attribute("data-match").unwrap_or_default();
        let rank = rank(pieces.split('\n'), &text);
        dom::show(entry, text.is_empty());
        let _ = entry.toggle_attribute_with_force("open", false);
        if rank > 0 {
            let position = ranked.iter().position(|(other, _)| *other < rank);
            ranked.insert(position.unwrap_or(ranked.len()), (rank, entry));
        }
    }
    ranked.truncate(MAX_HITS);
    for (_, entry) in ranked.iter().rev() {
        dom::show(entry, true);
        let _ = entry.toggle_attribute_with_force("open", true);
        if let Some(list) = entry.parent_element() {
            let _ = list.prepend_with_node_1(entry);
        }
    }
    for (name, shown) in [
        ("none", ranked.is_empty() && !text.is_empty()),
        ("hits", !ranked.is_empty()),
        ("all", text.is_empty()),
    ] {
        if let Ok(Some(part)) = root.query_selector(&format!("[data-when={name}]")) {
            dom::show(&part, shown);
        }
    }
}

fn entries(root: &HtmlDivElement) -> Vec<Element> {
    let Ok(nodes) = root.query_selector_all("[data-match]") else {
        return Vec::new();
    };
    let nodes = (0..nodes.length()).filter_map(|index| nodes.item(index)?.dyn_into().ok());
    nodes.collect()
}
