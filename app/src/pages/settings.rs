//! `/settings/<domain>`: the settings for one domain, to read or print.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{Document, Links, SettingsTable};
use crate::islands::{AddressField, AddressScope};
use crate::record::{Domain, Group, Record};
use crate::site::{Site, say};

/// The settings of one domain.
#[component]
pub fn SettingsPage(
    /// The domain, which belongs to the group.
    domain: Domain,
    /// The provider.
    record: Record,
    /// The addresses that share the settings.
    group: Group,
) -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let provider = record.clone();
    let words = site.guide.words.program.clone();
    let title = say(|t| &t.settings.title).replace("{domain}", domain.as_str());
    view! {
        <Document title=title.clone()>
            <h1>{title}</h1>
            <h2>{say(|t| &t.settings.heading)}</h2>
            <AddressScope groups=site.domain_groups()>
                <div class="card">
                    <label for="address">{words.address.clone()}</label>
                    <AddressField id="address".to_owned() value=String::new()/>
                    <p class="hint">{words.address_hint.clone()}</p>
                </div>
                <SettingsTable record group/>
            </AddressScope>
            <p class="go-on"><a class="button" href="/test">{say(|t| &t.test.title)}</a></p>
            <Links record=provider/>
        </Document>
    }
}
