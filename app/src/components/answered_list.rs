//! The way that a customer has come through the troubleshooter.

use leptos::prelude::*;

use crate::answered::AnsweredQuestion;

/// What was asked, what was answered and what follows; the browser adds to it (`islands::trail`).
#[component]
pub fn AnsweredList(
    /// The answers.
    answered: Vec<AnsweredQuestion>,
    /// What stands above them.
    title: String,
    /// What the link to the beginning says.
    again: String,
) -> impl IntoView {
    let hidden = answered.is_empty();
    let items = answered.into_iter().map(|step| {
        view! {
            <li data-to=step.to data-then=step.then data-program=step.program data-id=step.id>
                <span>{step.question}</span>
                " "
                <b>{step.answer}</b>
                " "
                <span class="certain">{step.certain}</span>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <section id="known" class="known" hidden=hidden>
            <h2>{title}</h2>
            <ol>{items}</ol>
            <p><a href="/fix">{again}</a></p>
        </section>
    }
}
