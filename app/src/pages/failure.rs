//! The page for requests that cannot be answered.

use leptos::prelude::*;

use crate::components::Document;
use crate::page_words::{CodeValue, Failure};
use crate::site::{localized, texts};

/// Says what happened in one sentence and what to do in another.
#[component]
pub fn FailurePage(
    /// What happened, and what to do.
    failure: Failure,
    /// What support can look for in the log, if there is anything.
    #[prop(optional)]
    code: String,
) -> impl IntoView {
    let support = &texts().pages.failure.support;
    let code = (!code.is_empty()).then(|| support.code.fill(|CodeValue::Code| &code));
    view! {
        <Document title=failure.title.clone() no_index=true>
            <h1>{failure.title.clone()}</h1>
            <p class="lead">{failure.advice}</p>
            {code.map(|code| view! { <p class="hint">{code}</p> })}
            <p><a class="button" href="/">{localized(|t| &t.not_found.home)}</a></p>
        </Document>
    }
}
