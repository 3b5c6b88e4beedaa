//! Mail servers among many others: what matters most of each, and the way to the rest.

use std::sync::Arc;

use leptos::prelude::*;

use super::status_services::domains;
use crate::components::{DayStrip, Heading, StripLegend, said};
use crate::record::{Group, Record, Service};
use crate::site::{site, texts};
use crate::status::said::Times;
use crate::status::scope::{MAX_ROWS, page_of, place_of};
use crate::status::tell::{self, services_of};
use crate::status::words::NumberValue;
use crate::status::{Scope, Seen, ServiceKey, ShownState};

/// A row for each server. The providers with trouble come first, when the page is opened.
#[component]
pub fn ServiceRows<'a>(
    /// Which.
    scope: &'a Scope,
    /// What is known.
    seen: &'a Seen,
    /// When somebody looks.
    times: Times<'a>,
) -> impl IntoView + use<> {
    let (site, texts) = (site(), texts());
    let words = &texts.status;
    let all = *scope == Scope::All;
    let mut room = MAX_ROWS;
    let mut records: Vec<_> = scope.records(&site.catalogue).iter().collect();
    records.sort_by_cached_key(|record| {
        let shown = |service| seen.standing(&ServiceKey::new(record, service)).shown();
        services_of(record).map(shown).max() != Some(ShownState::Down)
    });
    let providers = records.into_iter().map_while(|record| {
        let services = rows(scope, record, seen, times, &mut room);
        let name = all.then(|| {
            let href = page_of(&site.catalogue, record);
            view! { <h3 id=format!("provider-{}", record.id)><a href=href>{record.name.clone()}</a></h3> }
        });
        (!services.is_empty()).then(|| view! { <div>{name} {services}</div> })
    });
    let providers: Vec<_> = providers.collect();
    let find = all.then(|| view! { <li><a href="/#settings">{words.page.find.clone()}</a></li> });
    let title = match scope {
        Scope::All => words.page.all.clone(),
        Scope::Provider(record) | Scope::Service(record, _) => record.name.clone(),
    };
    let left_out = scope
        .services(&site.catalogue)
        .count()
        .saturating_sub(MAX_ROWS);
    let left_out = (left_out > 0).then(|| {
        let text = words
            .page
            .left_out
            .fill(|NumberValue::Number| left_out.to_string());
        view! { <p>{text}</p> }
    });
    view! {
        <ul class="legend checked">
            {find}
            <li><a href="#incidents">{words.incidents.title.clone()}</a></li>
            <li><a href="#changes">{words.changes.title.clone()}</a></li>
        </ul>
        <section aria-labelledby="all">
            <Heading id="all".to_owned() title/>
            <StripLegend/>
            <div class="status-services">{providers}</div>
            {left_out}
        </section>
    }
}

/// The servers of a provider, group by group, while there is room for them.
fn rows(
    scope: &Scope,
    record: &Arc<Record>,
    seen: &Seen,
    times: Times<'_>,
    room: &mut usize,
) -> Vec<impl IntoView + use<>> {
    let texts = texts();
    let several = record.groups.len() > 1;
    let groups = record.groups.iter().map_while(|group| {
        let shown = group.services.len().min(*room);
        *room -= shown;
        let head = several.then(|| {
            let name = group.name.in_language(&texts.language).to_owned();
            match scope {
                Scope::All => view! { <h4>{name}</h4> }.into_any(),
                _ => view! { <h3>{name}</h3> <p class="hint">{domains(group, &texts)}</p> }
                    .into_any(),
            }
        });
        let services = group.services.iter().take(shown);
        let services = services.map(|service| row(record, group, service, seen, times));
        let services: Vec<_> = services.collect();
        let id = format!("rows-{}-{}", record.id, group.id);
        (shown > 0).then(|| view! { {head} <ul class="news" data-live="" id=id>{services}</ul> })
    });
    groups.collect()
}

/// A server: its state, its address and its days. When it was checked is said once for all, so that a row stays as it
/// is while nothing happens.
fn row(
    record: &Record,
    group: &Group,
    service: &Service,
    seen: &Seen,
    times: Times<'_>,
) -> impl IntoView + use<> {
    let (site, texts) = (site(), texts());
    let key = ServiceKey::new(record, service);
    let told = tell::tell(times, &texts, seen, (record, group, service));
    let history = seen.snapshot.services.get(&key).map(|history| &**history);
    let endpoint = &service.endpoint;
    let name = texts.words.protocol(endpoint.protocol).name.clone();
    let place = place_of(&site.catalogue, record, service);
    view! {
        <li id=format!("{}.{}", key.record(), key.service()) data-mark=told.shown.mark()>
            <p><a href=place>{name}</a> " " <b class="sign">{said(told.state)}</b></p>
            <p class="hint">{tell::address(&texts, endpoint)}</p>
            {history.map(|_| view! { <DayStrip history times/> })}
        </li>
    }
}
