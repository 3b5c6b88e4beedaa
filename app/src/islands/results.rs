//! What a test has found so far; the same markup with and without scripts.

use leptos::either::Either;
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
    let said = said.into_iter().map(|text| view! { <p>{text}</p> });
    let said = said.collect_view();
    let lines = [
        (ResultLabel::Receiving, receiving),
        (ResultLabel::Sending, sending),
    ];
    let lines = lines.map(|(label, mark)| show_line(labels.of(label), mark, &labels));
    let lines = lines.collect_view();
    let findings = findings
        .into_iter()
        .map(|finding| show_finding(finding, &labels))
        .collect_view();
    let services = services
        .into_iter()
        .map(|service| show_service(service, &labels))
        .collect_view();
    view! {
        <p class="headline" role="status" data-mark=mark.name()>{verdict}</p>
        <div class="said" role="log">{said}</div>
        <progress
            aria-label=running
            value=steps_done.to_string()
            max=all.to_string()
            hidden=done || all == 0
        ></progress>
        <ul class="lines" hidden=nothing>{lines}</ul>
        <div class="findings">{findings}</div>
        <details class="all-steps" open=!done hidden=nothing>
            <summary>{labels.of(ResultLabel::Steps)}</summary>
            <ul class="services">{services}</ul>
        </details>
    }
}

/// How receiving or sending went, in one line.
fn show_line(name: String, mark: Option<Mark>, labels: &ResultLabels) -> impl IntoView + use<> {
    let shown = mark.unwrap_or_default();
    view! {
        <li data-mark=shown.name() hidden=mark.is_none()><b>{name}</b> " " {sign(shown, labels)}</li>
    }
}

fn show_finding(finding: FindingWords, labels: &ResultLabels) -> impl IntoView + use<> {
    view! {
        <div class="finding" data-mark=finding.mark.name()>
            <h3>{sign(finding.mark, labels)} " " {finding.title}</h3>
            <p>{with_webmail(&finding.explanation, labels)}</p>
            <p class="advice"><strong>{labels.of(ResultLabel::Advice)}</strong> " " {with_webmail(&finding.advice, labels)}</p>
            {finding.more.map(|more| view! { <p class="more-link"><a href=more.href>{more.text}</a></p> })}
        </div>
    }
}

/// A text in which the word for webmail leads there, where its address is known.
fn with_webmail(text: &str, labels: &ResultLabels) -> impl IntoView + use<> {
    let (word, url) = (
        labels.of(ResultLabel::WebmailWord),
        labels.of(ResultLabel::WebmailUrl),
    );
    let parts = parts(text, &word).into_iter().map(|(part, is_link)| {
        let (text, href) = (part.to_owned(), url.clone());
        match is_link {
            true => Either::Left(view! { <a href=href rel="noreferrer">{text}</a> }),
            false => Either::Right(text),
        }
    });
    parts.collect_view()
}

fn show_service(service: ServiceProgress, labels: &ResultLabels) -> impl IntoView + use<> {
    let steps = service
        .steps
        .iter()
        .map(|step| {
            view! {
                <li data-mark=step.mark.name()>
                    {sign(step.mark, labels)}
                    <span class="step-name">{step.name.clone()}</span>
                    <span class="found" hidden=step.found.is_empty()>{step.found.clone()}</span>
                    <span class="time">{step.time.clone()}</span>
                </li>
            }
        })
        .collect_view();
    let details = service
        .steps
        .into_iter()
        .map(|step| show_details(step, labels))
        .collect_view();
    view! {
        <li class="service" data-mark=service.mark.name()>
            <h3>{service.plan.name}</h3>
            <p class="address">{service.plan.address}</p>
            <p class="verdict">{sign(service.mark, labels)} " " {service.text}</p>
            <ol class="steps">{steps}</ol>
            <details>
                <summary>{labels.of(ResultLabel::Details)}</summary>
                {details}
            </details>
        </li>
    }
}

fn show_details(step: StepWords, labels: &ResultLabels) -> impl IntoView + use<> {
    let empty = step.facts.is_empty() && step.server_reply.is_none();
    let facts = step
        .facts
        .into_iter()
        .map(|(label, value)| view! { <dt>{label}</dt><dd>{value}</dd> })
        .collect_view();
    let reply = step.server_reply.map(|reply| {
        view! { <dt>{labels.of(ResultLabel::ServerReply)}</dt><dd><q>{reply}</q></dd> }
    });
    view! {
        <div class="facts" hidden=empty>
            <h4>{step.name}</h4>
            <dl>{facts} {reply}</dl>
        </div>
    }
}

/// The sign of a mark, with its word for those who do not see it.
fn sign(mark: Mark, labels: &ResultLabels) -> impl IntoView + use<> {
    view! { <span class="sign" data-mark=mark.name()>{labels.mark(mark)}</span> }
}
