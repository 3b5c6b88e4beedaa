//! The page for requests that cannot be answered.

use leptos::prelude::*;

use crate::components::Document;
use crate::page_words::Failure;
use crate::site::say;

/// Says what happened in one sentence and what to do in another.
#[component]
pub fn FailurePage(
    /// What happened, and what to do.
    failure: Failure,
) -> impl IntoView {
    view! {
        <Document title=failure.title.clone() private=true>
            <h1>{failure.title.clone()}</h1>
            <p class="lead">{failure.advice}</p>
            <p><a class="button" href="/">{say(|t| &t.not_found.home)}</a></p>
        </Document>
    }
}
