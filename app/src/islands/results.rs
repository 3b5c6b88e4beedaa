//! What a test has found so far; the same markup with and without scripts.

use leptos::either::Either;
use leptos::prelude::*;

use crate::check::event::{
    FindingWords, Mark, Progress, ResultLabel, ResultLabels, ServiceProgress, StepWords,
};
use crate::webmail::parts;

/// The findings first, then every service with its steps.
#[component]
pub fn Results(
    /// Everything received so far.
    progress: Progress,
) -> impl IntoView {
    let (done, all) = progress.steps();
    let labels = progress.labels;
    let status = if progress.done {
        labels.of(ResultLabel::Finished)
    } else {
        labels.of(ResultLabel::Running)
    };
    let findings = progress
        .findings
        .into_iter()
        .map(|finding| show_finding(finding, &labels))
        .collect_view();
    let services = progress
        .services
        .into_iter()
        .map(|service| show_service(service, &labels))
        .collect_view();
    view! {
        <p class="status" role="status">{status.clone()}</p>
        <progress
            aria-label=status
            value=done.to_string()
            max=all.to_string()
            hidden=progress.done || all == 0
        ></progress>
        <div class="findings">{findings}</div>
        <ul class="services">{services}</ul>
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
