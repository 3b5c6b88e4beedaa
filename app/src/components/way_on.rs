//! The way on from a page that is not a card.

use leptos::prelude::*;

use super::AnsweredList;
use crate::islands::FollowUp;
use crate::site::texts;

/// "Did that help?" and the next question, for those whom the troubleshooter has led to this page. Only the
/// browser knows who they are.
#[component]
pub fn WayOn() -> impl IntoView {
    let words = texts().guide.words.clone();
    view! {
        <FollowUp>
            <section id="follow-up" hidden>
                <h2>{words.card.helped}</h2>
                <p><a id="next" class="button" hidden>{words.card.helped_no}</a></p>
                <AnsweredList answered=Vec::new() title=words.fix.known again=words.fix.again/>
            </section>
        </FollowUp>
    }
}
