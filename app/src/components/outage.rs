//! What is said first to people whose mail does not work, while there is trouble.

use leptos::prelude::*;

use super::said;
use crate::islands::LiveStatus;
use crate::site::{site, texts};
use crate::status::said::Times;
use crate::status::tell;

/// One notice for each group of addresses with trouble. Nothing stands there where nothing is monitored.
#[component]
pub fn Outage() -> impl IntoView {
    let (site, texts) = (site(), texts());
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
                <div class="note outage" data-group=position.to_string()>
                    <p><b>{said(trouble.heading)}</b></p>
                    <p>{trouble.text}</p>
                    <p>{trouble.advice}</p>
                    <a href="/status">{words.link.clone()}</a>
                </div>
            })
        });
    let notices: Vec<_> = notices.collect();
    Some(view! {
        <LiveStatus>
            <div id="outage" data-live="" role="status">
                {notices}
            </div>
        </LiveStatus>
    })
}
