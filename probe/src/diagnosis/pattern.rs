//! What several observations mean together.

use super::cause::Cause;
use super::finding::{Finding, Observation};
use crate::endpoint::{HostName, Protocol};
use crate::outcome::{Outcome, Severity};
use crate::stage::Stage;
use crate::step::{EndpointReport, Facts};

/// Finds the patterns, and takes out of `observed` what they explain.
pub(super) fn find(
    reports: &[EndpointReport],
    observed: &mut Vec<Observation<'_>>,
) -> Vec<Finding> {
    let everywhere = [
        (Cause::ClockWrong, from_the_future as fn(Outcome) -> bool),
        (Cause::NothingAnswers, no_answer),
        (Cause::TurnedAway, turned_away),
    ];
    for (cause, explains) in everywhere {
        if let Some(finding) = everywhere_the_same(cause, explains, reports) {
            observed.retain(|seen| !explains(seen.outcome));
            return vec![finding];
        }
    }
    let mut findings = Vec::new();
    findings.extend(other_name_fits(reports, observed));
    findings.extend(password_differs(reports, observed));
    findings.extend(other_way_works(reports, observed));
    drop_consequences(observed);
    findings
}

/// Every one of several endpoints fails in a way that `explains` covers.
fn everywhere_the_same(
    cause: Cause,
    explains: fn(Outcome) -> bool,
    reports: &[EndpointReport],
) -> Option<Finding> {
    let all = reports.len() > 1 && reports.iter().all(|report| explains(report.outcome));
    all.then(|| finding(cause, reports.iter(), []))
}

fn from_the_future(outcome: Outcome) -> bool {
    outcome == Outcome::CertificateNotYetValid
}

fn no_answer(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::ConnectionTimeout | Outcome::NetworkUnreachable
    )
}

fn turned_away(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::GreetingRefused | Outcome::GreetingBusy)
}

/// A certificate that is for another documented host, which works under its own name.
fn other_name_fits(
    reports: &[EndpointReport],
    observed: &mut Vec<Observation<'_>>,
) -> Option<Finding> {
    let fitting = |report: &EndpointReport| {
        let names = certificate_names(report);
        let right = reports.iter().filter(move |other| {
            other.endpoint.host != report.endpoint.host
                && certificate_is_good(other)
                && names.iter().any(|name| covers(name, &other.endpoint.host))
        });
        right.collect::<Vec<_>>()
    };
    let wrong = taken(observed, |seen| {
        seen.outcome == Outcome::CertificateWrongName && !fitting(seen.report).is_empty()
    });
    let mut right: Vec<&EndpointReport> = Vec::new();
    for report in wrong.iter().flat_map(|wrong| fitting(wrong)) {
        if !right.iter().any(|known| known.endpoint == report.endpoint) {
            right.push(report);
        }
    }
    (!wrong.is_empty()).then(|| finding(Cause::OtherNameFits, wrong, right))
}

/// One password, two opinions.
fn password_differs(
    reports: &[EndpointReport],
    observed: &mut Vec<Observation<'_>>,
) -> Option<Finding> {
    let accepted: Vec<_> = reports.iter().filter(|report| report.signed_in()).collect();
    if accepted.is_empty() {
        return None;
    }
    // A way that is switched off is not among these: there the server says itself why it refuses.
    let refused = taken(observed, |seen| {
        matches!(
            seen.outcome,
            Outcome::WrongCredentials | Outcome::SignInRefused
        )
    });
    (!refused.is_empty()).then(|| finding(Cause::PasswordDiffers, refused, accepted))
}

/// A service that cannot be used, next to one of the same protocol with nothing wrong.
fn other_way_works(
    reports: &[EndpointReport],
    observed: &mut Vec<Observation<'_>>,
) -> Option<Finding> {
    let working = |protocol: Protocol| {
        reports.iter().filter(move |other| {
            other.endpoint.protocol == protocol && other.outcome.severity() < Severity::Failure
        })
    };
    let failed = taken(observed, |seen| {
        is_about_the_way(seen.outcome) && working(seen.report.endpoint.protocol).next().is_some()
    });
    let instead = reports.iter().filter(|report| {
        let protocol = report.endpoint.protocol;
        report.outcome.severity() < Severity::Failure
            && failed
                .iter()
                .any(|failed| failed.endpoint.protocol == protocol)
    });
    let instead: Vec<_> = instead.collect();
    (!failed.is_empty()).then(|| finding(Cause::OtherWayWorks, failed, instead))
}

/// Takes out what only follows from another observation.
fn drop_consequences(observed: &mut Vec<Observation<'_>>) {
    let has = |outcome| observed.iter().any(|seen| seen.outcome == outcome);
    // Some servers hide from strangers why an account is closed, and call it a wrong password.
    let closed = has(Outcome::AccountDisabled);
    // Who refuses without a reason has the one that another server gives for the same password.
    let explained = closed
        || has(Outcome::WrongCredentials)
        || has(Outcome::AppPasswordRequired)
        || has(Outcome::PasswordExpired);
    // What keeps a message from being sent, or from being watched for, is told by itself.
    let failed = observed
        .iter()
        .any(|seen| seen.outcome.severity() == Severity::Failure);
    observed.retain(|seen| match seen.outcome {
        Outcome::NotTried => false,
        Outcome::DeliveryNotTried => !failed,
        Outcome::WrongCredentials => !closed,
        Outcome::SignInRefused => !explained,
        _ => true,
    });
}

/// Whether an outcome keeps everybody from using a service, whoever they are.
fn is_about_the_way(outcome: Outcome) -> bool {
    outcome.severity() == Severity::Failure
        && matches!(
            outcome.stage(),
            Some(
                Stage::Dns
                    | Stage::Connect
                    | Stage::Greeting
                    | Stage::Starttls
                    | Stage::Tls
                    | Stage::Certificate
                    | Stage::Capabilities
            )
        )
}

/// Takes the observations that fit out of the list, and gives their reports, each once.
fn taken<'a>(
    observed: &mut Vec<Observation<'a>>,
    fits: impl Fn(&Observation<'a>) -> bool,
) -> Vec<&'a EndpointReport> {
    let mut reports: Vec<&EndpointReport> = Vec::new();
    observed.retain(|seen| {
        let fits = fits(seen);
        if fits
            && !reports
                .iter()
                .any(|known| std::ptr::eq(*known, seen.report))
        {
            reports.push(seen.report);
        }
        !fits
    });
    reports
}

fn finding<'a>(
    cause: Cause,
    endpoints: impl IntoIterator<Item = &'a EndpointReport>,
    instead: impl IntoIterator<Item = &'a EndpointReport>,
) -> Finding {
    let id = |report: &EndpointReport| report.endpoint.id.clone();
    Finding {
        cause,
        endpoints: endpoints.into_iter().map(id).collect(),
        instead: instead.into_iter().map(id).collect(),
    }
}

fn certificate_is_good(report: &EndpointReport) -> bool {
    let mut steps = report.steps.iter();
    steps
        .any(|step| step.stage == Stage::Certificate && step.outcome.severity() < Severity::Failure)
}

fn certificate_names(report: &EndpointReport) -> &[String] {
    let facts = report.steps.iter().find_map(|step| match &step.facts {
        Facts::Certificate(facts) => Some(facts),
        _ => None,
    });
    facts.map_or(&[], |facts| &facts.names)
}

/// Whether a name in a certificate is for this host (RFC 9525 §6.3). A star stands for one label.
fn covers(name: &str, host: &HostName) -> bool {
    let host = host.as_str();
    match name.strip_prefix("*.") {
        Some(parent) => host
            .split_once('.')
            .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent)),
        None => name.eq_ignore_ascii_case(host),
    }
}
