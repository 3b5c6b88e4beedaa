//! The way to people who help.

use leptos::prelude::*;

use crate::site::site;

/// A list item with the provider's page for support, if there is one.
#[component]
pub fn SupportLink(
    /// What the link says.
    label: String,
) -> impl IntoView {
    let site = site();
    let mut records = site.catalogue.records.iter();
    let link = records.find_map(|record| record.links.support.clone());
    link.map(|link| {
        let url = link.url.as_str().to_owned();
        view! { <li><a href=url rel="noreferrer">{label}</a></li> }
    })
}
