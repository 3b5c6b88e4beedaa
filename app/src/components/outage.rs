//! What is said first to people whose mail does not work, while there is trouble.

use leptos::prelude::*;

use super::{Late, said};
use crate::audience::shown_groups;
use crate::islands::LiveStatus;
use crate::site::{Shows, site, texts};
use crate::status::ShownState;
use crate::status::said::Times;
use crate::status::scope::page_of;
use crate::status::tell::{self, Trouble};

/// One notice for each group of addresses with trouble, or where that was just now; what begins later is said at the edge of the screen. Nothing
/// stands there where nothing is monitored.
#[component]
pub fn Outage() -> impl IntoView {
    let (site, texts) = (site(), texts());
    let shown = site.revision.number(Shows::Changes);
    let seen = site.status.seen()?;
    let times = Times::new(&texts, seen.now);
    let words = &texts.status.outage;
    let notices = shown_groups()
        .into_iter()
        .filter_map(|of| {
            let (position, record, group) = (of.position, &of.record, &of.group);
            let (shown, trouble) = match tell::outage(times, &texts, &seen, (record, group)) {
                Some(trouble) => (ShownState::Down, trouble),
                None => {
                    let since = seen.recovered(record, group)?;
                    let over = tell::recovery(times, &texts, (record, group), since);
                    (ShownState::Ok, over)
                }
            };
            let Trouble {
                heading,
                text,
                advice,
            } = trouble;
            Some(view! {
                <details class="note outage" data-mark=shown.mark() open data-group=position.to_string()>
                    <summary>{said(heading)}</summary>
                    <p>{text}</p>
                    {advice.map(|advice| view! { <p>{advice}</p> })}
                    <a href=page_of(&site.catalogue, record)>{words.link.clone()}</a>
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
