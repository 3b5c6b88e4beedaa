//! The answer to the form of `/test` when scripts are off.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::check::Test;
use crate::check::event::{Mark, Progress};
use crate::check::report::{Labels, Report};
use crate::components::{Document, Results, TestSection};
use crate::guide::trail::Trail;
use crate::islands::AddressScope;
use crate::site::{Site, say};

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
    let site: Arc<Site> = expect_context();
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
        <Document title=say(|t| &t.test.results) private=true>
            <h1>{say(|t| &t.test.results)}</h1>
            <p class="lead">
                {say(|t| &t.test.wait)}
            </p>
            <Suspense>
                {move || {
                    let (site, results) = (site.clone(), results.clone());
                    let (address, node, trail) = (typed.clone(), node.clone(), trail.clone());
                    Suspend::new(async move {
                        let progress = results.await;
                        view! {
                            <div class="results"><Results progress=progress.clone()/></div>
                            {go_on(&site, &node, &trail, &progress)}
                            {report(&site, address, &trail, progress)}
                        }
                    })
                }}
            </Suspense>
            <section class="card test" aria-labelledby="again">
                <h2 id="again">{say(|t| &t.test.again)}</h2>
                <AddressScope groups>
                    <TestSection address/>
                </AddressScope>
            </section>
        </Document>
    }
}

/// Where the troubleshooter goes on after the test, as the test answers its question.
fn go_on(site: &Site, node: &str, trail: &Trail, progress: &Progress) -> Option<AnyView> {
    let guide = &site.guide;
    let question = guide.nodes.get(node)?;
    let fails = progress
        .findings
        .iter()
        .any(|finding| finding.mark == Mark::Bad);
    let id = match (progress.services.is_empty(), fails) {
        (true, _) => "unknown",
        (false, true) => "fault",
        (false, false) => "fine",
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
    address: String,
    trail: &Trail,
    progress: Progress,
) -> impl IntoView + use<> {
    let words = &site.guide.words.report;
    let now = OffsetDateTime::now_utc();
    let (hour, minute, second) = now.to_hms();
    let now = format!("{}T{hour:02}:{minute:02}:{second:02}Z", now.date());
    let known = trail.known(&site.guide);
    let report = Report {
        time: now.clone(),
        address,
        provider: site.provider_names(),
        program: trail
            .program(&site.guide)
            .map(|program| program.name.clone())
            .unwrap_or_default(),
        device: String::new(),
        tested: Some((now, progress)),
        answers: known
            .into_iter()
            .map(|step| (step.question, step.answer))
            .collect(),
    };
    let text = report.text(&Labels::of(words));
    view! {
        <details class="others">
            <summary>{words.title.clone()}</summary>
            <p>{words.lead.clone()}</p>
            <pre class="report" tabindex="0">{text}</pre>
        </details>
    }
}
