//! What is different for each group of addresses.

use leptos::prelude::*;

use crate::audience::{Audience, audience};
use crate::islands::{self, OwnPanel};

/// What stands on a page for one of the groups that it shows; hidden while the address belongs to another. It must
/// stand inside an [`AddressScope`](crate::islands::AddressScope).
#[component]
pub fn GroupPanel(
    /// The position of the group.
    position: usize,
    children: Children,
) -> impl IntoView {
    match audience() {
        Audience::Everybody => {
            view! { <islands::GroupPanel position>{children()}</islands::GroupPanel> }.into_any()
        }
        Audience::Domain(_) => {
            view! { <OwnPanel position=Some(position)>{children()}</OwnPanel> }.into_any()
        }
        // What stands there is the same for all of them.
        Audience::Unknown => children().into_any(),
    }
}

/// What stands in the place of the settings until it is known whose to show.
#[component]
pub fn Prompt(
    /// What to do.
    text: String,
) -> impl IntoView {
    view! {
        <OwnPanel position=None>
            <p class="hint">{text}</p>
        </OwnPanel>
    }
}
