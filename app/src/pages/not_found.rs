//! Pages for addresses that do not exist.

use leptos::prelude::*;

use crate::address::parse_address;
use crate::components::{AddressAdvice, Document, Doors, SearchForm, is_slip};
use crate::islands::{AddressInput, AddressScope};
use crate::page_words::ProviderValue;
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

/// What was typed is no address, or no record has settings for it.
#[component]
pub fn UnknownDomainPage(
    /// What was typed.
    typed: String,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = texts.pages.unknown_domain.clone();
    let heading = match parse_address(&typed) {
        Ok(_) if is_slip(&typed, &site) => words.title.clone(),
        Ok(_) => words.heading.clone(),
        Err(_) => words.unreadable.clone(),
    };
    let again = match site.provider_names(&texts.words) {
        Some(provider) => words.again.fill(|ProviderValue::Provider| &provider),
        None => words.again_of_many.clone(),
    };
    // Pages keep what was typed, up to what a field holds.
    let shown: String = typed.chars().take(MAX_SHOWN_LEN).collect();
    view! {
        <Document title=words.title.clone() no_index=true>
            <h1>{heading}</h1>
            <AddressScope groups=site.domain_groups()>
                // What was perhaps meant comes first: one tap mends it.
                <AddressAdvice typed=shown.clone() leaves=true/>
                <form method="post" action="/settings" class="address-form card">
                    <label for="address">{again}</label>
                    <div class="field">
                        <AddressInput id="address".to_owned() value=shown/>
                        <button type="submit">{localized(|t| &t.home.button)}</button>
                    </div>
                </form>
            </AddressScope>
            <KnownDomains title=words.known.clone()/>
        </Document>
    }
}

/// The most domains that are all shown at once.
const MAX_OPEN: usize = 3;

/// The settings of every domain, folded away where there are many.
#[component]
fn KnownDomains(title: String) -> impl IntoView {
    let domains: Vec<_> = site().domain_groups().into_iter().flatten().collect();
    let open = domains.len() <= MAX_OPEN;
    let items = domains.into_iter().map(
        |name| view! { <li><a href=format!("/settings/{name}")>{format!("@{name}")}</a></li> },
    );
    let items = items.collect_view();
    view! {
        <details class="others known-domains" open=open>
            <summary>{title}</summary>
            <ul class="columns">{items}</ul>
        </details>
    }
}

/// How much of what was typed is shown, in characters; one more than a field takes, so that what is too long is
/// said to be.
const MAX_SHOWN_LEN: usize = 256;
