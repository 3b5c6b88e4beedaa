//! The answer to the form of `/test` when scripts are off.

use futures_util::{FutureExt, StreamExt};
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::answered::answer_ids::{FAULT, FINE, UNKNOWN};
use crate::check::Test;
use crate::check::event::{Mark, Progress};
use crate::check::report::{Report, ReportLabels};
use crate::components::{Document, ReportCode, Support, TestSection};
use crate::guide::trail::Trail;
use crate::islands::{AddressScope, Results};
use crate::site::{Site, localized, site, texts};
use crate::texts::Texts;

/// Runs the test while the page is being sent: the heading arrives first, the results when they are there.
#[component]
pub fn ResultPage(
    /// The running test.
    test: Test,
    /// The address as it was typed, so that it need not be typed again.
    address: String,
    /// The question of the troubleshooter that the test answers; empty if it was run by itself.
    node: String,
    /// What was answered before that question.
    trail: Trail,
) -> impl IntoView {
    let (site, texts) = (site(), texts());
    let results = test
        .events
        .fold(Progress::default(), async |mut progress, event| {
            progress.apply(event);
            progress
        })
        .shared();
    let groups = site.domain_groups();
    let typed = address.clone();
    view! {
        <Document title=localized(|t| &t.test.results) no_index=true>
            <h1>{localized(|t| &t.test.results)}</h1>
            <p class="lead">
                {localized(|t| &t.test.wait)}
            </p>
            <Suspense>
                {move || {
                    let (site, texts) = (site.clone(), texts.clone());
                    let results = results.clone();
                    let (address, node, trail) = (typed.clone(), node.clone(), trail.clone());
                    Suspend::new(async move {
                        let progress = results.await;
                        view! {
                            <div class="results"><Results progress=progress.clone()/></div>
                            {go_on(&texts, &node, &trail, &progress)}
                            {report(&site, &texts, address, &trail, progress)}
                        }
                    })
                }}
            </Suspense>
            <section class="card test" aria-labelledby="again">
                <h2 id="again">{localized(|t| &t.test.again)}</h2>
                <AddressScope groups>
                    <TestSection address/>
                </AddressScope>
            </section>
        </Document>
    }
}

/// Where the troubleshooter goes on after the test, as the test answers its question.
fn go_on(texts: &Texts, node: &str, trail: &Trail, progress: &Progress) -> Option<AnyView> {
    let guide = &texts.guide;
    let question = guide.nodes.get(node)?;
    let fails = progress
        .findings
        .iter()
        .any(|finding| finding.mark == Mark::Bad);
    let id = match (progress.services.is_empty(), fails) {
        (true, _) => UNKNOWN,
        (false, true) => FAULT,
        (false, false) => FINE,
    };
    let answer = question.answer(id)?;
    let href = trail.with(node, id).link(guide, &answer.to);
    let label = answer.label.clone();
    let heading = guide.words.fix.home.clone();
    Some(
        view! {
            <section>
                <h2>{heading}</h2>
                <ul class="answers"><li><a class="choice" href=href><b>{label}</b></a></li></ul>
            </section>
        }
        .into_any(),
    )
}

/// The report for the help desk. With scripts the browser makes it on a page of its own.
fn report(
    site: &Site,
    texts: &Texts,
    address: String,
    trail: &Trail,
    progress: Progress,
) -> impl IntoView + use<> {
    let words = &texts.guide.words.report;
    let now = OffsetDateTime::now_utc();
    let (hour, minute, second) = now.to_hms();
    let now = format!("{}T{hour:02}:{minute:02}:{second:02}Z", now.date());
    let known = trail.answered(&texts.guide);
    let report = Report {
        time: now.clone(),
        address,
        provider: site.provider_names(&texts.words),
        program: trail
            .program(&texts.guide)
            .map(|program| program.name.clone())
            .unwrap_or_default(),
        device: String::new(),
        tested: Some((now, progress)),
        answers: known
            .into_iter()
            .map(|step| (step.question, step.answer))
            .collect(),
    };
    let text = report.text(&ReportLabels::of(words));
    let code = report.code().to_owned();
    view! {
        <ReportCode code/>
        <details class="others">
            <summary>{words.title.clone()}</summary>
            <p>{words.lead.clone()}</p>
            <pre class="report" tabindex="0">{text}</pre>
        </details>
        <Support/>
    }
}
