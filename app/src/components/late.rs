//! What is said while a page is open, at the lower edge of the screen, where it moves nothing.

use leptos::prelude::*;

use super::said;
use crate::site::{site, texts};
use crate::status::said::{Said, Times};
use crate::status::words::TimeValue;

/// The place for what comes later, and the line that says that the server does not answer any more. Nothing stands
/// there where nothing is monitored. It must stand inside of a [`LiveStatus`](crate::islands::LiveStatus).
#[component]
pub fn Late(
    /// How many changes the page shows: it was asked before what the page says of the servers, so that this is never
    /// older than it says.
    shown: u64,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let seen = site.status.seen()?;
    let times = Times::new(&texts, seen.now);
    let lost = Said::fill(&texts.status.live.lost, |TimeValue::Time| {
        times.clock(seen.now)
    });
    Some(view! {
        <div class="late">
            {children.map(|children| children())}
            <div role="status">
                <p id="lost" class="note" data-shown=shown.to_string() hidden>{said(lost)}</p>
            </div>
        </div>
    })
}
