//! `/status`: how all servers stand, and how they stood. Where there are many, those of a provider have a page of their
//! own.

use leptos::prelude::*;

use super::status_news::{Incidents, WhatChanged};
use super::status_rows::ServiceRows;
use super::status_services::WholeServices;
use crate::components::{Document, Heading, Late, said};
use crate::islands::LiveStatus;
use crate::site::{Shows, site, texts};
use crate::status::said::{Said, Times};
use crate::status::scope::{MAX_WHOLE, place_of};
use crate::status::tell::{self, Overall};
use crate::status::words::{NumberValue, ProviderValue, TimeValue};
use crate::status::{Scope, Seen, ServiceKey, Standing};
use crate::texts::Texts;

/// How servers stand, and how they stood.
#[component]
pub fn StatusPage(
    /// Which.
    scope: Scope,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = &texts.status.page;
    let title = title(&scope, &texts);
    let shown = site.revision.number(Shows::Changes);
    let body = match site.status.seen() {
        None => view! {
            <p class="lead">{words.off.clone()}</p>
            <p>{words.off_text.clone()}</p>
            <p class="go-on"><a class="button" href="/test">{words.test.clone()}</a></p>
        }
        .into_any(),
        Some(seen) => known(&scope, &seen, shown).into_any(),
    };
    view! {
        <Document title=title.clone() description=words.lead.clone()>
            <h1>{title}</h1>
            {larger(&scope, &texts)}
            {body}
        </Document>
    }
}

fn title(scope: &Scope, texts: &Texts) -> String {
    let words = &texts.status.page;
    match scope {
        Scope::All => words.title.clone(),
        Scope::Provider(record) => words.title_of.fill(|ProviderValue::Provider| &record.name),
        Scope::Service(record, _) => {
            let service = tell::services_of(record).find(|service| scope.has(service));
            let name = service.map(|service| tell::name(texts, service));
            format!("{}: {}", record.name, name.unwrap_or_default())
        }
    }
}

/// The way to the page with more servers.
fn larger(scope: &Scope, texts: &Texts) -> Option<impl IntoView + use<>> {
    let words = &texts.status.page;
    let text = match scope {
        Scope::All => return None,
        Scope::Provider(_) => words.all.clone(),
        Scope::Service(record, _) => words.title_of.fill(|ProviderValue::Provider| &record.name),
    };
    let href = scope.parent()?.path();
    Some(view! { <p class="checked"><a href=href>{text}</a></p> })
}

fn known(scope: &Scope, seen: &Seen, shown: u64) -> impl IntoView + use<> {
    let (site, texts) = (site(), texts());
    let times = Times::new(&texts, seen.now);
    let words = &texts.status;
    let services = match scope.is_whole(&site.catalogue) {
        true => view! { <WholeServices scope seen/> }.into_any(),
        false => view! { <ServiceRows scope seen times/> }.into_any(),
    };
    let overall = overall(scope, seen, times, &texts);
    view! {
        <p class="lead">{words.page.lead.clone()} " " {tell::interval(&texts, seen.every)}</p>
        <LiveStatus>{overall} <Late shown/></LiveStatus>
        {services}
        <section aria-labelledby="incidents">
            <Heading id="incidents".to_owned() title=words.incidents.title.clone()/>
            <div data-live="" id="incidents-list"><Incidents scope seen times/></div>
        </section>
        <section aria-labelledby="changes">
            <Heading id="changes".to_owned() title=words.changes.title.clone()/>
            <div data-live="" id="changes-list"><WhatChanged scope seen times/></div>
        </section>
        {for_machines(scope, &texts)}
    }
}

/// The same for other sites and for programs.
fn for_machines(scope: &Scope, texts: &Texts) -> impl IntoView + use<> {
    let words = &texts.status.machines;
    let path = |path: &str| path.to_owned();
    let name = scope.name();
    let links = match scope {
        Scope::All => vec![
            (path("/status/badge.svg"), &words.badge),
            (path("/status.json"), &words.json),
            (path("/status.atom"), &words.feed),
        ],
        Scope::Provider(_) => vec![(format!("/status/data/{name}.json"), &words.json)],
        Scope::Service(..) => vec![
            (format!("/status/badge/{name}.svg"), &words.badge),
            (format!("/status/data/{name}.json"), &words.json),
        ],
    };
    let links = links.into_iter();
    let links = links.map(|(href, text)| view! { <li><a href=href>{text.clone()}</a></li> });
    let links: Vec<_> = links.collect();
    view! {
        <details class="others">
            <summary>{words.title.clone()}</summary>
            <p>{words.text.clone()}</p>
            <ul>{links}</ul>
        </details>
    }
}

/// The one sentence for which most people come.
fn overall(scope: &Scope, seen: &Seen, times: Times<'_>, texts: &Texts) -> impl IntoView + use<> {
    let words = &texts.status;
    let site = site();
    let services = || scope.services(&site.catalogue);
    let overall = Overall::of(seen, services());
    let text = match overall {
        Overall::OwnNetwork(since) => Some(Said::fill(
            &words.page.own_network_text,
            |TimeValue::Time| times.clock(since),
        )),
        Overall::NotChecked => Some(Said::text(&words.page.first_check_text)),
        _ => None,
    };
    let last = services().filter_map(|(record, service)| {
        let key = ServiceKey::new(record, service);
        Some(seen.snapshot.last(&key)?.at)
    });
    let last = last.max().filter(|_| text.is_none());
    let checked = last.map(|at| Said::fill(&words.state.checked_all, |_| times.ago(at)));
    view! {
        <div class="overall" data-mark=overall.shown().mark() data-live="" id="overall">
            <p class="state"><b class="sign">{overall.title(texts)}</b></p>
            {text.map(|text| view! { <p>{said(text)}</p> })}
            {troubled(scope, seen, times, texts)}
            <p class="checked">
                {checked.map(|checked| view! { <span>{said(checked)}</span> " " })}
                <a href=scope.path()>{words.page.refresh.clone()}</a>
            </p>
        </div>
    }
}

/// So many servers with trouble are named where each has only a row: the providers with trouble have the first ones.
const MAX_NAMED: usize = 10;

/// The servers with trouble, each with a link to where all that is known of it is shown.
fn troubled(
    scope: &Scope,
    seen: &Seen,
    times: Times<'_>,
    texts: &Texts,
) -> Option<impl IntoView + use<>> {
    let catalogue = &site().catalogue;
    let own_path = scope.path();
    let down = scope.services(catalogue).filter_map(|(record, service)| {
        let standing = seen.standing(&ServiceKey::new(record, service));
        let down = matches!(standing, Standing::Down { .. });
        down.then_some((record, service, standing))
    });
    let down: Vec<_> = down.collect();
    let named = down.iter().take(match scope.is_whole(catalogue) {
        true => MAX_WHOLE,
        false => MAX_NAMED,
    });
    let named = named.map(|(record, service, standing)| {
        let state = tell::state(times, standing);
        let name = format!("{}: {}", record.name, tell::name(texts, service));
        let place = place_of(catalogue, record, service);
        let href = match place.strip_prefix(&own_path) {
            Some(part) if part.starts_with('#') => part.to_owned(),
            _ => place,
        };
        view! { <li><a href=href>{name}</a> ": " {said(state)}</li> }
    });
    let named: Vec<_> = named.collect();
    let more = down.len() - named.len();
    let more = (more > 0).then(|| {
        let more = texts
            .status
            .incidents
            .more
            .fill(|NumberValue::Number| more.to_string());
        view! { <li>{more}</li> }
    });
    (!named.is_empty()).then(|| view! { <ul class="troubled">{named} {more}</ul> })
}
