//! The words for what the probe finds: every cause, stage, protocol and kind of security.
//!
//! All of them stand in `content/<language>/outcomes.toml`. Reading that file checks that no outcome
//! is without words and that every placeholder is known, so showing a finding cannot fail.

mod template;

use std::collections::BTreeMap;

use probe::{Cause, Endpoint, EndpointReport, Finding, Outcome, Protocol, Security, Stage};
use serde::Deserialize;

use crate::content;
use crate::record::error::position;

pub use template::Subject;
use template::Template;

/// All words of one language.
#[derive(Clone, Debug)]
pub struct Words {
    /// Has every outcome; `parse` makes sure of it.
    steps: BTreeMap<Outcome, String>,
    /// Has every cause; `parse` makes sure of it.
    told: BTreeMap<Cause, Told>,
    stages: Stages,
    protocols: Protocols,
    securities: Securities,
    subject: SubjectWords,
}

impl Words {
    /// The built-in words in American English.
    pub fn english() -> Self {
        Self::read("en").expect("a test reads the built-in words")
    }

    /// Reads the words in this language.
    ///
    /// # Errors
    ///
    /// The first fault with its file and, where it is one of form, its line.
    pub fn read(language: &str) -> Result<Self, String> {
        let file = content::file(language, "outcomes.toml")?;
        parse(file.text(), &file.name)
    }

    /// A few words for the list of steps.
    pub fn step(&self, outcome: Outcome) -> &str {
        &self.steps[&outcome]
    }

    /// The sentences for what was found.
    pub fn told(&self, cause: Cause) -> &Told {
        &self.told[&cause]
    }

    /// The words for a stage of the test.
    pub fn stage(&self, stage: Stage) -> &StageWords {
        let stages = &self.stages;
        match stage {
            Stage::Dns => &stages.dns,
            Stage::Connect => &stages.connect,
            Stage::Greeting => &stages.greeting,
            Stage::Starttls => &stages.starttls,
            Stage::Tls => &stages.tls,
            Stage::Certificate => &stages.certificate,
            Stage::Capabilities => &stages.capabilities,
            Stage::SignIn => &stages.sign_in,
            Stage::Mailbox => &stages.mailbox,
            Stage::Close => &stages.close,
            Stage::OtherAddresses => &stages.other_addresses,
            Stage::Published => &stages.published,
        }
    }

    /// The words for a protocol.
    pub fn protocol(&self, protocol: Protocol) -> &ProtocolWords {
        match protocol {
            Protocol::Imap => &self.protocols.imap,
            Protocol::Pop3 => &self.protocols.pop3,
            Protocol::Smtp => &self.protocols.smtp,
        }
    }

    /// The words for how a connection is protected.
    pub fn security(&self, security: Security) -> &SecurityWords {
        match security {
            Security::Tls => &self.securities.tls,
            Security::Starttls => &self.securities.starttls,
            Security::None => &self.securities.none,
        }
    }

    /// The sentences for one finding of a run with these reports.
    pub fn finding(
        &self,
        finding: &Finding,
        reports: &[EndpointReport],
        provider: Option<&str>,
    ) -> FilledWords {
        let named = |ids: &[String]| {
            let endpoints = reports.iter().map(|report| &report.endpoint);
            let named = endpoints.filter(|endpoint| ids.contains(&endpoint.id));
            named.collect::<Vec<_>>()
        };
        let subject = self.subject(named(&finding.endpoints), named(&finding.instead), provider);
        self.told(finding.cause).fill(&subject)
    }

    /// What a sentence about these endpoints is about, and about those that work `instead`. Nothing is
    /// named twice.
    ///
    /// Without a provider, as for servers given on the command line, the sentence says "your mail provider".
    pub fn subject<'a>(
        &self,
        endpoints: impl IntoIterator<Item = &'a Endpoint>,
        instead: impl IntoIterator<Item = &'a Endpoint>,
        provider: Option<&str>,
    ) -> Subject {
        let [mut services, mut hosts, mut ports] = [const { Vec::new() }; 3];
        for endpoint in endpoints {
            services.push(self.protocol(endpoint.protocol).in_sentence.clone());
            hosts.push(endpoint.host.to_string());
            ports.push(endpoint.port.to_string());
        }
        let instead = instead.into_iter().map(|endpoint| self.place(endpoint));
        Subject {
            instead: self.list(instead.collect()),
            service: self.list(services),
            host: self.list(hosts),
            port: self.ports(ports),
            provider: provider.unwrap_or(&self.subject.provider).to_owned(),
        }
    }

    /// One or several ports with the word for them.
    fn ports(&self, ports: Vec<String>) -> String {
        let several = ports.iter().any(|port| *port != ports[0]);
        let text = if several {
            &self.subject.ports
        } else {
            &self.subject.port
        };
        text.replace("{port}", &self.list(ports))
    }

    /// A server with what must be set to reach it.
    fn place(&self, endpoint: &Endpoint) -> String {
        let Endpoint {
            host,
            port,
            security,
            ..
        } = endpoint;
        let text = self.subject.place.replace("{host}", host.as_str());
        text.replace("{port}", &port.to_string())
            .replace("{security}", &self.security(*security).name)
    }

    /// Joins names as in a sentence: `a, b and c`.
    fn list(&self, names: Vec<String>) -> String {
        let mut different: Vec<String> = Vec::new();
        for name in names {
            if !different.contains(&name) {
                different.push(name);
            }
        }
        let last = different.pop().unwrap_or_default();
        if different.is_empty() {
            return last;
        }
        format!("{} {} {last}", different.join(", "), self.subject.and)
    }
}

/// The sentences for one cause.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    title: Template,
    explanation: Template,
    advice: Template,
}

impl Told {
    /// The sentences, about this subject.
    pub fn fill(&self, subject: &Subject) -> FilledWords {
        FilledWords {
            title: self.title.fill(subject),
            explanation: self.explanation.fill(subject),
            advice: self.advice.fill(subject),
        }
    }
}

/// What to tell the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledWords {
    /// What was found, in one short sentence.
    pub title: String,
    /// What it means for the customer.
    pub explanation: String,
    /// What to do next.
    pub advice: String,
}

/// The words for one stage.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageWords {
    /// What is done, as a heading: "Find the server".
    pub name: String,
    /// What is being done now: "Looking up the server's address…".
    pub doing: String,
}

/// The words for one protocol.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolWords {
    /// As a heading: "Incoming mail (IMAP)".
    pub name: String,
    /// Within a sentence: "incoming mail (IMAP)".
    pub in_sentence: String,
}

/// The words for how a connection is protected.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityWords {
    /// What most mail programs call it.
    pub name: String,
    /// What it means.
    pub plain: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubjectWords {
    /// The provider, where its name is not known.
    provider: String,
    /// Stands before the last name of a list.
    and: String,
    /// Names a server with its port and security, within a sentence.
    place: String,
    /// Names one port.
    port: String,
    /// Names several.
    ports: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Stages {
    dns: StageWords,
    connect: StageWords,
    greeting: StageWords,
    starttls: StageWords,
    tls: StageWords,
    certificate: StageWords,
    capabilities: StageWords,
    sign_in: StageWords,
    mailbox: StageWords,
    close: StageWords,
    other_addresses: StageWords,
    published: StageWords,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Protocols {
    imap: ProtocolWords,
    pop3: ProtocolWords,
    smtp: ProtocolWords,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Securities {
    tls: SecurityWords,
    starttls: SecurityWords,
    none: SecurityWords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsTable {
    subject: SubjectWords,
    protocol: Protocols,
    security: Securities,
    stage: Stages,
    outcome: BTreeMap<String, OutcomeWords>,
    joint: BTreeMap<String, Told>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutcomeWords {
    step: String,
    title: Template,
    explanation: Template,
    advice: Template,
}

/// Reads a file of words; the error begins with the file, the line and the column.
fn parse(text: &str, file_name: &str) -> Result<Words, String> {
    let mut table: WordsTable = toml::from_str(text).map_err(|error| {
        let (line, column) = position(text, error.span().map_or(0, |span| span.start));
        format!("{file_name}:{line}:{column}: {}", error.message())
    })?;
    let missing = |name: &str, code: &str| format!("{file_name}: [{name}.{code}] is missing");
    let unknown = |name: &str, code: &str| {
        format!("{file_name}: [{name}.{code}] is nothing that the probe finds")
    };
    let (mut steps, mut told) = (BTreeMap::new(), BTreeMap::new());
    for &outcome in Outcome::ALL {
        let words = table.outcome.remove(outcome.code());
        let OutcomeWords {
            step,
            title,
            explanation,
            advice,
        } = words.ok_or_else(|| missing("outcome", outcome.code()))?;
        steps.insert(outcome, step);
        let words = Told {
            title,
            explanation,
            advice,
        };
        told.insert(Cause::Outcome(outcome), words);
    }
    for &cause in Cause::JOINT {
        let words = table.joint.remove(cause.code());
        told.insert(cause, words.ok_or_else(|| missing("joint", cause.code()))?);
    }
    if let Some(code) = table.outcome.keys().next() {
        return Err(unknown("outcome", code));
    }
    if let Some(code) = table.joint.keys().next() {
        return Err(unknown("joint", code));
    }
    let WordsTable {
        subject,
        protocol: protocols,
        security: securities,
        stage: stages,
        ..
    } = table;
    Ok(Words {
        steps,
        told,
        stages,
        protocols,
        securities,
        subject,
    })
}

#[cfg(test)]
mod tests;
