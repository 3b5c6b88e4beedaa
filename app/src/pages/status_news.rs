//! What happened, and what changed: the lists of the page about all servers.

use leptos::prelude::*;

use crate::components::said;
use crate::record::{Record, Service};
use crate::site::{site, texts};
use crate::status::said::{Said, Times};
use crate::status::words::{NumberValue, PeriodValue, SinceValue};
use crate::status::{Change, Incident, Scope, Seen, ShownState, change, tell};
use crate::texts::Texts;

/// So many are listed; the others are among the data for programs.
const MAX_LISTED: usize = 30;

/// The incidents, the newest first.
#[component]
pub fn Incidents<'a>(
    /// Of which servers.
    scope: &'a Scope,
    /// What is known.
    seen: &'a Seen,
    /// When somebody looks.
    times: Times<'a>,
) -> impl IntoView + use<> {
    let (site, texts) = (site(), texts());
    let words = &texts.status.incidents;
    let incidents = seen.snapshot.incidents.iter();
    let incidents = incidents.filter(|one| scope.tells_of(&site.catalogue, &one.service));
    let known = incidents.filter_map(|incident| {
        let (record, service) = tell::find(&site.catalogue, &incident.service)?;
        Some((record, service, incident))
    });
    let mut known: Vec<_> = known.collect();
    let more = known.len().saturating_sub(MAX_LISTED);
    known.truncate(MAX_LISTED);
    if known.is_empty() {
        return view! { <p>{words.none.clone()}</p> }.into_any();
    }
    let rows = known.into_iter();
    let rows =
        rows.map(|(record, service, incident)| row(record, service, incident, times, &texts));
    let rows: Vec<_> = rows.collect();
    view! { <ul class="news">{rows}</ul> {and_more(more, &texts)} }.into_any()
}

fn row(
    record: &Record,
    service: &Service,
    incident: &Incident,
    times: Times<'_>,
    texts: &Texts,
) -> impl IntoView + use<> {
    let words = &texts.status.incidents;
    let (shown, label) = match incident.end {
        Some(_) => (ShownState::Unknown, &words.ended),
        None => (ShownState::Down, &words.going_on),
    };
    let time = period(times, incident);
    let reason = tell::reason(texts, incident.reason).to_owned();
    let name = tell::name(texts, service);
    view! {
        <li data-mark=shown.mark()>
            <p><b>{record.name.clone()} ": " {name}</b> " " <span class="badge">{label.clone()}</span></p>
            <p>{said(time)}</p>
            <p class="purpose">{reason}</p>
        </li>
    }
}

/// When an incident was, and how long it lasted.
fn period(times: Times<'_>, incident: &Incident) -> Said {
    let words = &times.words().incidents;
    let length = incident.duration(times.now());
    match incident.end {
        None => Said::fill(&words.now, |value| match value {
            SinceValue::Time => times.clock(incident.begin),
            SinceValue::Length => times.length_part(length),
        }),
        Some(end) => Said::fill(&words.over, |value| match value {
            PeriodValue::From => times.clock(incident.begin),
            PeriodValue::To => times.clock(end),
            PeriodValue::Length => times.length_part(length),
        }),
    }
}

/// What has changed, the newest first.
#[component]
pub fn WhatChanged<'a>(
    /// At which servers.
    scope: &'a Scope,
    /// What is known.
    seen: &'a Seen,
    /// When somebody looks.
    times: Times<'a>,
) -> impl IntoView + use<> {
    let (site, texts) = (site(), texts());
    let words = &texts.status.changes;
    let changes = seen.snapshot.changes.iter();
    let changes: Vec<_> = changes
        .filter(|change| scope.tells_of_subject(&site.catalogue, &change.subject))
        .collect();
    if changes.is_empty() {
        return view! { <p>{words.none.clone()}</p> }.into_any();
    }
    let rows = changes.iter().take(MAX_LISTED);
    let rows: Vec<_> = rows.map(|change| changed(change, times, &texts)).collect();
    let more = changes.len().saturating_sub(MAX_LISTED);
    view! { <ul class="news">{rows}</ul> {and_more(more, &texts)} }.into_any()
}

fn changed(change: &Change, times: Times<'_>, texts: &Texts) -> impl IntoView + use<> {
    let words = &texts.status.changes;
    let subject = tell::subject(&site().catalogue, &change.subject, texts);
    let at = Said::from(times.clock(change.at));
    let text = |text: &str| match text {
        "" => words.nothing.clone(),
        text => change::shown(text),
    };
    view! {
        <li>
            <p><b>{words.fact(change.fact).to_owned()}</b> ": " {subject}</p>
            <p>{said(at)}</p>
            <details class="folded">
                <summary>{texts.test.details().to_owned()}</summary>
                <dl>
                    <dt>{words.before.clone()}</dt>
                    <dd>{text(&change.before)}</dd>
                    <dt>{words.after.clone()}</dt>
                    <dd>{text(&change.after)}</dd>
                </dl>
            </details>
        </li>
    }
}

fn and_more(more: usize, texts: &Texts) -> Option<impl IntoView + use<>> {
    let text = &texts.status.incidents.more;
    let text = text.fill(|NumberValue::Number| more.to_string());
    (more > 0).then(|| view! { <p class="hint">{text}</p> })
}
