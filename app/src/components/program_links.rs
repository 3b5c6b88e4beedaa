//! Links to one page for every mail program.

use leptos::prelude::*;

use super::program_choice::programs_folded;
use crate::guide::program::{Program, Status};
use crate::guide::trail::Trail;
use crate::site::texts;

/// A link for every program in use, by device, and one for none of them. Each keeps the way through the
/// troubleshooter.
#[component]
pub fn ProgramLinks(
    /// The path of the page.
    path: String,
    /// The program that is chosen, by its slug.
    chosen: Option<String>,
    /// What the link for none says.
    general: String,
    /// What was answered before.
    trail: Trail,
) -> impl IntoView {
    let texts = texts();
    let programs = texts.guide.programs.iter();
    let programs = programs.filter(|program| matches!(program.status, Status::Supported(_)));
    let programs: Vec<_> = programs.collect();
    let link = |name: &str, program: Option<&Program>| {
        let current = chosen.as_ref() == program.map(|program| &program.slug);
        let current = current.then_some("true");
        let href = trail.clone().choosing(program).keep(path.clone());
        let name = name.to_owned();
        view! { <a class="choice" href=href aria-current=current><b>{name}</b></a> }.into_any()
    };
    let groups = programs_folded(&texts, &programs, |here| {
        let links = here.iter();
        links
            .map(|program| link(&program.name, Some(program)))
            .collect()
    });
    view! { {groups} {link(&general, None)} }
}
