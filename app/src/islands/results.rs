//! What a test has found so far; the same markup with and without scripts.

use leptos::html::custom;
use leptos::prelude::*;

use crate::check::event::{
    FindingWords, Mark, Progress, ResultLabel, ResultLabels, ServiceProgress, StepWords,
};
use crate::webmail::parts;

/// The verdict, how receiving and sending went, what was found, and behind that every service with its steps.
///
/// While the test runs the steps stand open, and a screen reader is told of each service once, in a log of
/// its own, and then of the verdict: the steps are too many to be read aloud.
#[component]
pub fn Results(
    /// Everything received so far.
    progress: Progress,
) -> impl IntoView {
    let (steps_done, all) = progress.steps();
    let (mark, verdict) = progress.verdict();
    let receiving = progress.mark_of(false);
    let sending = progress.mark_of(true);
    let Progress {
        services,
        labels,
        findings,
        said,
        done,
        ..
    } = progress;
    let verdict = labels.of(verdict);
    let running = labels.of(ResultLabel::Running);
    let nothing = services.is_empty();
    let said = said
        .into_iter()
        .map(|text| element("p", "", None, vec![words(text)]));
    let said = said.collect::<Vec<_>>();
    let lines = [
        (ResultLabel::Receiving, receiving),
        (ResultLabel::Sending, sending),
    ];
    let lines = lines.map(|(label, mark)| show_line(labels.of(label), mark, &labels));
    let findings = findings
        .into_iter()
        .map(|finding| show_finding(finding, &labels));
    let findings = findings.collect();
    let services = services
        .into_iter()
        .map(|service| show_service(service, &labels));
    let services = element("ul", "services", None, services.collect());
    view! {
        <p class="headline" role="status" data-mark=mark.name()>{verdict}</p>
        <div class="said" role="log">{said}</div>
        <progress
            aria-label=running
            value=steps_done.to_string()
            max=all.to_string()
            hidden=done || all == 0
        ></progress>
        {hidden_if(nothing, "ul", "lines", None, Vec::from(lines))}
        {element("div", "findings", None, findings)}
        <details class="all-steps" open=!done hidden=nothing>
            <summary>{labels.of(ResultLabel::Steps)}</summary>
            {services}
        </details>
    }
}

/// How receiving or sending went, in one line.
fn show_line(name: String, mark: Option<Mark>, labels: &ResultLabels) -> AnyView {
    let shown = mark.unwrap_or_default();
    let name = element("b", "", None, vec![words(name)]);
    let parts = vec![name, space(), sign(shown, labels)];
    hidden_if(mark.is_none(), "li", "", Some(shown), parts)
}

fn show_finding(finding: FindingWords, labels: &ResultLabels) -> AnyView {
    let title = vec![sign(finding.mark, labels), space(), words(finding.title)];
    let label = words(labels.of(ResultLabel::Advice));
    let label = element("strong", "", None, vec![label]);
    let steps = finding.advice.lines();
    let steps = steps.map(|step| element("li", "", None, with_webmail(step, labels)));
    let explanation = with_webmail(&finding.explanation, labels);
    let mut parts = vec![
        element("h3", "", None, title),
        element("p", "", None, explanation),
        element("p", "", None, vec![label]),
        element("ol", "advice", None, steps.collect()),
    ];
    if let Some(more) = finding.more {
        let link = link(more.href, None, more.text);
        parts.push(element("p", "more-link", None, vec![link]));
    }
    element("div", "finding", Some(finding.mark), parts)
}

/// A text in which the word for webmail leads there, where its address is known.
fn with_webmail(text: &str, labels: &ResultLabels) -> Vec<AnyView> {
    let (word, url) = (
        labels.of(ResultLabel::WebmailWord),
        labels.of(ResultLabel::WebmailUrl),
    );
    let parts = parts(text, &word).into_iter().map(|(part, is_link)| {
        let text = part.to_owned();
        match is_link {
            true => link(url.clone(), Some("noreferrer"), text),
            false => words(text),
        }
    });
    parts.collect()
}

fn show_service(service: ServiceProgress, labels: &ResultLabels) -> AnyView {
    let steps = service.steps.iter().map(|step| {
        let name = vec![words(step.name.clone())];
        let found = vec![words(step.found.clone())];
        let parts = vec![
            sign(step.mark, labels),
            element("span", "step-name", None, name),
            hidden_if(step.found.is_empty(), "span", "found", None, found),
            element("span", "time", None, vec![words(step.time.clone())]),
        ];
        element("li", "", Some(step.mark), parts)
    });
    let steps = element("ol", "steps", None, steps.collect());
    let summary = vec![words(labels.of(ResultLabel::Details))];
    let mut details = vec![element("summary", "", None, summary)];
    let facts = service.steps.into_iter();
    details.extend(facts.map(|step| show_details(step, labels)));
    let verdict = vec![sign(service.mark, labels), space(), words(service.text)];
    let parts = vec![
        element("h3", "", None, vec![words(service.plan.name)]),
        element("p", "address", None, vec![words(service.plan.address)]),
        element("p", "verdict", None, verdict),
        steps,
        element("details", "", None, details),
    ];
    element("li", "service", Some(service.mark), parts)
}

fn show_details(step: StepWords, labels: &ResultLabels) -> AnyView {
    let empty = step.facts.is_empty() && step.server_reply.is_none();
    let mut facts = Vec::new();
    for (label, value) in step.facts {
        facts.push(element("dt", "", None, vec![words(label)]));
        facts.push(element("dd", "", None, vec![words(value)]));
    }
    if let Some(reply) = step.server_reply {
        let label = words(labels.of(ResultLabel::ServerReply));
        let quote = element("q", "", None, vec![words(reply)]);
        facts.push(element("dt", "", None, vec![label]));
        facts.push(element("dd", "", None, vec![quote]));
    }
    let parts = vec![
        element("h4", "", None, vec![words(step.name)]),
        element("dl", "", None, facts),
    ];
    hidden_if(empty, "div", "facts", None, parts)
}

/// The sign of a mark, with its word for those who do not see it.
fn sign(mark: Mark, labels: &ResultLabels) -> AnyView {
    element("span", "sign", Some(mark), vec![words(labels.mark(mark))])
}

fn link(href: String, rel: Option<&'static str>, text: String) -> AnyView {
    view! { <a href=href rel=rel>{text}</a> }.into_any()
}

fn words(text: String) -> AnyView {
    text.into_any()
}

fn space() -> AnyView {
    words(" ".to_owned())
}

/// An element that is always shown. An empty class is none.
fn element(
    name: &'static str,
    class: &'static str,
    mark: Option<Mark>,
    children: Vec<AnyView>,
) -> AnyView {
    hidden_if(false, name, class, mark, children)
}

/// An element of any name. They all have one type, because Leptos adds code to the bundle for each type of element.
fn hidden_if(
    hidden: bool,
    name: &'static str,
    class: &'static str,
    mark: Option<Mark>,
    children: Vec<AnyView>,
) -> AnyView {
    // Leptos keeps an element while its name stays the same, and browsers give the name in capitals.
    let name = match cfg!(feature = "hydrate") {
        true => name.to_ascii_uppercase(),
        false => name.to_owned(),
    };
    custom(name)
        .attr("class", Some(class).filter(|class| !class.is_empty()))
        .attr("data-mark", mark.map(Mark::name))
        .attr("hidden", hidden)
        .child(children)
        .into_any()
}
