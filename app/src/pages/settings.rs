//! `/settings/<domain>`: the settings for one domain, to read or print.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{AddressField, Document, Links, SettingsTable};
use crate::islands::AddressScope;
use crate::page_words::DomainValue;
use crate::record::{Domain, Group, Record};
use crate::site::{localized, site, texts};

/// The settings of one domain.
#[component]
pub fn SettingsPage(
    /// The domain, which belongs to the group.
    domain: Domain,
    /// The provider.
    record: Arc<Record>,
    /// The addresses that share the settings.
    group: Arc<Group>,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let provider = record.clone();
    let words = texts.guide.words.program.clone();
    let title = texts
        .pages
        .settings
        .title
        .fill(|DomainValue::Domain| domain.as_str());
    view! {
        <Document title=title.clone()>
            <h1>{title}</h1>
            <h2>{localized(|t| &t.settings.heading)}</h2>
            <AddressScope groups=site.domain_groups()>
                <div class="card">
                    <label for="address">{words.address.clone()}</label>
                    <AddressField id="address".to_owned()/>
                    <p class="hint">{words.address_hint.clone()}</p>
                </div>
                <SettingsTable record group/>
            </AddressScope>
            <p class="go-on"><a class="button" href="/test">{localized(|t| &t.test.title)}</a></p>
            <Links record=provider/>
        </Document>
    }
}
