//! The page for requests that cannot be answered.

use leptos::prelude::*;

use crate::components::Document;

/// Says what happened in one sentence and what to do in another.
#[component]
pub fn FailurePage(
    /// What happened.
    title: &'static str,
    /// What to do.
    advice: &'static str,
) -> impl IntoView {
    view! {
        <Document title=title.to_owned() private=true>
            <h1>{title}</h1>
            <p class="lead">{advice}</p>
            <p><a class="button" href="/">"Go to the mail settings"</a></p>
        </Document>
    }
}
