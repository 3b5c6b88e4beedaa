//! A part of a guide: a heading, a text, and numbered steps that can be ticked off.

use std::sync::Arc;

use leptos::prelude::*;
use probe::Protocol;

use super::heading::Heading;
use super::prose::{StepText, Text};
use crate::guide::pop_aside::set_aside;
use crate::guide::possible::possible;
use crate::guide::prose::{Prose, Steps};
use crate::guide::values::Values;
use crate::guide::words::StepValue;
use crate::islands::Checklist;
use crate::site::texts;

/// A heading, a text and steps, as far as there are any.
#[component]
pub fn Part(
    /// The heading.
    title: String,
    /// Its name in addresses, if other pages link to it.
    #[prop(optional, into)]
    id: Option<String>,
    /// The text.
    #[prop(optional)]
    text: Option<Prose>,
    /// The steps.
    #[prop(optional)]
    steps: Steps,
    /// What stands in their places.
    values: Arc<Values>,
    /// Tells the ticks of these steps from all others.
    ticks: String,
    /// What else stands in some of the steps, by their numbers.
    #[prop(optional)]
    notes: Vec<(usize, AnyView)>,
) -> impl IntoView {
    let heading = id.unwrap_or_else(|| ticks.replace([' ', '/'], "-"));
    let labelled = heading.clone();
    let text = text.map(|prose| view! { <p><Text prose values=values.clone()/></p> });
    let steps = (!steps.is_empty()).then(|| view! { <StepList steps values ticks notes/> });
    view! {
        <section aria-labelledby=labelled>
            <Heading id=heading title/>
            {text}
            {steps}
        </section>
    }
}

/// Steps in their order, each with a box that shows its number.
#[component]
fn StepList(
    /// The steps.
    steps: Steps,
    /// What stands in their places.
    values: Arc<Values>,
    /// Tells the ticks of these steps from all others.
    ticks: String,
    /// What else stands in some of them.
    notes: Vec<(usize, AnyView)>,
) -> impl IntoView {
    let words = texts().guide.words.program.clone();
    let mut notes = notes;
    let steps = steps.iter().zip(1..);
    let steps = steps.filter_map(|(prose, step)| Some((step, possible(prose, &values)?)));
    let items = steps.zip(1..).map(|((of_all, prose), number)| {
        let done = words.done.fill(|StepValue::Number| i32::to_string(&number));
        let (prose, pop) = set_aside(&prose);
        let pop = pop.map(|prose| view! { <IfPop prose values=values.clone()/> });
        let note = notes.extract_if(.., |(step, _)| *step == of_all);
        let note = note.map(|(_, note)| note).collect_view();
        view! {
            <li class="step">
                <label class="tick">
                    <input type="checkbox" aria-label=done/>
                </label>
                <div class="step-body">
                    <p><StepText prose values=values.clone()/></p>
                    {pop}
                    {note}
                </div>
            </li>
        }
    });
    let items = items.collect_view();
    // The role says again that it is a list, because some browsers forget that where the style takes the
    // numbers away.
    view! {
        <Checklist name=ticks>
            <ol class="step-list" role="list">{items}</ol>
        </Checklist>
    }
}

/// What a step says about POP. It is only open where the addresses have no IMAP.
#[component]
fn IfPop(prose: Prose, values: Arc<Values>) -> impl IntoView {
    let words = texts().guide.words.program.clone();
    let only = values.group.recommended(Protocol::Imap).is_none();
    view! {
        <details class="folded" open=only>
            <summary>{words.if_pop}</summary>
            <p><StepText prose values/></p>
        </details>
    }
}
