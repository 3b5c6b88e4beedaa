//! `/programs`: every mail program, by device.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{ChoiceRow, Document, WayOn, device_links, programs_by_device};
use crate::guide::destination::{Destination, Page};
use crate::guide::program::{Family, Program, Status};
use crate::guide::trail::Trail;
use crate::site::texts;
use crate::texts::Texts;

/// Lets the customer choose a program.
#[component]
pub fn ProgramsPage(
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.programs.clone();
    let (retired, usual): (Vec<_>, Vec<_>) = texts
        .guide
        .programs
        .iter()
        .partition(|program| matches!(program.status, Status::Retired(_)));
    let devices = device_links(&texts);
    let groups = programs_by_device(&texts, &usual, |here| rows(&texts, &trail, here));
    let retired = retired.into_iter();
    let retired = retired
        .map(|program| view! { <li>{program_row(&trail, program)}</li> })
        .collect_view();
    view! {
        <Document title=words.title description=words.description no_index=!trail.is_empty()>
            <h1>{words.heading}</h1>
            {devices}
            {groups}
            <section>
                <h2>{words.retired}</h2>
                <ul class="rows">{retired}</ul>
            </section>
            <WayOn here=Destination::Page(Page::Programs) trail/>
        </Document>
    }
}

fn rows(texts: &Texts, trail: &Trail, here: &[&Arc<Program>]) -> Vec<AnyView> {
    // Several programs of one name are one choice; the next page tells them apart.
    let outlooks = here.iter().filter(|p| p.family == Some(Family::Outlook));
    let several = outlooks.count() > 1;
    let family = several.then(|| {
        let words = &texts.guide.words.fix;
        let (name, about) = (words.outlook.clone(), words.outlook_hint.clone());
        view! { <ChoiceRow href=trail.keep("/programs/outlook".to_owned()) name about/> }.into_any()
    });
    let single = here.iter().filter(|p| !several || p.family.is_none());
    let single = single.map(|program| program_row(trail, program));
    family.into_iter().chain(single).collect()
}

/// A program with what it is.
fn program_row(trail: &Trail, program: &Program) -> AnyView {
    let href = trail.keep(format!("/programs/{}", program.slug));
    let (name, about) = (program.name.clone(), program.summary.prose().plain());
    view! { <ChoiceRow href name about/> }.into_any()
}
