//! `/programs/outlook`: which of the programs called Outlook a customer has.

use leptos::prelude::*;

use crate::components::{Document, GeneralText, programs_by_device};
use crate::guide::program::{Family, Program};
use crate::guide::trail::Trail;
use crate::site::texts;

/// Lets the customer tell the programs apart.
#[component]
pub fn OutlookPage(
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.outlook.clone();
    let programs = texts.guide.programs.iter();
    let programs: Vec<_> = programs
        .filter(|program| program.family == Some(Family::Outlook))
        .collect();
    let groups = programs_by_device(&texts, &programs, |here| {
        here.iter().map(|program| row(&trail, program)).collect()
    });
    view! {
        <Document title=words.title.clone() description=words.lead.clone() no_index=!trail.is_empty()>
            <h1>{words.title.clone()}</h1>
            <p>{words.lead}</p>
            {groups}
        </Document>
    }
}

/// A program with what is seen of it.
fn row(trail: &Trail, program: &Program) -> AnyView {
    let href = trail.keep(format!("/programs/{}", program.slug));
    view! {
        <a class="choice" href=href>
            <b>{program.name.clone()}</b>
            " "
            <span><GeneralText prose=program.recognise.clone()/></span>
        </a>
    }
    .into_any()
}
