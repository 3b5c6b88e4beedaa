//! `/status`: how all servers stand, and how they stood.

use std::sync::Arc;

use leptos::prelude::*;
use time::UtcDateTime;

use super::status_news::{Incidents, WhatChanged};
use crate::components::{
    DayBars, DayTable, DaysLegend, Document, Heading, Late, ResponseChart, ResponseTable,
    ServiceState, said,
};
use crate::islands::LiveStatus;
use crate::record::{Group, Record, Service};
use crate::site::{Shows, site, texts};
use crate::status::said::{Said, Times};
use crate::status::tell::{self, Overall};
use crate::status::words::{DomainsMoreValue, DomainsValue, NumberValue, TimeValue};
use crate::status::{Seen, ServiceFacts, ServiceHistory, ServiceKey, ShownState, Standing};
use crate::texts::Texts;

/// How all servers stand, and how they stood.
#[component]
pub fn StatusPage() -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = &texts.status.page;
    let title = words.title.clone();
    let shown = site.revision.number(Shows::Changes);
    let body = match site.status.seen() {
        None => view! {
            <p class="lead">{words.off.clone()}</p>
            <p>{words.off_text.clone()}</p>
            <p class="go-on"><a class="button" href="/test">{words.test.clone()}</a></p>
        }
        .into_any(),
        Some(seen) => known(&seen, shown).into_any(),
    };
    view! {
        <Document title=title.clone() description=words.lead.clone()>
            <h1>{title}</h1>
            {body}
        </Document>
    }
}

fn known(seen: &Seen, shown: u64) -> impl IntoView + use<> {
    let (site, texts) = (site(), texts());
    let times = Times::new(&texts, seen.now);
    let words = &texts.status;
    let records = site.catalogue.records.iter();
    let records = records.map(|record| provider(record, seen)).collect_view();
    let overall = overall(seen, times, &texts);
    view! {
        <p class="lead">{words.page.lead.clone()} " " {tell::interval(&texts, seen.every)}</p>
        <LiveStatus>{overall} <Late shown/></LiveStatus>
        {records}
        <section aria-labelledby="incidents">
            <Heading id="incidents".to_owned() title=words.incidents.title.clone()/>
            <div data-live="" id="incidents-list"><Incidents seen times/></div>
        </section>
        <section aria-labelledby="changes">
            <Heading id="changes".to_owned() title=words.changes.title.clone()/>
            <div data-live="" id="changes-list"><WhatChanged seen times/></div>
        </section>
        {for_machines(&texts)}
    }
}

/// The same for other sites and for programs.
fn for_machines(texts: &Texts) -> impl IntoView + use<> {
    let words = &texts.status.machines;
    let links = [
        ("/status/badge.svg", &words.badge),
        ("/status.json", &words.json),
        ("/status.atom", &words.feed),
    ];
    let links = links.map(|(href, text)| view! { <li><a href=href>{text.clone()}</a></li> });
    let links = Vec::from(links);
    view! {
        <details class="others">
            <summary>{words.title.clone()}</summary>
            <p>{words.text.clone()}</p>
            <ul>{links}</ul>
        </details>
    }
}

/// The one sentence for which most people come.
fn overall(seen: &Seen, times: Times<'_>, texts: &Texts) -> impl IntoView + use<> {
    let words = &texts.status;
    let overall = Overall::of(seen, &site().catalogue);
    let text = match overall {
        Overall::OwnNetwork(since) => Some(Said::fill(
            &words.page.own_network_text,
            |TimeValue::Time| times.clock(since),
        )),
        Overall::NotChecked => Some(Said::text(&words.page.first_check_text)),
        _ => None,
    };
    let results = seen.snapshot.services.values();
    let last = results.filter_map(|history| Some(history.last.as_ref()?.at));
    let last = last.max().filter(|_| text.is_none());
    let checked = last.map(|at| Said::fill(&words.state.checked_all, |_| times.ago(at)));
    view! {
        <div class="overall" data-mark=overall.shown().mark() data-live="" id="overall">
            <p class="state"><b class="sign">{overall.title(texts)}</b></p>
            {text.map(|text| view! { <p>{said(text)}</p> })}
            {troubled(seen, times, texts)}
            <p class="checked">
                {checked.map(|checked| view! { <span>{said(checked)}</span> " " })}
                <a href="/status">{words.page.refresh.clone()}</a>
            </p>
        </div>
    }
}

/// The servers with trouble, each with a link to its part of the page.
fn troubled(seen: &Seen, times: Times<'_>, texts: &Texts) -> Option<impl IntoView + use<>> {
    let site = site();
    let services = tell::services(&site.catalogue).filter_map(|(record, service)| {
        let key = ServiceKey::new(record, service);
        let standing = seen.standing(&key);
        let state = tell::state(times, &standing);
        let name = format!("{}: {}", record.name, tell::name(texts, service));
        let href = format!("#{}.{}", key.record(), key.service());
        matches!(standing, Standing::Down { .. })
            .then(|| view! { <li><a href=href>{name}</a> ": " {said(state)}</li> })
    });
    let services: Vec<_> = services.collect();
    (!services.is_empty()).then(|| view! { <ul class="troubled">{services}</ul> })
}

/// The servers of a provider.
fn provider(record: &Arc<Record>, seen: &Seen) -> impl IntoView + use<> {
    let several = record.groups.len() > 1;
    let groups = record.groups.iter().map(|group| {
        let texts = texts();
        let head = several.then(|| {
            let name = group.name.in_language(&texts.language).to_owned();
            view! { <h3>{name}</h3> <p class="hint">{domains(group, &texts)}</p> }
        });
        let services = group.services.iter();
        let services = services.map(|service| one(record, group, service, seen, several));
        let services = services.collect_view();
        view! { {head} <div class="status-services">{services}</div> }
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
fn domains(group: &Group, texts: &Texts) -> String {
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
