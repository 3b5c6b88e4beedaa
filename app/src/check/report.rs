//! What was found, as a text for the people who help.
//!
//! The browser makes it from what it keeps; without scripts the page of results has it. The
//! address is masked, and no password can be in it: none is in what a test tells, and what servers say is
//! told without the name of the mailbox.

use std::fmt::Write as _;

use super::event::{Progress, ResultLabel};

/// What stands before each line of the report.
///
/// They are sent to the browser as one text, a line each, because deserializing a structure would add
/// several kilobytes to the bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportLabels(Vec<String>);

/// The lines, in the order in which their labels are kept.
#[derive(Clone, Copy)]
enum ReportLabel {
    Title,
    Code,
    Time,
    Provider,
    Address,
    Program,
    Device,
    Tested,
    NotTested,
    Found,
    Answers,
}

impl ReportLabels {
    /// The labels as they were written.
    pub fn read(text: &str) -> Self {
        Self(text.lines().map(str::to_owned).collect())
    }

    /// The labels, one on each line.
    #[cfg(feature = "ssr")]
    pub fn of(words: &crate::guide::words::ReportWords) -> Self {
        let labels = [
            &words.title,
            &words.code,
            &words.time,
            &words.provider,
            &words.address,
            &words.program,
            &words.device,
            &words.tested,
            &words.not_tested,
            &words.found,
            &words.answers,
        ];
        Self(labels.map(Clone::clone).to_vec())
    }

    /// The text that [`Self::read`] understands.
    pub fn text(&self) -> String {
        self.0.join("\n")
    }

    fn of_line(&self, label: ReportLabel) -> &str {
        self.0.get(label as usize).map_or("", String::as_str)
    }
}

/// What is reported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// When it was made, in UTC.
    pub time: String,
    /// The address as it was typed.
    pub address: String,
    /// The provider.
    pub provider: String,
    /// The mail program, where one was chosen.
    pub program: String,
    /// What the browser says about itself.
    pub device: String,
    /// When the connection was tested, in UTC, and what it found.
    pub tested: Option<(String, Progress)>,
    /// What was asked and answered.
    pub answers: Vec<(String, String)>,
}

impl Report {
    /// The report as text.
    pub fn text(&self, labels: &ReportLabels) -> String {
        let label = |label| labels.of_line(label);
        let mut out = format!("{}\n", label(ReportLabel::Title));
        let mut line = |name: &str, value: &str| {
            if !value.is_empty() {
                let _ = writeln!(out, "{name}: {value}");
            }
        };
        line(label(ReportLabel::Code), self.code());
        line(label(ReportLabel::Time), &self.time);
        line(label(ReportLabel::Provider), &self.provider);
        line(label(ReportLabel::Address), &masked(&self.address));
        line(label(ReportLabel::Program), &self.program);
        line(label(ReportLabel::Device), &self.device);
        let tested = self.tested.as_ref();
        let when = tested.map_or(label(ReportLabel::NotTested), |(when, _)| when);
        line(label(ReportLabel::Tested), when);
        if let Some((_, progress)) = tested {
            for finding in &progress.findings {
                let _ = writeln!(out, "{}: {}", label(ReportLabel::Found), finding.title);
            }
            for service in &progress.services {
                let plan = &service.plan;
                let _ = writeln!(out, "\n{} ({}): {}", plan.name, plan.address, service.text);
                for step in &service.steps {
                    let mark = progress.labels.mark(step.mark);
                    let _ = write!(out, "- {} [{mark}] {} {}", step.name, step.found, step.time);
                    for (name, value) in &step.facts {
                        let _ = write!(out, "\n    {name}: {value}");
                    }
                    if let Some(reply) = &step.server_reply {
                        let _ = write!(
                            out,
                            "\n    {} {reply}",
                            progress.labels.of(ResultLabel::ServerReply)
                        );
                    }
                    out.push('\n');
                }
            }
        }
        if !self.answers.is_empty() {
            let _ = writeln!(out, "\n{}", label(ReportLabel::Answers));
            for (question, answer) in &self.answers {
                let _ = writeln!(out, "- {question} {answer}");
            }
        }
        self.without_address(&out)
    }

    /// The same for programs. `events` are the lines of the test as they came from the server.
    #[cfg(any(feature = "hydrate", test))]
    pub fn json(&self, events: &[String]) -> String {
        let text = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let answers = self.answers.iter().map(|(question, answer)| {
            format!(
                "{{\"question\":{},\"answer\":{}}}",
                text(question),
                text(answer)
            )
        });
        let tested = self.tested.as_ref();
        let tested = tested.map_or("null".to_owned(), |(when, _)| text(when));
        let out = format!(
            "{{\"code\":{},\"time\":{},\"provider\":{},\"address\":{},\"program\":{},\"browser\":{},\"tested\":{tested},\"answers\":[{}],\"events\":[{}]}}\n",
            text(self.code()),
            text(&self.time),
            text(&self.provider),
            text(&masked(&self.address)),
            text(&self.program),
            text(&self.device),
            answers.collect::<Vec<_>>().join(","),
            events.join(","),
        );
        self.without_address(&out)
    }

    /// What to say on the phone; whoever helps types it into the search. Empty where a test found nothing wrong.
    pub fn code(&self) -> &str {
        self.tested
            .as_ref()
            .map_or("", |(_, progress)| &progress.code)
    }

    /// A server may have repeated the address in its own words.
    fn without_address(&self, text: &str) -> String {
        let address = self.address.trim();
        if address.contains('@') {
            text.replace(address, &masked(address))
        } else {
            text.to_owned()
        }
    }
}

/// An address of which only the first letter and the domain are left: `j…@example.net`.
pub fn masked(address: &str) -> String {
    match address.trim().rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).collect();
            format!("{first}…@{domain}")
        }
        None => address.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::event::{Mark, ServicePlan, ServiceProgress, StepWords};
    use crate::texts::Texts;

    fn report() -> Report {
        let step = StepWords {
            mark: Mark::Bad,
            name: "Sign in".into(),
            found: "Refused".into(),
            time: "3 ms".into(),
            facts: vec![("Way".into(), "PLAIN".into())],
            server_reply: Some("NO jane.doe@example.net is unknown".into()),
        };
        let service = ServiceProgress {
            plan: ServicePlan {
                name: "Incoming mail".into(),
                address: "mail.example.net, port 993".into(),
                sends: Some(false),
                doing: String::new(),
                steps: 1,
            },
            mark: Mark::Bad,
            text: "The password was refused".into(),
            steps: vec![step],
        };
        let progress = Progress {
            services: vec![service],
            code: "IMAP sign-in-refused".into(),
            ..Progress::default()
        };
        Report {
            time: "2026-11-23T12:00:00Z".into(),
            address: " jane.doe@example.net".into(),
            provider: "Example".into(),
            tested: Some(("2026-11-23T11:59:00Z".into(), progress)),
            answers: vec![("What goes \"wrong\"?".into(), "I cannot send".into())],
            ..Report::default()
        }
    }

    #[test]
    fn the_report_tells_everything_but_the_address() {
        let labels = ReportLabels::of(&Texts::english().guide.words.report);
        let report = report();
        let events = [r#"{"step":{"said":"jane.doe@example.net"}}"#.to_owned()];
        let (text, json) = (
            report.text(&ReportLabels::read(&labels.text())),
            report.json(&events),
        );
        for part in [
            "Code: IMAP sign-in-refused",
            "11:59",
            "Refused",
            "PLAIN",
            "is unknown",
            "I cannot send",
            "j…@example.net",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(
            !text.contains("jane") && !json.contains("jane"),
            "{text}{json}"
        );
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["code"], report.code());
        assert_eq!(json["answers"][0]["question"], "What goes \"wrong\"?");
        assert_eq!(json["events"][0]["step"]["said"], "j…@example.net");
    }

    #[test]
    fn without_a_finding_there_is_no_code() {
        let report = Report {
            tested: None,
            ..report()
        };
        let labels = ReportLabels::of(&Texts::english().guide.words.report);
        let text = report.text(&labels);
        assert_eq!(report.code(), "");
        assert!(!text.contains("Code"), "{text}");
    }

    #[test]
    fn addresses_are_masked() {
        for (address, expected) in [
            ("jane@example.net", "j…@example.net"),
            (" \"a@b\"@example.net", "\"…@example.net"),
            ("example.net", "example.net"),
            ("", ""),
        ] {
            assert_eq!(masked(address), expected);
        }
    }
}
