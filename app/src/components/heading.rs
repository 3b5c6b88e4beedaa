//! Headings to which one can link.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::site::localized;

/// The heading of a part of a page, with a link to this part beside it. The script of the page copies the
/// link when it is pressed (`app/heading_links.mjs`).
#[component]
pub fn Heading(
    /// The name of the part in addresses.
    id: String,
    /// The heading.
    title: String,
) -> impl IntoView {
    // The name is the same at every heading, so that it stands in nobody's way who looks for a link by its words.
    view! {
        <div class="heading">
            <h2 id=id.clone()>{title}</h2>
            <a
                class="anchor"
                href=format!("#{id}")
                aria-label=localized(|t| &t.layout.link_here)
                aria-describedby=id
                data-copied=localized(|t| &t.layout.link_copied)
            >
                <Picture icon=Icon::Link/>
            </a>
        </div>
    }
}
