//! The guide to something that is no mail program of its own, such as a printer or a website.

use std::sync::Arc;

use leptos::prelude::*;

use super::program_parts::{AddAccount, TestOrFix, anchor};
use crate::components::{GeneralText, Part};
use crate::guide::program::{OtherGuide, Program};
use crate::guide::values::Values;
use crate::site::texts;

/// What to do, what to type, and what else there is to know.
#[component]
pub(super) fn OtherGuideBody(
    /// What it is the guide to.
    program: Arc<Program>,
    /// The guide.
    guide: Arc<OtherGuide>,
    /// What stands in its places.
    values: Arc<Values>,
    /// Which group of addresses it is for.
    position: usize,
) -> impl IntoView {
    let words = texts().guide.words.program.clone();
    let ticks = |part: &str| format!("{} {position} {part}", program.slug);
    let recognise = view! {
        <details class="folded differs">
            <summary>{words.recognise_other}</summary>
            <p><GeneralText prose=program.recognise.clone()/></p>
        </details>
    };
    let parts = guide.parts.iter().enumerate().map(|(place, part)| {
        let (title, text, steps) = (part.title.clone(), part.text.clone(), part.steps.clone());
        let ticks = ticks(&format!("part {place}"));
        view! { <Part title text steps values=values.clone() ticks/> }
    });
    let parts = parts.collect_view();
    view! {
        <AddAccount
            title=words.add_other
            steps=guide.add.clone()
            values
            ticks=ticks("add")
            id=anchor("add", position)
            notes=vec![(1, recognise.into_any())]
            pictures=words.values_other
            forms=guide.forms.clone()
        />
        {parts}
        <section class="works">
            <TestOrFix/>
        </section>
    }
}
