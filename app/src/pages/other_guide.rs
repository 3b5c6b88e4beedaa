//! The guide to something that is no mail program of its own, such as a printer or a website.

use std::sync::Arc;

use leptos::prelude::*;

use super::program_parts::{Pictures, anchor};
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
    let pictures = (!guide.forms.is_empty()).then(|| {
        let (title, forms) = (words.values_other, guide.forms.clone());
        view! { <Pictures title forms values=values.clone()/> }
    });
    let parts = guide.parts.iter().enumerate().map(|(place, part)| {
        let (title, text, steps) = (part.title.clone(), part.text.clone(), part.steps.clone());
        let ticks = ticks(&format!("part {place}"));
        view! { <Part title text steps values=values.clone() ticks/> }
    });
    let parts = parts.collect_view();
    view! {
        <div class="guide">
            <div>
                <Part
                    title=words.add_other
                    id=anchor("add", position)
                    steps=guide.add.clone()
                    values=values.clone()
                    ticks=ticks("add")
                    notes=vec![(1, recognise.into_any())]
                />
                <p class="hint tick-hint">{words.tick}</p>
            </div>
            {pictures}
        </div>
        {parts}
        <section class="works">
            <p class="go-on">
                <a class="button" href="/test">{words.test}</a>
                <a href="/fix">{words.works_fix}</a>
            </p>
        </section>
    }
}
