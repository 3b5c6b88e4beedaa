//! Pages for addresses that do not exist.

use leptos::prelude::*;

use crate::components::{Document, Doors, SearchForm};
use crate::page_words::{ProviderValue, TypedValue};
use crate::site::{localized, site, texts};

/// No page has this address.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Document title=localized(|t| &t.not_found.title) no_index=true>
            <h1>{localized(|t| &t.not_found.heading)}</h1>
            <p class="lead">{localized(|t| &t.not_found.lead)}</p>
            <SearchForm id="find"/>
            <Doors settings="/"/>
        </Document>
    }
}

/// No record has settings for what was typed.
#[component]
pub fn UnknownDomainPage(
    /// What was typed.
    typed: String,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let provider = site.provider_names(&texts.words);
    let link = |name: String| {
        view! { <a href=format!("/settings/{name}")>{format!("@{name}")}</a> }
    };
    let known: Vec<_> = site.domain_groups().into_iter().flatten().collect();
    let ending = typed.rsplit('@').next().unwrap_or_default().trim();
    let meant = suggestion(ending, &known).map(|name| {
        let question = localized(|t| &t.unknown_domain.meant);
        view! { <p class="note">{question} " " {link(name)}</p> }
    });
    let shown: String = typed.trim().chars().take(MAX_SHOWN_LEN).collect();
    let shown = (!shown.is_empty()).then(|| {
        let text = texts
            .pages
            .unknown_domain
            .typed
            .fill(|TypedValue::Typed| &shown);
        view! { <p>{text}</p> }
    });
    let domains = known
        .into_iter()
        .map(|name| view! { <li>{link(name)}</li> });
    let domains = domains.collect_view();
    view! {
        <Document title=localized(|t| &t.unknown_domain.title) no_index=true>
            <h1>{localized(|t| &t.unknown_domain.heading)}</h1>
            <p class="lead">
                {texts.pages.unknown_domain.lead.fill(|ProviderValue::Provider| &provider)}
            </p>
            {shown}
            {meant}
            <h2>{localized(|t| &t.unknown_domain.known)}</h2>
            <ul class="columns">{domains}</ul>
            <p><a class="button" href="/">{localized(|t| &t.unknown_domain.again)}</a></p>
        </Document>
    }
}

/// How much of what was typed is shown, in characters.
const MAX_SHOWN_LEN: usize = 80;

/// The known domain that differs by a slip or two.
fn suggestion(typed: &str, known: &[String]) -> Option<String> {
    let typed: String = typed.to_lowercase().chars().take(MAX_SHOWN_LEN).collect();
    let distances = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&typed, name), name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    // Short names resemble many others, so they may differ less.
    (distance * 4 <= name.len() && distance <= 3).then(|| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_domain_is_not_taken_for_one() {
        let known = ["centurylink.net", "q.com", "embarqmail.com"].map(str::to_owned);
        for (typed, expected) in [
            ("centurylink.com", Some("centurylink.net")),
            ("centrylink.net", Some("centurylink.net")),
            ("CenturyLink.ent", Some("centurylink.net")),
            ("embarkmail.com", Some("embarqmail.com")),
            ("q.con", Some("q.com")),
            ("a.com", Some("q.com")),
            ("gmail.com", None),
            ("example.org", None),
            ("jane", None),
            ("", None),
        ] {
            assert_eq!(suggestion(typed, &known).as_deref(), expected, "{typed}");
        }
        assert_eq!(suggestion("q.com", &[]), None);
    }
}
