//! What is said first to people whose mail does not work, while there is trouble.

use leptos::prelude::*;

use super::{Late, said};
use crate::islands::LiveStatus;
use crate::site::{Shows, site, texts};
use crate::status::said::Times;
use crate::status::{ShownState, tell};

/// One notice for each group of addresses with trouble, or where that was just now; what begins later is said at the edge of the screen. Nothing
/// stands there where nothing is monitored.
#[component]
pub fn Outage() -> impl IntoView {
    let (site, texts) = (site(), texts());
    let shown = site.revision.number(Shows::Changes);
    let seen = site.status.seen()?;
    let times = Times::new(&texts, seen.now);
    let records = site.catalogue.records.iter();
    let groups = records.flat_map(|record| record.groups.iter().map(move |group| (record, group)));
    let words = &texts.status.outage;
    let notices = groups
        .enumerate()
        .filter_map(|(position, (record, group))| {
            let down = seen.down(record, group);
            let (shown_state, (heading, text)) = match tell::outage(times, &texts, (record, group), &down)
            {
                Some((heading, text)) => {
                    let text = format!("{text} {}", words.advice);
                    (ShownState::Down, (heading, text))
                }
                None => {
                    let since = seen.recovered(record, group)?;
                    let told = tell::recovery(times, &texts, (record, group), since);
                    (ShownState::Ok, told)
                }
            };
            Some(view! {
                <details class="note outage" data-mark=shown_state.mark() open data-group=position.to_string()>
                    <summary>{said(heading)}</summary>
                    <p>{text}</p>
                    <a href="/status">{words.link.clone()}</a>
                </details>
            })
        });
    let notices: Vec<_> = notices.collect();
    let begun = !notices.is_empty();
    let notices = view! { <div id="outage" data-live="" role="status">{notices}</div> };
    let (begun, later) = match begun {
        true => (Some(notices), None),
        false => (None, Some(notices)),
    };
    Some(view! {
        <LiveStatus>
            {begun}
            <Late shown>{later}</Late>
        </LiveStatus>
    })
}
