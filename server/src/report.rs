//! A finished probe as a tree for people and as one JSON document.

use anstyle::{AnsiColor, Style};
use app::words::Words;
use probe::{Cause, EndpointReport, Facts, Side, State, Step, diagnose};
use serde::Serialize;

/// One finding with its words.
#[derive(Debug, Serialize)]
pub struct Finding {
    cause: Cause,
    side: Side,
    endpoints: Vec<String>,
    instead: Vec<String>,
    title: String,
    explanation: String,
    advice: String,
}

/// What the reports mean, in words.
pub fn findings(reports: &[EndpointReport], words: &Words, provider: Option<&str>) -> Vec<Finding> {
    let in_words = |finding: probe::Finding| {
        let filled = words.finding(&finding, reports, provider);
        Finding {
            cause: finding.cause,
            side: finding.cause.side(),
            endpoints: finding.endpoints,
            instead: finding.instead,
            title: filled.title,
            explanation: filled.explanation,
            advice: filled.advice,
        }
    };
    diagnose(reports).into_iter().map(in_words).collect()
}

/// Prints one JSON document.
pub fn print_json(reports: &[EndpointReport], findings: &[Finding]) {
    #[derive(Serialize)]
    struct Document<'a> {
        endpoints: &'a [EndpointReport],
        findings: &'a [Finding],
    }
    // These types hold nothing that JSON cannot say; an error would be one of this program.
    match serde_json::to_string_pretty(&Document {
        endpoints: reports,
        findings,
    }) {
        Ok(document) => anstream::println!("{document}"),
        Err(error) => anstream::eprintln!("mailguide: {error}"),
    }
}

/// Prints every server with its steps, then what it means.
pub fn print_tree(reports: &[EndpointReport], findings: &[Finding], words: &Words) {
    let bold = Style::new().bold();
    let dim = Style::new().dimmed();
    for report in reports {
        let Endpoint { url, name } = Endpoint::of(report, words);
        let time = milliseconds(report.elapsed);
        anstream::println!("{bold}{url}{bold:#}  {dim}{name}, {time}{dim:#}");
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
            anstream::println!(
                "{branch} {color}{sign} {stage}{found}{color:#}  {dim}{time}{}{dim:#}",
                facts(step)
            );
            if let Some(said) = &step.server_said {
                let trunk = if at + 1 == report.steps.len() {
                    " "
                } else {
                    "│"
                };
                anstream::println!("{trunk}   {dim}server: {said}{dim:#}");
            }
        }
        anstream::println!();
    }
    for finding in findings {
        anstream::println!(
            "{bold}{}{bold:#} {dim}[{}]{dim:#}",
            finding.title,
            finding.cause.code()
        );
        anstream::println!("  {}", finding.explanation);
        anstream::println!("  {}", finding.advice);
    }
}

struct Endpoint {
    url: String,
    name: String,
}

impl Endpoint {
    fn of(report: &EndpointReport, words: &Words) -> Self {
        Self {
            url: report.endpoint.to_string(),
            name: words.protocol(report.endpoint.protocol).name.clone(),
        }
    }
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

/// The most telling facts, short enough for one line.
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
        _ => String::new(),
    }
}

fn milliseconds(elapsed: std::time::Duration) -> String {
    format!("{:.1} ms", elapsed.as_secs_f64() * 1000.0)
}
