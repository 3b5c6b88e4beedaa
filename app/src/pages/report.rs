//! `/report`: what was found, for the people who help.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::audience::{named_provider, provider};
use crate::check::report::{Report, ReportLabels};
use crate::components::{Document, ReportCode, Support, WayOn};
use crate::guide::destination::{Destination, Page};
use crate::guide::trail::Trail;
use crate::islands::ReportMaker;
use crate::page_words::ProviderValue;
use crate::site::texts;
use crate::texts::Texts;

/// The report that the browser makes.
#[component]
pub fn ReportPage(
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let texts = texts();
    let words = texts.guide.words.report.clone();
    let provider = provider(&texts);
    let send = words.send.fill(|ProviderValue::Provider| &provider);
    let labels = ReportLabels::of(&words).text();
    let known = known(&texts, &trail);
    let test = trail.link(&texts.guide, &Destination::Page(Page::Test));
    view! {
        <Document title=words.title.clone() description=words.lead.clone() no_index=true>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead.clone()}</p>
            <ReportMaker>
                <div id="report-empty">
                    <p>{words.empty.clone()}</p>
                    <ul>
                        <li><a href=test>{words.empty_test.clone()}</a></li>
                        <li><a href="/fix">{words.empty_fix.clone()}</a></li>
                    </ul>
                    <noscript>{known} <p class="note">{words.no_scripts.clone()}</p></noscript>
                </div>
                <div id="report-made" hidden data-labels=labels data-provider=named_provider(&texts)>
                    <ReportCode/>
                    <p>{send} " " {words.private.clone()}</p>
                    <label for="report">{words.text.clone()}</label>
                    <textarea id="report" class="report" readonly rows="16"></textarea>
                    <p class="go-on">
                        <button id="report-copy" type="button">{words.copy.clone()}</button>
                        " "
                        <span id="report-copied" role="status" hidden>{words.copied.clone()}</span>
                    </p>
                    <ul>
                        <li><a id="report-text" href="#report" download="mail-report.txt">{words.download_text.clone()}</a></li>
                        <li><a id="report-json" href="#report" download="mail-report.json">{words.download_json.clone()}</a></li>
                    </ul>
                </div>
            </ReportMaker>
            <Support under_title=true/>
            <WayOn here=Destination::Page(Page::Report) trail/>
        </Document>
    }
}

/// What the answers alone say, for who has no scripts.
fn known(texts: &Texts, trail: &Trail) -> Option<impl IntoView + use<>> {
    let report = report_of(texts, trail);
    let text = report.text(&ReportLabels::of(&texts.guide.words.report));
    (!trail.is_empty()).then(|| view! { <pre class="report" tabindex="0">{text}</pre> })
}

/// What is known on the server: the time, the provider and the answers.
pub(super) fn report_of(texts: &Texts, trail: &Trail) -> Report {
    let now = OffsetDateTime::now_utc();
    let (hour, minute, second) = now.to_hms();
    let program = trail.program(&texts.guide);
    let answered = trail.answered(&texts.guide).into_iter();
    Report {
        time: format!("{}T{hour:02}:{minute:02}:{second:02}Z", now.date()),
        provider: named_provider(texts).unwrap_or_default(),
        program: program
            .map(|program| program.name.clone())
            .unwrap_or_default(),
        answers: answered.map(|step| (step.question, step.answer)).collect(),
        ..Report::default()
    }
}
