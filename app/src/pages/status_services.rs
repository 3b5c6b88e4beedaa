//! Mail servers with all that is known of each.

use std::sync::Arc;

use leptos::prelude::*;
use time::UtcDateTime;

use crate::components::{
    DayBars, DayTable, DaysLegend, Heading, ResponseChart, ResponseTable, ServiceState,
};
use crate::record::{Group, Record, Service};
use crate::site::{site, texts};
use crate::status::said::Times;
use crate::status::tell;
use crate::status::words::{DomainsMoreValue, DomainsValue, NumberValue};
use crate::status::{Scope, Seen, ServiceFacts, ServiceHistory, ServiceKey, ShownState};
use crate::texts::Texts;

/// The servers of each provider.
#[component]
pub fn WholeServices<'a>(
    /// Which.
    scope: &'a Scope,
    /// What is known.
    seen: &'a Seen,
) -> impl IntoView + use<> {
    let site = site();
    let records = scope.records(&site.catalogue).iter();
    let records = records.map(|record| provider(scope, record, seen));
    records.collect_view()
}

/// The servers of a provider.
fn provider(scope: &Scope, record: &Arc<Record>, seen: &Seen) -> impl IntoView + use<> {
    let several = record.groups.len() > 1;
    let groups = record.groups.iter().filter_map(|group| {
        let texts = texts();
        let head = several.then(|| {
            let name = group.name.in_language(&texts.language).to_owned();
            view! { <h3>{name}</h3> <p class="hint">{domains(group, &texts)}</p> }
        });
        let services = group.services.iter().filter(|service| scope.has(service));
        let services = services.map(|service| one(record, group, service, seen, several));
        let services: Vec<_> = services.collect();
        (!services.is_empty())
            .then(|| view! { {head} <div class="status-services">{services}</div> })
    });
    let groups = groups.collect_view();
    let id = format!("provider-{}", record.id);
    view! {
        <section aria-labelledby=id.clone()>
            <Heading id=id.clone() title=record.name.clone()/>
            <DaysLegend/>
            {groups}
        </section>
    }
}

/// The most domains that are named.
const MAX_NAMED: usize = 3;

/// For which addresses a group is.
pub(super) fn domains(group: &Group, texts: &Texts) -> String {
    let words = &texts.status.page;
    let named = group.domains.iter().take(MAX_NAMED);
    let named: Vec<String> = named.map(|domain| format!("@{domain}")).collect();
    let more = group.domains.len() - named.len();
    let domains = match more {
        0 => texts.words.list(named),
        _ => {
            let named = named.join(", ");
            words.domains_more.fill(|value| match value {
                DomainsMoreValue::Domains => named.clone(),
                DomainsMoreValue::Count => more.to_string(),
            })
        }
    };
    words.other_addresses.fill(|DomainsValue::Domains| &domains)
}

/// One server.
fn one(
    record: &Record,
    group: &Group,
    service: &Service,
    seen: &Seen,
    below_group: bool,
) -> impl IntoView + use<> {
    let texts = texts();
    let times = Times::new(&texts, seen.now);
    let endpoint = &service.endpoint;
    let key = ServiceKey::new(record, service);
    let history = seen.snapshot.services.get(&key).map(|history| &**history);
    let facts = history.and_then(|history| history.facts.as_ref());
    let certificate = facts.and_then(|facts| certificate(facts, seen.now, &texts));
    let id = format!("{}.{}", key.record(), key.service());
    let protocol = texts.words.protocol(endpoint.protocol).name.clone();
    let heading = match below_group {
        true => view! { <h4>{protocol}</h4> }.into_any(),
        false => view! { <h3>{protocol}</h3> }.into_any(),
    };
    view! {
        <article class="card status-service" id=id.clone()>
            {heading}
            <p class="purpose">{tell::address(&texts, endpoint)}</p>
            <ServiceState record group service on_status_page=true/>
            <div data-live="" id=format!("certificate-{id}")>{certificate}</div>
            // Parts of what comes with the first check are renewed by themselves.
            <div data-live="" id=format!("pictures-{id}")>
                {history.map(|_| pictures(history, times, &id, tell::name(&texts, service)))}
            </div>
        </article>
    }
}

/// How it stood, drawn and as tables.
fn pictures(
    history: Option<&ServiceHistory>,
    times: Times<'_>,
    key: &str,
    name: String,
) -> impl IntoView + use<> {
    let tables = texts().status.page.tables.clone();
    let label = format!("{name}: {tables}");
    view! {
        <DayBars history times key=key.to_owned() name=name.clone()/>
        <ResponseChart history times key=key.to_owned() name/>
        <details class="folded">
            <summary>{tables}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=label>
                <DayTable history times key=key.to_owned()/>
                <ResponseTable history times key=key.to_owned()/>
            </div>
        </details>
    }
}

/// Certificates that end sooner than this are to be renewed, in days.
const RENEW: i64 = 14;

/// How long the certificate is valid.
fn certificate(
    facts: &ServiceFacts,
    now: UtcDateTime,
    texts: &Texts,
) -> Option<impl IntoView + use<>> {
    let certificate = facts.certificate.as_ref()?;
    let words = &texts.status.certificate;
    let left = certificate.not_after - now.unix_timestamp();
    let days = left.div_euclid(86_400);
    let text = match days {
        ..0 => words.over.clone(),
        0 => words.today.clone(),
        1 => words.day.clone(),
        _ => words.days.fill(|NumberValue::Number| days.to_string()),
    };
    let renew = (days < RENEW).then(|| view! { " " <span>{words.renew.clone()}</span> });
    let shown = if days < RENEW {
        ShownState::Degraded
    } else {
        ShownState::Ok
    };
    Some(view! {
        <p class="certificate" data-mark=shown.mark()>
            {words.label.clone()} ": " <b>{text}</b> {renew.map(|renew| view! { "." {renew} })}
        </p>
    })
}
