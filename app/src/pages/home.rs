//! `/`: the settings for an address, and the test.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{Document, Links, SettingsTable, TestSection};
use crate::islands::{AddressField, AddressScope, GroupPanel, UnknownDomain};
use crate::record::Record;
use crate::site::{Site, say};

/// The first page that a customer sees.
#[component]
pub fn HomePage() -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let records = site.catalogue.records.clone();
    let links = records
        .iter()
        .cloned()
        .map(|record| view! { <Links record/> })
        .collect_view();
    view! {
        <Document title=say(|t| &t.home.title)>
            <AddressScope groups=site.domain_groups()>
                <section class="hero">
                    <h1>{say(|t| &t.home.heading)}</h1>
                    <p class="lead">
                        {say(|t| &t.home.lead)}
                    </p>
                    <nav class="doors" aria-label=say(|t| &t.home.doors)>
                        <a class="choice" href="/fix"><b>{say(|t| &t.home.door_fix)}</b></a>
                        <a class="choice" href="/programs"><b>{say(|t| &t.home.door_programs)}</b></a>
                        <a class="choice" href="#settings"><b>{say(|t| &t.home.door_settings)}</b></a>
                    </nav>
                    <form method="post" action="/settings" class="address-form">
                        <label for="address">{say(|t| &t.home.address)}</label>
                        <div class="field">
                            <AddressField id="address".to_owned() value=String::new()/>
                            <button type="submit">{say(|t| &t.home.button)}</button>
                        </div>
                        <p class="hint">
                            {say(|t| &t.home.hint)}
                        </p>
                    </form>
                    <UnknownDomain>
                        <p class="note">
                            {say(|t| &t.home.unknown).replace("{provider}", &site.provider_names())}
                        </p>
                    </UnknownDomain>
                </section>
                <section aria-labelledby="settings-heading" id="settings">
                    <h2 id="settings-heading">{say(|t| &t.home.settings)}</h2>
                    {panels(records)}
                </section>
                <section class="card test" aria-labelledby="test-heading" id="test">
                    <h2 id="test-heading">{say(|t| &t.test.title)}</h2>
                    <p>
                        {say(|t| &t.test.lead)}
                    </p>
                    <TestSection/>
                </section>
            </AddressScope>
            {links}
        </Document>
    }
}

/// The settings of every group, each in its panel.
fn panels(records: Vec<Record>) -> impl IntoView {
    let groups = records.into_iter().flat_map(|record| {
        let groups = record.groups.clone();
        groups.into_iter().map(move |group| (record.clone(), group))
    });
    groups
        .enumerate()
        .map(|(position, (record, group))| {
            view! { <GroupPanel position><SettingsTable record group/></GroupPanel> }
        })
        .collect_view()
}
