//! What follows the results of a test.

use leptos::prelude::*;

use super::Support;
use crate::guide::destination::{Destination, Page};
use crate::guide::node::START;
use crate::guide::trail::Trail;
use crate::site::texts;

/// The way on: the next question in the troubleshooter, the report and support. It shows together with the
/// results that stand before it.
#[component]
pub fn AfterTest(
    /// In the troubleshooter the address of the next question, or none until the browser knows it.
    next: Option<Option<String>>,
    /// What was answered before, as far as the address says.
    trail: Trail,
    /// Whether the test has found a fault of the servers, which its customer can only wait for.
    #[prop(optional)]
    fault: bool,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.clone();
    let report = trail.link(&texts.guide, &Destination::Page(Page::Report));
    let next = next.map(|href| {
        let hidden = href.is_none();
        // A link that leads nowhere yet is a fault to search engines, though it is hidden.
        let href = href.unwrap_or_else(|| Destination::Node(START.to_owned()).path().to_owned());
        view! {
            <p class="still">{words.fix.still}</p>
            <p class="next"><a class="button" href=href hidden=hidden>{words.fix.next}</a></p>
        }
    });
    view! {
        <div class="after-test" class:fault=fault>
            {next}
            <ul>
                <li><a href=report>{words.card.helped_report}</a></li>
            </ul>
            <Support/>
        </div>
    }
}
