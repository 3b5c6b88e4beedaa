//! Pages for addresses that do not exist.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::Document;
use crate::site::Site;

/// No page has this address.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Document title="Page not found".to_owned() private=true>
            <h1>"There is no page here"</h1>
            <p class="lead">"The link may be old, or a letter may be missing."</p>
            <p><a class="button" href="/">"Go to the mail settings"</a></p>
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
        <Document title="Unknown address".to_owned() private=true>
            <h1>"We have no settings for this kind of address"</h1>
            <p class="lead">
                {format!(
                    "This page knows {provider} addresses only. Check the ending of your address, the part after the @ sign.",
                )}
            </p>
            <h2>"Addresses that we know"</h2>
            <ul class="columns">{domains}</ul>
            <p><a class="button" href="/">"Try another address"</a></p>
        </Document>
    }
}
