//! Numbered steps that can be ticked off.

use std::sync::Arc;

use leptos::prelude::*;

use super::prose::Text;
use crate::guide::prose::Prose;
use crate::guide::values::Values;
use crate::islands::Ticks;

/// Steps in their order, each with a box.
#[component]
pub fn StepList(
    /// The steps.
    steps: Vec<Prose>,
    /// What stands in their places.
    values: Arc<Values>,
    /// Tells the ticks of these steps from all others.
    ticks: String,
) -> impl IntoView {
    let items = steps.into_iter().map(|prose| {
        view! {
            <li>
                <label class="step-label">
                    <input type="checkbox" autocomplete="off"/>
                    <span><Text prose values=values.clone()/></span>
                </label>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <Ticks name=ticks>
            <ol class="steps">{items}</ol>
        </Ticks>
    }
}
