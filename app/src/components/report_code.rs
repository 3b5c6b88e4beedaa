//! What to say on the phone about a test.

use leptos::prelude::*;

use crate::site::texts;

/// The code of what was found, with its address in the search. The page of the report fills it in in the browser.
#[component]
pub fn ReportCode(
    /// The code; empty where nothing is wrong.
    #[prop(optional)]
    code: String,
) -> impl IntoView {
    let words = texts().guide.words.report.clone();
    let href = format!("/errors?q={}", code.replace(' ', "+"));
    let nothing = code.is_empty();
    view! {
        <div id="report-spoken" class="spoken" hidden=nothing>
            <p>{words.spoken} " " <a id="report-code" href=href>{code}</a></p>
            <p class="hint">{words.spoken_hint}</p>
        </div>
    }
}
