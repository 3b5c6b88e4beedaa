//! `/operators/dns`: what those who run the domains publish, so that programs find the settings here.

use std::sync::Arc;

use leptos::prelude::*;
use probe::HostName;

use crate::components::Document;
use crate::islands::CopyButton;
use crate::page_words::DomainValue;
use crate::record::{Domain, Group, Record};
use crate::setup::write::zone;
use crate::site::{site, texts};

/// Every domain, with the way to its records.
#[component]
pub fn OperatorsPage() -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = texts.pages.operators.clone();
    let domains = site.domain_groups().into_iter().flatten();
    let domains = domains.map(|domain| {
        let href = format!("/operators/dns/{domain}");
        view! { <li><a href=href>{domain}</a></li> }
    });
    let domains = domains.collect_view();
    view! {
        <Document title=words.title.clone() description=words.lead.clone() no_index=true>
            <h1>{words.title}</h1>
            <p>{words.lead}</p>
            <h2>{words.domains}</h2>
            <ul class="columns operators">{domains}</ul>
        </Document>
    }
}

/// The records of one domain, as a part of its zone file.
#[component]
pub fn DnsPage(
    /// The domain, which belongs to the group.
    domain: Domain,
    /// The provider.
    record: Arc<Record>,
    /// The addresses that share the settings.
    group: Arc<Group>,
    /// The name under which this site was asked for.
    host: HostName,
) -> impl IntoView {
    let texts = texts();
    let words = texts.pages.operators.clone();
    let records = zone::records(&record, &group, &domain, &host, &[]);
    let text = zone::text(&domain, &records);
    let title = words.dns_title.fill(|DomainValue::Domain| domain.as_str());
    let print = format!("mailguide dns {domain} --site {host} --seen");
    let check = format!("{print} --check");
    let (copy, copied) = (
        texts.pages.settings.copy.clone(),
        texts.pages.settings.copied.clone(),
    );
    view! {
        <Document title=title.clone() description=words.dns_lead.clone() no_index=true>
            <h1>{title}</h1>
            <p>{words.dns_lead}</p>
            <p class="copy-all">
                <CopyButton value=Some(text.clone()) local_part=false copied=copied.clone()>
                    {copy}
                    <span class="unseen">{format!(" {}", words.dns_copy)}</span>
                </CopyButton>
            </p>
            <section aria-label=words.dns_zone>
                <pre class="zone">{text}</pre>
            </section>
            <h2>{words.check}</h2>
            <p>{words.check_text}</p>
            <pre class="zone">{check}</pre>
            <p>{words.keys_text}</p>
            <pre class="zone">{print}</pre>
            <p><a href="/operators/dns">{words.back}</a></p>
        </Document>
    }
}
