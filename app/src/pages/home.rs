//! `/`: the settings for an address, and the test.

use leptos::prelude::*;

use crate::audience::{ShownGroup, must_ask, shown_groups, shown_records};
use crate::components::{
    AddressAdvice, Document, Doors, GroupPanel, Heading, Outage, Prompt, SettingsTable, SupportOf,
    TestSection,
};
use crate::islands::{AddressInput, AddressScope, UnknownDomain};
use crate::page_words::ProviderValue;
use crate::site::{localized, site, texts};

/// The first page that a customer sees.
#[component]
pub fn HomePage() -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = &texts.pages.home;
    let unknown = match site.provider_names(&texts.words) {
        Some(provider) => words.unknown.fill(|ProviderValue::Provider| &provider),
        None => words.unknown_of_many.clone(),
    };
    let prompt = must_ask().then(|| localized(|t| &t.ask.settings));
    let links = shown_records()
        .into_iter()
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
                    {prompt.map(|text| view! { <Prompt text/> })}
                    {panels()}
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
fn panels() -> impl IntoView {
    let panels = shown_groups().into_iter().map(|shown| {
        let ShownGroup {
            position,
            record,
            group,
        } = shown;
        view! { <GroupPanel position><SettingsTable record group/></GroupPanel> }
    });
    panels.collect_view()
}
