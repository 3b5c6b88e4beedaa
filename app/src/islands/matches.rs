//! Finds what a customer pastes in a list on the page. Nothing of it is sent.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDivElement, HtmlTextAreaElement};

use super::dom::{self, find};
use crate::matching::{MAX_HITS, plain, score};

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
    let mut hits: Vec<(usize, usize, &Element)> = Vec::new();
    for entry in &entries {
        let attribute = |name| entry.get_attribute(name).unwrap_or_default();
        let score = score(&attribute("data-match"), &text);
        dom::show(entry, text.is_empty());
        let _ = entry.toggle_attribute_with_force("open", false);
        if score > 0 {
            // Earlier searches have moved entries, so of those that tell as much the first in the list of the
            // server comes first, as it does there.
            let position = attribute("data-position").parse().unwrap_or(usize::MAX);
            let behind = |(other, place, _): &(usize, usize, _)| {
                *other < score || (*other == score && *place > position)
            };
            let index = hits.iter().position(behind).unwrap_or(hits.len());
            hits.insert(index, (score, position, entry));
        }
    }
    hits.truncate(MAX_HITS);
    for (_, _, entry) in hits.iter().rev() {
        dom::show(entry, true);
        let _ = entry.toggle_attribute_with_force("open", true);
        if let Some(list) = entry.parent_element() {
            let _ = list.prepend_with_node_1(entry);
        }
    }
    for (name, shown) in [
        ("none", hits.is_empty() && !text.is_empty()),
        ("hits", !hits.is_empty()),
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
