//! A part of a guide: a heading, a text, and numbered steps that can be ticked off.

use std::sync::Arc;

use leptos::prelude::*;

use super::heading::Heading;
use super::prose::Text;
use crate::guide::prose::{Prose, Steps};
use crate::guide::values::Values;
use crate::islands::Checklist;

/// A heading, a text and steps, as far as there are any.
#[component]
pub fn Part(
    /// The heading.
    title: String,
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
) -> impl IntoView {
    let heading = ticks.replace([' ', '/'], "-");
    let labelled = heading.clone();
    let text = text.map(|prose| view! { <p><Text prose values=values.clone()/></p> });
    let steps = (!steps.is_empty()).then(|| view! { <StepList steps values ticks/> });
    view! {
        <section aria-labelledby=labelled>
            <Heading id=heading title/>
            {text}
            {steps}
        </section>
    }
}

/// Steps in their order, each with a box.
#[component]
fn StepList(
    /// The steps.
    steps: Steps,
    /// What stands in their places.
    values: Arc<Values>,
    /// Tells the ticks of these steps from all others.
    ticks: String,
) -> impl IntoView {
    let items = steps.iter().map(|prose| {
        let prose = prose.clone();
        view! {
            <li>
                <label class="step-label">
                    <input type="checkbox"/>
                    <span><Text prose values=values.clone()/></span>
                </label>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <Checklist name=ticks>
            <ol class="steps">{items}</ol>
        </Checklist>
    }
}
