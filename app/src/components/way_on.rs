//! The way on from a page that is not a question.

use leptos::prelude::*;

use super::AnsweredList;
use crate::guide::destination::Destination;
use crate::guide::trail::Trail;
use crate::site::texts;

/// "Did that help?", the next question and what was answered, for those whom the troubleshooter has led to
/// this page.
#[component]
pub fn WayOn(
    /// The page.
    here: Destination,
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let texts = texts();
    let words = &texts.guide.words;
    let next = trail.next(&texts.guide, &here).map(|href| {
        let (helped, no) = (words.card.helped.clone(), words.card.helped_no.clone());
        view! {
            <h2>{helped}</h2>
            <p><a class="button" href=href>{no}</a></p>
        }
    });
    let answered = trail.answered(&texts.guide);
    let (title, again) = (words.fix.known.clone(), words.fix.again.clone());
    (!trail.is_empty()).then(|| {
        view! {
            <section class="follow-up">{next} <AnsweredList answered title again/></section>
        }
    })
}
