//! The results of a probe, as a tree of text and as one JSON document.

pub mod clients;
pub mod services;

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};
use app::words::OutcomeWords;
use probe::net::ClientSimulation;
use probe::{Cause, EndpointReport, Facts, Side, State, Step, diagnose};
use serde::Serialize;

/// One finding with its texts.
#[derive(Debug, Serialize)]
pub struct FindingReport {
    cause: Cause,
    side: Side,
    endpoints: Vec<String>,
    instead: Vec<String>,
    title: String,
    explanation: String,
    advice: String,
}

/// The findings in these reports, with their texts.
pub fn findings(
    reports: &[EndpointReport],
    words: &OutcomeWords,
    provider: Option<&str>,
) -> Vec<FindingReport> {
    let in_words = |finding: probe::Finding| {
        let filled = words.finding(&finding, reports, provider);
        FindingReport {
            cause: finding.cause,
            side: finding.cause.side(),
            endpoints: finding.endpoints,
            instead: finding.instead,
            title: filled.title,
            explanation: filled.explanation,
            advice: filled.advice.join(" "),
        }
    };
    diagnose(reports).into_iter().map(in_words).collect()
}

/// One JSON document.
///
/// # Errors
///
/// None that is known: every value of these types can be represented in JSON.
pub fn json(
    reports: &[EndpointReport],
    findings: &[FindingReport],
    programs: Option<&[ClientSimulation]>,
) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Document<'a> {
        endpoints: &'a [EndpointReport],
        findings: &'a [FindingReport],
        /// Only where it was asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        programs: Option<&'a [ClientSimulation]>,
    }
    serde_json::to_string_pretty(&Document {
        endpoints: reports,
        findings,
        programs,
    })
}

/// Every server with its steps, then the findings, with colors for a terminal.
pub fn tree(
    reports: &[EndpointReport],
    findings: &[FindingReport],
    words: &OutcomeWords,
) -> String {
    let mut tree = String::new();
    // Writing into a string does not fail.
    let _ = write_tree(&mut tree, reports, findings, words);
    tree
}

fn write_tree(
    out: &mut String,
    reports: &[EndpointReport],
    findings: &[FindingReport],
    words: &OutcomeWords,
) -> fmt::Result {
    let bold = Style::new().bold();
    let dim = Style::new().dimmed();
    for report in reports {
        let url = &report.endpoint;
        let name = &words.protocol(report.endpoint.protocol).name;
        let time = milliseconds(report.elapsed);
        writeln!(out, "{bold}{url}{bold:#}  {dim}{name}, {time}{dim:#}")?;
        for (at, step) in report.steps.iter().enumerate() {
            let branch = if at + 1 == report.steps.len() {
                "└"
            } else {
                "├"
            };
            let (sign, color) = sign(step.state);
            let stage = &words.stage(step.stage).name;
            let found = match step.outcome {
                probe::Outcome::Ok => String::new(),
                outcome => format!(": {} [{outcome}]", words.step(outcome)),
            };
            let time = milliseconds(step.elapsed);
            writeln!(
                out,
                "{branch} {color}{sign} {stage}{found}{color:#}  {dim}{time}{}{dim:#}",
                facts(step)
            )?;
            if let Some(said) = &step.server_reply {
                let trunk = if at + 1 == report.steps.len() {
                    " "
                } else {
                    "│"
                };
                writeln!(out, "{trunk}   {dim}server: {said}{dim:#}")?;
            }
        }
        writeln!(out)?;
    }
    for finding in findings {
        writeln!(
            out,
            "{bold}{}{bold:#} {dim}[{}]{dim:#}",
            finding.title,
            finding.cause.code()
        )?;
        writeln!(out, "  {}", finding.explanation)?;
        writeln!(out, "  {}", finding.advice)?;
    }
    Ok(())
}

fn sign(state: State) -> (&'static str, Style) {
    let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    match state {
        State::Ok => ("✓", color(AnsiColor::Green)),
        State::Notice => ("!", color(AnsiColor::Yellow)),
        State::Failed => ("✗", color(AnsiColor::Red)),
        State::Skipped => ("–", Style::new().dimmed()),
    }
}

/// The most important facts, short enough for one line.
fn facts(step: &Step) -> String {
    match &step.facts {
        Facts::Connect {
            connected: Some(address),
            ..
        } => format!(", {address}"),
        Facts::Tls(probe::TlsFacts {
            version,
            cipher,
            group,
            ..
        }) => {
            let group = group.as_deref().unwrap_or_default();
            format!(", {version} {cipher} {group}")
        }
        Facts::Certificate(facts) => {
            format!(
                ", {} days left, {}, issued by {}",
                facts.days_left,
                facts.names.join(" "),
                facts.issuer
            )
        }
        Facts::Capabilities { mechanisms, .. } => format!(", {}", mechanisms.join(" ")),
        Facts::SignIn { mechanism } => format!(", {mechanism}"),
        Facts::Mailbox {
            messages: Some(messages),
            ..
        } => format!(", {messages} messages"),
        Facts::Delivery {
            on_the_way: Some(time),
            folder,
            ..
        } => {
            let folder = folder.as_deref().unwrap_or_default();
            format!(", {} in {folder}", milliseconds(*time))
        }
        Facts::Sending {
            size_limit: Some(limit),
        } => format!(", at most {limit} bytes a message"),
        _ => String::new(),
    }
}

fn milliseconds(elapsed: std::time::Duration) -> String {
    format!("{:.1} ms", elapsed.as_secs_f64() * 1000.0)
}
