//! What follows the results of a test.

use leptos::prelude::*;

use super::Support;
use crate::site::texts;

/// The way on: the next question in the troubleshooter, the report and support. It shows together with the
/// results that stand before it.
#[component]
pub fn AfterTest(
    /// In the troubleshooter the address of the next question, or none until the browser knows it.
    next: Option<Option<String>>,
) -> impl IntoView {
    let words = texts().guide.words.clone();
    let next = next.map(|href| {
        let hidden = href.is_none();
        view! { <p class="next"><a class="button" href=href hidden=hidden>{words.fix.next}</a></p> }
    });
    view! {
        <div class="after-test">
            {next}
            <ul>
                <li><a href="/report">{words.card.helped_report}</a></li>
            </ul>
            <Support/>
        </div>
    }
}
