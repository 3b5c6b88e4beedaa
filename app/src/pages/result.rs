//! The answer to the form of `/test` when scripts are off.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use leptos::prelude::*;

use super::report::report_of;
use crate::answered::answer_ids::{FAULT, FINE, NO, UNKNOWN, YES};
use crate::audience::audience;
use crate::check::Test;
use crate::check::event::{More, Progress};
use crate::check::report::ReportLabels;
use crate::components::{AfterTest, Document, ReportCode, TestSection};
use crate::guide::destination::{Destination, Page};
use crate::guide::node::AnsweredBy;
use crate::guide::trail::Trail;
use crate::islands::{AddressScope, Results};
use crate::site::{localized, site, texts};
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
    let (groups, audience) = (site.domain_groups(), audience());
    // In the troubleshooter another test answers the same question.
    let question = texts.guide.nodes.get(&node);
    let (again_node, again_trail) = (question.map(|_| node.clone()), trail.clone());
    let with_password = question.is_none_or(|node| node.by == AnsweredBy::Password);
    let typed = address.clone();
    view! {
        <Document title=localized(|t| &t.test.results) no_index=true>
            <h1>{localized(|t| &t.test.results)}</h1>
            <p class="lead wait">
                {localized(|t| &t.test.wait)}
            </p>
            <Suspense>
                {move || {
                    let (site, texts) = (site.clone(), texts.clone());
                    let (results, audience) = (results.clone(), audience.clone());
                    let (address, node, trail) = (typed.clone(), node.clone(), trail.clone());
                    Suspend::new(async move {
                        let mut progress = results.await;
                        // When the customer leaves, the page goes at once, and its context with it, while
                        // another task may still be rendering this.
                        provide_context(Arc::clone(&site));
                        provide_context(Arc::clone(&texts));
                        provide_context(audience);
                        let by_test = texts.guide.nodes.get(&node);
                        let by_test = by_test.is_some_and(|node| node.by == AnsweredBy::Test);
                        let fault = by_test && progress.servers_fail() == Some(true);
                        let on = go_on(&texts, &node, &trail, &progress);
                        let (trail, next) = match on {
                            Some((trail, to)) => {
                                let next = trail.link(&texts.guide, &to);
                                (trail, Some(next))
                            }
                            None => {
                                let next = trail.next(&texts.guide, &Destination::Page(Page::Test));
                                (trail, next)
                            }
                        };
                        keep_trail(&texts, &mut progress, &trail);
                        view! {
                            <div class="results"><Results progress=progress.clone()/></div>
                            <AfterTest next=next.map(Some) trail=trail.clone() fault/>
                            {report(&texts, address, &trail, progress)}
                        }
                    })
                }}
            </Suspense>
            <section class="card test" aria-labelledby="again">
                <h2 id="again">{localized(|t| &t.test.again)}</h2>
                <AddressScope groups>
                    <TestSection address node=again_node trail=again_trail with_password/>
                </AddressScope>
            </section>
        </Document>
    }
}

/// The trail with the answer that the test gives to its question, and where to go on. After a fault that is
/// the next question, because what is wrong with the servers, and what helps, has just been read.
fn go_on(
    texts: &Texts,
    node: &str,
    trail: &Trail,
    progress: &Progress,
) -> Option<(Trail, Destination)> {
    let question = texts.guide.nodes.get(node)?;
    let found = match question.by {
        AnsweredBy::Password => progress.password.map(|right| if right { YES } else { NO }),
        _ => {
            let fail = progress.servers_fail();
            fail.map(|fail| if fail { FAULT } else { FINE })
        }
    };
    let answer = question.answer(found.unwrap_or(UNKNOWN))?;
    let then = answer.then.clone().filter(|_| answer.id == FAULT);
    let to = then.unwrap_or_else(|| answer.to.clone());
    Some((trail.with(node, &answer.id), to))
}

/// Leads from the findings to the cards in a way that comes back to the troubleshooter.
fn keep_trail(texts: &Texts, progress: &mut Progress, trail: &Trail) {
    if trail.is_empty() {
        return;
    }
    for finding in &mut progress.findings {
        finding.more = finding.more.take().and_then(|more| {
            let card = more.href.strip_prefix("/fix/card/")?.to_owned();
            let href = trail.link(&texts.guide, &Destination::Card(card));
            Some(More { href, ..more })
        });
    }
}

/// The report for the help desk. With scripts the browser makes it on a page of its own.
fn report(
    texts: &Texts,
    address: String,
    trail: &Trail,
    progress: Progress,
) -> impl IntoView + use<> {
    let words = &texts.guide.words.report;
    let mut report = report_of(texts, trail);
    report.address = address;
    report.tested = Some((report.time.clone(), progress));
    let text = report.text(&ReportLabels::of(words));
    let code = report.code().to_owned();
    view! {
        <ReportCode code/>
        <details class="others">
            <summary>{words.title.clone()}</summary>
            <p>{words.lead.clone()}</p>
            <pre class="report" tabindex="0">{text}</pre>
        </details>
    }
}
