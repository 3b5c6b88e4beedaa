//! What is said first to people whose mail does not work, while there is trouble.

use leptos::prelude::*;

use super::{Late, said};
use crate::islands::LiveStatus;
use crate::site::{Shows, site, texts};
use crate::status::said::Times;
use crate::status::tell;

/// One notice for each group of addresses with trouble; what begins later is said at the edge of the screen. Nothing
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
            let trouble = tell::outage(times, &texts, &seen, (record, group))?;
            Some(view! {
                <details class="note outage" open data-group=position.to_string()>
                    <summary>{said(trouble.heading)}</summary>
                    <p>{trouble.text}</p>
                    <p>{trouble.advice}</p>
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
