//! The guide to something that is no mail program of its own, such as a printer or a website.

use std::sync::Arc;

use leptos::prelude::*;

use super::program_parts::{Differs, anchor};
use crate::components::{FormPicture, Part};
use crate::guide::program::{OtherGuide, Program};
use crate::guide::values::Values;
use crate::site::texts;

/// What to do, what to type, and what else there is to know.
#[component]
pub(super) fn OtherGuideBody(
    /// What the guide is for.
    program: Arc<Program>,
    /// The guide.
    guide: Arc<OtherGuide>,
    /// What stands in its places.
    values: Arc<Values>,
    /// The position of the group of addresses whose values these are.
    position: usize,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    let ticks = format!("{} {position}", program.slug);
    let forms = guide.forms.iter();
    let forms = forms
        .map(|form| view! { <FormPicture form=form.clone() values=values.clone()/> })
        .collect_view();
    let pictures = (!guide.forms.is_empty()).then(|| {
        view! {
            <section class="pictures">
                <h2>{words.values_other}</h2>
                <p class="hint">{words.values_hint}</p>
                <div class="form-pictures">{forms}</div>
            </section>
        }
    });
    let parts = guide.parts.iter().enumerate().map(|(place, part)| {
        let (title, text, steps) = (part.title.clone(), part.text.clone(), part.steps.clone());
        let ticks = format!("{ticks} part {place}");
        view! { <Part title text steps values=values.clone() ticks/> }
    });
    let parts = parts.collect_view();
    let differs = view! { <Differs program/> }.into_any();
    view! {
        <div class="guide">
            <div>
                <Part
                    title=words.add_other
                    id=anchor("add", position)
                    steps=guide.add.clone()
                    values=values.clone()
                    ticks=format!("{ticks} add")
                    notes=vec![(1, differs)]
                />
                <p class="hint tick-hint">{words.tick}</p>
            </div>
            {pictures}
        </div>
        {parts}
        <p><a href="/fix">{words.works_fix}</a></p>
    }
}
