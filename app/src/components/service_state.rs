//! How a service stands, beside it and before a test.

use std::sync::Arc;

use leptos::prelude::*;

use super::{GroupPanel, said};
use crate::audience::shown_groups;
use crate::record::{Group, Record, Role, Service};
use crate::site::{site, texts};
use crate::status::said::{Said, Times};
use crate::status::scope::page_of;
use crate::status::standing::Seen;
use crate::status::tell::{self, ToldState};
use crate::status::words::ServiceStateValue;
use crate::status::{ServiceKey, ShownState, Standing};
use crate::texts::Texts;

/// How a service stands. Nothing stands there where nothing is monitored.
#[component]
pub fn ServiceState<'a>(
    /// The provider.
    record: &'a Record,
    /// The addresses that share the settings.
    group: &'a Group,
    /// The service.
    service: &'a Service,
    /// Whether the page itself leads to more.
    #[prop(optional)]
    on_status_page: bool,
) -> impl IntoView + use<> {
    let (site, texts) = (site(), texts());
    let seen = site.status.seen()?;
    let times = Times::new(&texts, seen.now);
    let told = tell::tell(times, &texts, &seen, (record, group, service));
    let words = &texts.status.meaning;
    let more = (told.shown != ShownState::Ok && !on_status_page)
        .then(|| view! { " " <a href=page_of(&site.catalogue, record)>{words.more.clone()}</a> });
    let ToldState {
        shown,
        state,
        checked,
        meaning,
        lasting,
    } = told;
    let key = ServiceKey::new(record, service);
    let id = format!("state-{}.{}", key.record(), key.service());
    let means = (!meaning.is_empty() || more.is_some())
        .then(|| view! { <p class="means">{meaning} {more}</p> });
    Some(view! {
        <div class="service-state" data-mark=shown.mark() data-live="" id=id>
            <p class="state">
                <b class="sign">{said(state)}</b>
                {checked.map(behind)}
            </p>
            {lasting.map(|text| view! { <p class="note">{text}</p> })}
            {means}
        </div>
    })
}

/// When a state was found, behind it. The dot between them is not seen where this begins a line.
fn behind(checked: Said) -> impl IntoView {
    view! { "\u{2003}" <span><i aria-hidden="true">"·"</i> {said(checked)}</span> }
}

/// How the services of each group stand, where the form of a test stands. It must stand inside an
/// [`AddressScope`](crate::islands::AddressScope).
#[component]
pub fn StatesBeforeTest() -> impl IntoView {
    let site = site();
    let seen = site.status.seen()?;
    let panels = shown_groups().into_iter().map(|shown| {
        let position = shown.position;
        let state = before_test(&seen, &shown.record, &shown.group, position);
        view! { <GroupPanel position>{state}</GroupPanel> }
    });
    Some(panels.collect_view())
}

/// One line where all is well, or what is not, as far as the notice at the top of the page does not say it.
fn before_test(
    seen: &Seen,
    record: &Arc<Record>,
    group: &Group,
    position: usize,
) -> impl IntoView + use<> {
    let texts = texts();
    let times = Times::new(&texts, seen.now);
    let words = &texts.status;
    let services = group.services.iter();
    let down = seen.down(record, group);
    let told = |service: &Service| {
        down.iter()
            .any(|(down, _)| down.endpoint.id == service.endpoint.id)
    };
    let services = services.filter(|service| service.role != Role::Alternative && !told(service));
    let standings: Vec<(&Service, Standing)> = services
        .map(|service| {
            let standing = seen.standing(&ServiceKey::new(record, service));
            (service, standing)
        })
        .collect();
    let shown = worst(&standings);
    let line = match shown {
        // What is left works, and the notice says what does not.
        _ if !down.is_empty() => None,
        ShownState::Ok => Some(Said::text(&words.before_test.all_work)),
        ShownState::Down => Some(Said::text(&words.before_test.trouble)),
        _ => None,
    };
    let checked = standings
        .iter()
        .filter_map(|(_, standing)| standing.checked())
        .max();
    let checked = checked.map(|at| Said::fill(&words.state.checked_all, |_| times.ago(at)));
    let line = line.map(|line| {
        view! {
            <p class="state">
                <b class="sign">{said(line)}</b>
                {checked.map(behind)}
            </p>
        }
    });
    let troubled = standings
        .iter()
        .filter(|(_, standing)| matches!(standing, Standing::Degraded(..) | Standing::Down { .. }));
    let troubled: Vec<_> = troubled
        .map(|(service, standing)| {
            let state = service_state(times, &texts, service, standing);
            view! { <li data-mark=standing.shown().mark()><span class="sign">{said(state)}</span></li> }
        })
        .collect();
    let list = (!troubled.is_empty()).then(|| view! { <ul class="states">{troubled}</ul> });
    view! {
        <div class="service-state" data-mark=shown.mark() data-live="" id=format!("before-test-{position}")>
            {line}
            {list}
        </div>
    }
}

/// A service with its state.
fn service_state(times: Times<'_>, texts: &Texts, service: &Service, standing: &Standing) -> Said {
    Said::fill(&texts.status.before_test.service, |value| match value {
        ServiceStateValue::Service => Said::text(tell::name(texts, service)),
        ServiceStateValue::State => tell::state(times, standing),
    })
}

/// The state that matters most.
fn worst(standings: &[(&Service, Standing)]) -> ShownState {
    let shown = standings.iter().map(|(_, standing)| standing.shown());
    shown.max().unwrap_or(ShownState::Unknown)
}
