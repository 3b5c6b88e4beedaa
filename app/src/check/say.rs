//! Puts what the probe found into words.

use std::fmt::Write as _;
use std::time::Duration;

use probe::{Endpoint, EndpointReport, Facts, Finding, Outcome, Security, Severity, Stage, Step};

use super::event::{Event, FindingWords, Mark, Plan, ServicePlan, StepWords};
use super::run::mark;
use super::words::TestWords;
use crate::words::Words;

/// What is needed to speak about one test.
pub(super) struct Saying {
    pub(super) words: Words,
    pub(super) test_words: TestWords,
    pub(super) provider: String,
    pub(super) with_password: bool,
    /// Which services are not in the provider's own table: mail works without them.
    pub(super) alternatives: Vec<bool>,
    pub(super) endpoints: Vec<Endpoint>,
}

impl Saying {
    /// What will be tested.
    pub(super) fn plan(&self) -> Event {
        let services = self.endpoints.iter().map(|endpoint| {
            let stages = stages(endpoint.security, self.with_password);
            ServicePlan {
                name: self.words.protocol(endpoint.protocol).name.clone(),
                address: format!(
                    "{}, port {}, {}",
                    endpoint.host,
                    endpoint.port,
                    self.words.security(endpoint.security).name
                ),
                doing: self.words.stage(Stage::Dns).doing.clone(),
                steps: stages.len(),
            }
        });
        Event::Plan(Plan {
            services: services.collect(),
            labels: self.test_words.labels.clone(),
        })
    }

    /// One step of one service.
    pub(super) fn step(&self, service: usize, step: &Step) -> Event {
        let next = self.endpoints.get(service).and_then(|endpoint| {
            let stages = stages(endpoint.security, self.with_password);
            let after = stages
                .iter()
                .skip_while(|stage| **stage != step.stage)
                .nth(1)?;
            let goes_on = step.outcome.severity() < Severity::Failure;
            goes_on.then(|| self.words.stage(*after).doing.clone())
        });
        Event::Step {
            service,
            step: StepWords {
                mark: mark(step.outcome),
                name: self.words.stage(step.stage).name.clone(),
                found: self.found(step.outcome),
                time: time(step.elapsed),
                facts: self.facts(&step.facts),
                server_said: step.server_said.clone(),
            },
            next,
        }
    }

    /// How a service did, in one sentence.
    pub(super) fn verdict(&self, service: usize, report: &EndpointReport) -> Event {
        let verdicts = &self.test_words.verdicts;
        let signed_in = report
            .steps
            .iter()
            .any(|step| step.stage == Stage::SignIn && step.outcome == Outcome::Ok);
        let text = match report.outcome.severity() {
            Severity::Fine if signed_in => verdicts.signed_in.clone(),
            Severity::Fine => verdicts.good.clone(),
            _ => self.words.outcome(report.outcome).step.clone(),
        };
        let alternative = self.alternatives.get(service).copied().unwrap_or_default();
        Event::Verdict {
            service,
            mark: softened(report.outcome, alternative),
            text,
        }
    }

    /// What it all means.
    pub(super) fn summary(&self, reports: &[EndpointReport], findings: &[Finding]) -> Event {
        let mut findings: Vec<FindingWords> = findings
            .iter()
            .map(|finding| self.finding(reports, finding))
            .collect();
        // A fault of a service that nobody needs must not stand above one that somebody does.
        findings.sort_by_key(|finding| gravity(finding.mark));
        let mark = findings.first().map_or(Mark::Good, |finding| finding.mark);
        Event::Summary { mark, findings }
    }

    fn finding(&self, reports: &[EndpointReport], finding: &Finding) -> FindingWords {
        let about = |id: &String| finding.endpoints.contains(id);
        let endpoints = reports
            .iter()
            .map(|report| &report.endpoint)
            .filter(|endpoint| about(&endpoint.id));
        let subject = self.words.subject(endpoints, Some(&self.provider));
        let filled = self.words.outcome(finding.outcome).fill(&subject);
        let only_alternatives = self
            .endpoints
            .iter()
            .zip(&self.alternatives)
            .filter(|(endpoint, _)| about(&endpoint.id))
            .all(|(_, alternative)| *alternative);
        let mut explanation = filled.explanation;
        if finding.outcome == Outcome::Ok && !self.with_password {
            let _ = write!(explanation, " {}", self.test_words.without_password.note);
        }
        FindingWords {
            mark: softened(finding.outcome, only_alternatives),
            title: filled.title,
            explanation,
            advice: filled.advice,
        }
    }

    /// What was found, unless the sign beside the step says it all.
    fn found(&self, outcome: Outcome) -> String {
        match outcome {
            Outcome::Ok => String::new(),
            outcome => self.words.outcome(outcome).step.clone(),
        }
    }

    fn facts(&self, facts: &Facts) -> Vec<(String, String)> {
        let label = &self.test_words.facts;
        let mut rows: Vec<(&String, String)> = Vec::new();
        match facts {
            Facts::None {} => {}
            Facts::Dns { addresses, .. } => rows.push((&label.addresses, join(addresses))),
            Facts::Connect {
                connected,
                attempts,
            } => {
                rows.extend(connected.map(|address| (&label.connected, address.to_string())));
                rows.extend(
                    attempts
                        .iter()
                        .filter(|attempt| attempt.outcome != Outcome::Ok)
                        .map(|attempt| {
                            let found = &self.words.outcome(attempt.outcome).step;
                            let time = time(attempt.elapsed);
                            (
                                &label.attempt,
                                format!("{}: {found} ({time})", attempt.address),
                            )
                        }),
                );
            }
            Facts::Tls {
                version,
                cipher,
                group,
            } => {
                rows.push((&label.tls_version, version.clone()));
                rows.push((&label.cipher, cipher.clone()));
                rows.extend(group.clone().map(|group| (&label.group, group)));
            }
            Facts::Certificate(facts) => {
                rows.push((&label.names, join(&facts.names)));
                rows.push((&label.subject, facts.subject.clone()));
                rows.push((&label.issuer, facts.issuer.clone()));
                let dates = format!("{} – {}", date(facts.not_before), date(facts.not_after));
                rows.push((&label.valid, dates));
                rows.push((&label.days_left, facts.days_left.to_string()));
                rows.push((&label.key, facts.key.clone()));
                rows.push((&label.signature, facts.signature.clone()));
                rows.push((&label.chain, facts.chain_length.to_string()));
            }
            Facts::Capabilities {
                capabilities,
                mechanisms,
            } => {
                rows.push((&label.capabilities, capabilities.join(" ")));
                rows.push((&label.mechanisms, mechanisms.join(" ")));
            }
            Facts::SignIn { mechanism } => rows.push((&label.mechanism, mechanism.clone())),
            Facts::Mailbox { used, limit } => {
                let megabytes = |bytes: &u64| *bytes as f64 / 1_000_000.0;
                let usage = format!("{:.1} MB of {:.1} MB", megabytes(used), megabytes(limit));
                rows.push((&label.usage, usage));
            }
        }
        rows.retain(|(_, value)| !value.is_empty());
        rows.into_iter()
            .map(|(label, value)| (label.clone(), value))
            .collect()
    }
}

/// The stages of a healthy service, in the order in which the probe goes through them.
fn stages(security: Security, with_password: bool) -> Vec<Stage> {
    use Stage::{Capabilities, Certificate, Close, Connect, Dns, Greeting, SignIn, Starttls, Tls};
    let mut stages = vec![Dns, Connect];
    stages.extend_from_slice(match security {
        Security::Tls => &[Tls, Certificate, Greeting, Capabilities],
        Security::Starttls => &[Greeting, Starttls, Tls, Certificate, Capabilities],
        Security::None => &[Greeting, Capabilities],
    });
    if with_password {
        stages.push(SignIn);
    }
    stages.push(Close);
    stages
}

/// A service outside the provider's table may fail without anything being wrong; what it says of
/// the account is true of the others too.
fn softened(outcome: Outcome, alternative: bool) -> Mark {
    let about_account = matches!(outcome.stage(), Some(Stage::SignIn | Stage::Mailbox));
    match mark(outcome) {
        Mark::Bad if alternative && !about_account => Mark::Notice,
        mark => mark,
    }
}

fn gravity(mark: Mark) -> u8 {
    match mark {
        Mark::Bad => 0,
        Mark::Notice => 1,
        Mark::Skipped => 2,
        Mark::Good | Mark::Working => 3,
    }
}

fn join<T: ToString>(items: &[T]) -> String {
    items
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn time(elapsed: Duration) -> String {
    match elapsed.as_millis() {
        0 => "under 1 ms".to_owned(),
        millis @ 1..1_000 => format!("{millis} ms"),
        _ => format!("{:.1} s", elapsed.as_secs_f64()),
    }
}

/// A day as customers of an American provider read it without mistaking day for month.
fn date(seconds: i64) -> String {
    time::OffsetDateTime::from_unix_timestamp(seconds)
        .map(|moment| format!("{} {} {}", moment.day(), moment.month(), moment.year()))
        .unwrap_or_default()
}
