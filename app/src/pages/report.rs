//! `/report`: what was found, for the people who help.

use leptos::prelude::*;

use crate::check::report::ReportLabels;
use crate::components::{Document, ReportCode, Support};
use crate::islands::ReportMaker;
use crate::page_words::ProviderValue;
use crate::site::{site, texts};

/// The report that the browser makes.
#[component]
pub fn ReportPage() -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = texts.guide.words.report.clone();
    let provider = site.provider_names(&texts.words);
    let send = words.send.fill(|ProviderValue::Provider| &provider);
    let labels = ReportLabels::of(&words).text();
    view! {
        <Document title=words.title.clone() description=words.lead.clone() no_index=true>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead.clone()}</p>
            <ReportMaker>
                <div id="report-empty">
                    <p>{words.empty.clone()}</p>
                    <ul>
                        <li><a href="/test">{words.empty_test.clone()}</a></li>
                        <li><a href="/fix">{words.empty_fix.clone()}</a></li>
                    </ul>
                    <noscript><p class="note">{words.no_scripts.clone()}</p></noscript>
                </div>
                <div id="report-made" hidden data-labels=labels data-provider=provider>
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
        </Document>
    }
}
