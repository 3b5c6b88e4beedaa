//! The guide to something that is no mail program of its own, such as a printer or a website.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{FormPicture, Part};
use crate::guide::program::OtherGuide;
use crate::guide::values::Values;
use crate::site::texts;

/// What to do, what to type, and what else there is to know.
#[component]
pub(super) fn OtherGuideBody(
    /// The guide.
    guide: Arc<OtherGuide>,
    /// What stands in its places.
    values: Arc<Values>,
    /// Tells the ticks of its steps from all others.
    ticks: String,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.program.clone();
    let forms = guide.forms.iter();
    let forms = forms
        .map(|form| view! { <FormPicture form=form.clone() values=values.clone()/> })
        .collect_view();
    let pictures = (!guide.forms.is_empty()).then(|| {
        view! {
            <section>
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
    view! {
        <p class="hint tick-hint">{words.tick}</p>
        <Part
            title=words.add_other
            steps=guide.add.clone()
            values=values.clone()
            ticks=format!("{ticks} add")
        />
        {pictures}
        {parts}
        <p><a href="/fix">{words.works_fix}</a></p>
    }
}
