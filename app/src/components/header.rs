//! The top of every page: the name of the site, the search and the navigation.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use super::search_form::SearchForm;
use crate::page_words::PageWords;
use crate::site::{RequestPath, localized};

/// A place in the navigation: where it leads, the first path segments of the pages that belong there, and its words.
type Place = (
    &'static str,
    &'static [&'static str],
    fn(&PageWords) -> &String,
);

const PLACES: [Place; 4] = [
    ("/", &["", "settings"], |t| &t.layout.settings),
    ("/programs", &["programs"], |t| &t.layout.programs),
    ("/fix", &["fix"], |t| &t.layout.fix),
    ("/test", &["test"], |t| &t.test.title),
];

/// The top of the page. On a phone the search and the navigation open at the press of a button, which needs no
/// script; a browser that cannot do this shows both.
#[component]
pub fn Header(
    /// The name of the site.
    name: String,
) -> impl IntoView {
    let RequestPath(path) = use_context().unwrap_or_default();
    let links = PLACES.map(|(href, segments, words)| {
        let current = current(&path, href, segments);
        view! { <a href=href aria-current=current>{localized(words)}</a> }
    });
    view! {
        <header>
            <a class="home" href="/"><Picture icon=Icon::Mail/><span>{name}</span></a>
            <button type="button" class="open" popovertarget="search">
                <Picture icon=Icon::Search/>
                <span class="unseen">{localized(|t| &t.layout.search)}</span>
            </button>
            <button type="button" class="open" popovertarget="menu">
                <Picture icon=Icon::Menu/>
                <span class="unseen">{localized(|t| &t.layout.menu)}</span>
            </button>
            <SearchForm id="search" opens=true/>
            <nav id="menu" popover="" aria-label=localized(|t| &t.layout.navigation)>
                {links.into_iter().collect_view()}
            </nav>
        </header>
    }
}

/// Whether a link leads to this page, or to the pages among which it is.
fn current(path: &str, href: &str, segments: &[&str]) -> Option<&'static str> {
    let first = path.strip_prefix('/')?.split('/').next()?;
    if path == href {
        Some("page")
    } else {
        segments.contains(&first).then_some("true")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_place_in_the_navigation() {
        for (path, expected) in [
            ("/", Some(("/", "page"))),
            ("/settings/q.com", Some(("/", "true"))),
            ("/programs", Some(("/programs", "page"))),
            ("/programs/outlook", Some(("/programs", "true"))),
            ("/fix/card/clock", Some(("/fix", "true"))),
            ("/test", Some(("/test", "page"))),
            ("/errors", None),
            ("/fixed", None),
            ("", None),
        ] {
            let found: Vec<_> = PLACES
                .into_iter()
                .filter_map(|(href, segments, _)| Some((href, current(path, href, segments)?)))
                .collect();
            assert_eq!(found, Vec::from_iter(expected), "{path}");
        }
    }
}
