//! The search over the whole site.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::search::ranking::MAX_TEXT_LEN;
use crate::site::localized;

/// The field and its button. The answer is a page of its own, so nothing here needs a script.
#[component]
pub fn SearchForm(
    /// The id of the form.
    id: &'static str,
    /// Whether it opens at the press of a button that names it, where there is little room.
    #[prop(optional)]
    opens: bool,
) -> impl IntoView {
    // Each search of a page needs a name of its own, so that who hears the page can tell them apart.
    let name = (!opens).then(|| localized(|t| &t.layout.search_hint));
    view! {
        <form id=id popover=opens.then_some("") action="/errors" role="search" aria-label=name class="search">
            <input
                type="search"
                name="q"
                aria-label=localized(|t| &t.layout.search)
                placeholder=localized(|t| &t.layout.search_hint)
                maxlength=MAX_TEXT_LEN
                autocomplete="off"
                required
            />
            <button type="submit">
                <Picture icon=Icon::Search/>
                <span class="unseen">{localized(|t| &t.layout.search_button)}</span>
            </button>
        </form>
    }
}
