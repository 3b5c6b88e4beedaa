//! Links to one page for every mail program.

use leptos::prelude::*;

use crate::guide::program::Status;
use crate::site::texts;

/// A link for every program in use, and one for none of them.
#[component]
pub fn ProgramLinks<F>(
    /// The program that is chosen, by its slug.
    chosen: Option<String>,
    /// What the link for none says.
    general: String,
    /// Where the link for a program leads, or for none.
    href: F,
) -> impl IntoView
where
    F: Fn(Option<&str>) -> String,
{
    let texts = texts();
    let programs = texts.guide.programs.iter();
    let programs = programs.filter(|program| matches!(program.status, Status::Supported(_)));
    let programs = programs.map(|program| (Some(program.slug.as_str()), program.name.clone()));
    let items = programs.chain([(None, general)]).map(|(slug, name)| {
        let current = (slug == chosen.as_deref()).then_some("true");
        view! { <li><a href=href(slug) aria-current=current>{name}</a></li> }
    });
    let items = items.collect_view();
    view! { <ul class="columns">{items}</ul> }
}
