//! `/`: the settings for an address, and the test.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{
    AddressAdvice, Document, Doors, Heading, Outage, SettingsTable, SupportOf, TestSection,
};
use crate::islands::{AddressInput, AddressScope, GroupPanel, UnknownDomain};
use crate::page_words::ProviderValue;
use crate::record::Record;
use crate::site::{localized, site, texts};

/// The first page that a customer sees.
#[component]
pub fn HomePage() -> impl IntoView {
    let (site, texts) = (site(), texts());
    let records = site.catalogue.records.clone();
    let provider = site.provider_names(&texts.words);
    let unknown = texts
        .pages
        .home
        .unknown
        .fill(|ProviderValue::Provider| &provider);
    let links = records
        .iter()
        .cloned()
        .map(|record| view! { <SupportOf record under_title=true with_passwords=true/> })
        .collect_view();
    view! {
        <Document title=localized(|t| &t.home.title)>
            <AddressScope groups=site.domain_groups()>
                <section class="hero">
                    <Outage/>
                    <h1>{localized(|t| &t.home.heading)}</h1>
                    <p class="lead">
                        {localized(|t| &t.home.lead)}
                    </p>
                    <form method="post" action="/settings" class="address-form">
                        <label for="address">{localized(|t| &t.home.address)}</label>
                        <div class="field">
                            <AddressInput id="address".to_owned() value=String::new()/>
                            <button type="submit">{localized(|t| &t.home.button)}</button>
                        </div>
                        <p class="hint">
                            {localized(|t| &t.home.hint)}
                        </p>
                    </form>
                    <AddressAdvice/>
                    <Doors settings="#settings"/>
                </section>
                <section aria-labelledby="settings-heading" id="settings">
                    <Heading id="settings-heading".to_owned() title=localized(|t| &t.home.settings)/>
                    {panels(records)}
                    <UnknownDomain><p>{unknown}</p></UnknownDomain>
                </section>
                <section class="card test" aria-labelledby="test-heading" id="test">
                    <Heading id="test-heading".to_owned() title=localized(|t| &t.test.title)/>
                    <p>
                        {localized(|t| &t.test.lead)}
                    </p>
                    <TestSection advises=false/>
                </section>
            </AddressScope>
            {links}
        </Document>
    }
}

/// The settings of every group, each in its panel.
fn panels(records: Vec<Arc<Record>>) -> impl IntoView {
    let groups = records.into_iter().flat_map(|record| {
        let groups = record.groups.clone();
        groups
            .into_iter()
            .map(move |group| (Arc::clone(&record), group))
    });
    groups
        .enumerate()
        .map(|(position, (record, group))| {
            view! { <GroupPanel position><SettingsTable record group/></GroupPanel> }
        })
        .collect_view()
}
