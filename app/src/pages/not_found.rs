//! Pages for addresses that do not exist.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::Document;
use crate::site::{Site, say};

/// No page has this address.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Document title=say(|t| &t.not_found.title) private=true>
            <h1>{say(|t| &t.not_found.heading)}</h1>
            <p class="lead">{say(|t| &t.not_found.lead)}</p>
            <p><a class="button" href="/">{say(|t| &t.not_found.home)}</a></p>
        </Document>
    }
}

/// No record has settings for what was typed.
#[component]
pub fn UnknownDomainPage() -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let provider = site.provider_names();
    let domains = site
        .catalogue
        .records
        .iter()
        .flat_map(|record| &record.groups)
        .flat_map(|group| &group.domains)
        .map(|domain| {
            let name = domain.as_str().to_owned();
            view! { <li><a href=format!("/settings/{name}")>{format!("@{name}")}</a></li> }
        })
        .collect_view();
    view! {
        <Document title=say(|t| &t.unknown_domain.title) private=true>
            <h1>{say(|t| &t.unknown_domain.heading)}</h1>
            <p class="lead">
                {say(|t| &t.unknown_domain.lead).replace("{provider}", &provider)}
            </p>
            <h2>{say(|t| &t.unknown_domain.known)}</h2>
            <ul class="columns">{domains}</ul>
            <p><a class="button" href="/">{say(|t| &t.unknown_domain.again)}</a></p>
        </Document>
    }
}
