//! The way through the troubleshooter in a form.

use leptos::prelude::*;

use crate::guide::trail::Trail;
use crate::site::texts;

/// Sends the answers so far, and the program, along with a form, if there are any. A form with a field for the
/// program sends the customer's choice instead.
#[component]
pub fn KeepTrail(
    /// What was answered before.
    trail: Trail,
    /// Whether the form has no field for the program.
    #[prop(optional)]
    with_program: bool,
) -> impl IntoView {
    let program = trail.program(&texts().guide).map(|p| p.slug.clone());
    let program = program.filter(|_| with_program);
    let trail = (!trail.is_empty()).then(|| trail.text());
    let fields = [("program", program), ("trail", trail)];
    let fields = fields.into_iter().filter_map(|(name, value)| {
        let value = value?;
        Some(view! { <input type="hidden" name=name value=value/> })
    });
    fields.collect::<Vec<_>>()
}
