//! The way on from a page that is not a card.

use leptos::prelude::*;

use super::AnsweredList;
use crate::answered::AnsweredQuestion;
use crate::islands::FollowUp;
use crate::site::texts;

/// "Did that help?" and the next question, for those whom the troubleshooter has led to this page: by what the
/// address says that they have answered, or by what their browser keeps.
#[component]
pub fn WayOn(
    /// What was answered, as far as the address says.
    #[prop(optional)]
    answered: Vec<AnsweredQuestion>,
) -> impl IntoView {
    let words = texts().guide.words.clone();
    let hidden = answered.is_empty();
    let next = answered.last().map(|last| last.then.clone());
    let next = next.filter(|next| !next.is_empty());
    let ends = next.is_none();
    view! {
        <FollowUp>
            <section id="follow-up" hidden=hidden>
                <h2>{words.card.helped}</h2>
                <p><a id="next" class="button" href=next hidden=ends>{words.card.helped_no}</a></p>
                <AnsweredList answered title=words.fix.known again=words.fix.again/>
            </section>
        </FollowUp>
    }
}
