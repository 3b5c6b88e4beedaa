//! `/`: the settings for an address, and the test.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{Document, Links, SettingsTable, TestSection};
use crate::islands::{AddressField, AddressScope, GroupPanel, UnknownDomain};
use crate::record::Record;
use crate::site::Site;

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
        <Document title="Mail settings".to_owned()>
            <AddressScope groups=site.domain_groups()>
                <section class="hero">
                    <h1>"Get your mail working again"</h1>
                    <p class="lead">
                        "See the right settings for your address, and test the mail servers from here."
                    </p>
                    <form method="post" action="/settings" class="address-form">
                        <label for="address">"Your email address"</label>
                        <div class="field">
                            <AddressField id="address".to_owned() value=String::new()/>
                            <button type="submit">"Show my settings"</button>
                        </div>
                        <p class="hint">
                            "We use it to fill in the settings below. Only its ending decides which settings you see."
                        </p>
                    </form>
                    <UnknownDomain>
                        <p class="note">
                            {format!(
                                "We do not know this kind of address. The settings below are for {} addresses only.",
                                site.provider_names(),
                            )}
                        </p>
                    </UnknownDomain>
                </section>
                <section aria-labelledby="settings-heading" id="settings">
                    <h2 id="settings-heading">"Your settings"</h2>
                    {panels(records)}
                </section>
                <section class="card test" aria-labelledby="test-heading" id="test">
                    <h2 id="test-heading">"Test my connection"</h2>
                    <p>
                        "We connect to your mail servers, the way your mail program does, and tell you what works and what does not."
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
