//! `/settings/<domain>`: the settings for one domain, to read or print.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{Document, Late, SettingsTable, ShortWays, SupportOf, YourAddress};
use crate::guide::program::SecurityNames;
use crate::guide::values::Values;
use crate::islands::{AddressScope, LiveStatus};
use crate::page_words::{DomainValue, ServiceValue};
use crate::record::{Domain, Group, Record, Role};
use crate::site::{Shows, localized, site, texts};

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
    let values = Arc::new(Values {
        record: record.clone(),
        group: group.clone(),
        security: SecurityNames::general(&texts.words),
    });
    let path = format!("settings/{domain}");
    let shown = site.revision.number(Shows::Changes);
    let title = texts
        .pages
        .settings
        .title
        .fill(|DomainValue::Domain| domain.as_str());
    let description = description(&domain, &group);
    view! {
        <Document title=title.clone() description>
            <h1>{title}</h1>
            <AddressScope groups=site.domain_groups()>
                <ShortWays values path/>
                <YourAddress/>
                <section aria-labelledby="settings">
                    // What is seen begins with the values.
                    <LiveStatus>
                        <h2 id="settings" class="unseen">{localized(|t| &t.settings.heading)}</h2>
                        <Late shown/>
                    </LiveStatus>
                    <SettingsTable record group domain/>
                </section>
            </AddressScope>
            <p class="go-on"><a class="button" href="/test">{localized(|t| &t.test.title)}</a></p>
            <SupportOf record=provider under_title=true with_passwords=true/>
        </Document>
    }
}

/// The settings in a sentence.
fn description(domain: &Domain, group: &Group) -> String {
    let texts = texts();
    let recommended = group
        .services
        .iter()
        .filter(|service| service.role != Role::Alternative);
    let services = recommended.map(|service| {
        let endpoint = &service.endpoint;
        texts.pages.test.service.fill(|value| match value {
            ServiceValue::Name => texts.words.protocol(endpoint.protocol).name.clone(),
            ServiceValue::Host => endpoint.host.to_string(),
            ServiceValue::Port => endpoint.port.to_string(),
        })
    });
    let services = services.collect::<Vec<_>>().join("; ");
    format!("@{}: {services}", domain.as_str())
}
