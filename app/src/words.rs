//! The words for what the probe finds: every cause, stage, protocol and kind of security.
//!
//! All of them stand in `content/<language>/outcomes.toml`. Reading that file checks that no outcome
//! is without words and that every placeholder is known, so showing a finding cannot fail.

use std::collections::BTreeMap;

use probe::client_profiles::Reason;
use probe::{Cause, Endpoint, EndpointReport, Finding, Outcome, Protocol, Security, Stage};
use serde::Deserialize;

use crate::content::Files;
use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::{Plain, Template, placeholders, plain};
use crate::content::words::words;

/// All words of one language.
#[derive(Clone, Debug)]
pub struct OutcomeWords {
    /// Has every outcome; `read` makes sure of it.
    steps: BTreeMap<Outcome, String>,
    /// Has every cause; `read` makes sure of it.
    causes: BTreeMap<Cause, CauseText>,
    stages: Stages,
    protocols: Protocols,
    securities: Securities,
    subject: SubjectWords,
    list: ListWords,
    clients: ClientTitles,
    /// Has every reason; `read` makes sure of it.
    client_reasons: BTreeMap<Reason, String>,
}

/// The words around the list of mail programs that fit a server, for operators.
#[derive(Clone, Debug)]
pub struct ClientTitles {
    /// Stands above it.
    pub title: String,
    /// Says of a program that something was concluded from others.
    pub derived: String,
}

impl OutcomeWords {
    /// The built-in words of a language, without its other texts.
    ///
    /// # Errors
    ///
    /// There is no such language, or the first fault of its file.
    pub fn built_in(language: &str) -> Result<Self, String> {
        let files = Files::built_in()?;
        Self::read(&files.folder(language).file("outcomes.toml")?)
    }

    /// The built-in words in American English.
    #[cfg(test)]
    pub(crate) fn english() -> Self {
        Self::built_in("en").expect("a test reads them")
    }

    /// Reads the words of a language from its file.
    ///
    /// # Errors
    ///
    /// The first fault, with its file, and with its line where the fault has a place in the file.
    pub(crate) fn read(file: &File) -> Result<Self, String> {
        let words: WordsFile = file.toml()?;
        let outcomes = Table::new(file, "outcome", "the code of an outcome");
        let declared = Outcome::ALL
            .iter()
            .map(|outcome| (outcome.code(), *outcome));
        let outcomes = words.outcome.map(&outcomes, declared)?;
        let joint = Table::new(file, "joint", "the code of a joint cause");
        let declared = Cause::JOINT.iter().map(|cause| (cause.code(), *cause));
        let mut causes = words.joint.map(&joint, declared)?;
        let reasons = Table::new(file, "clients.reason", "the code of a reason");
        let declared = Reason::ALL.iter().map(|reason| (reason.code(), *reason));
        let reasons = words.clients.reason.map(&reasons, declared)?.into_iter();
        let mut steps = BTreeMap::new();
        for (outcome, words) in outcomes {
            steps.insert(outcome, words.step);
            let text = CauseText {
                title: words.title,
                explanation: words.explanation,
                advice: words.advice,
            };
            causes.insert(Cause::Outcome(outcome), text);
        }
        Ok(Self {
            steps,
            causes,
            stages: words.stage,
            protocols: words.protocol,
            securities: words.security,
            subject: words.subject,
            list: words.list,
            clients: ClientTitles {
                title: words.clients.title.0,
                derived: words.clients.derived.0,
            },
            client_reasons: reasons.map(|(reason, words)| (reason, words.0)).collect(),
        })
    }

    /// A few words for the list of steps.
    pub fn step(&self, outcome: Outcome) -> &str {
        &self.steps[&outcome]
    }

    /// The words around the list of mail programs that fit a server.
    pub fn clients(&self) -> &ClientTitles {
        &self.clients
    }

    /// Why a mail program cannot use a server, in a few words for operators.
    pub fn client_reason(&self, reason: Reason) -> &str {
        &self.client_reasons[&reason]
    }

    /// The sentences for what was found.
    pub fn cause(&self, cause: Cause) -> &CauseText {
        &self.causes[&cause]
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
            Stage::Sending => &stages.sending,
            Stage::Delivery => &stages.delivery,
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
    pub fn security(&self, security: Security) -> &SecurityText {
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
    ) -> RenderedText {
        let named = |ids: &[String]| {
            let endpoints = reports.iter().map(|report| &report.endpoint);
            let named = endpoints.filter(|endpoint| ids.contains(&endpoint.id));
            named.collect::<Vec<_>>()
        };
        let subject = self.subject(named(&finding.endpoints), named(&finding.instead), provider);
        self.cause(finding.cause).fill(&subject)
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
            instead: self.list(instead),
            service: self.list(services),
            host: self.list(hosts),
            port: self.ports(&ports),
            provider: provider.unwrap_or(&self.subject.provider).to_owned(),
        }
    }

    /// Joins different names as in a sentence: `a, b and c`.
    pub fn list<S: AsRef<str>>(&self, names: impl IntoIterator<Item = S>) -> String {
        let mut different: Vec<S> = Vec::new();
        for name in names {
            if !different
                .iter()
                .any(|known| known.as_ref() == name.as_ref())
            {
                different.push(name);
            }
        }
        let last = different.len().saturating_sub(1);
        let mut names = different.iter().enumerate();
        let first = names.next().map(|(_, name)| name.as_ref().to_owned());
        names.fold(first.unwrap_or_default(), |list, (position, name)| {
            let words = match position == last {
                true => &self.list.last,
                false => &self.list.next,
            };
            words.fill(|value| match value {
                ListValue::List => list.as_str(),
                ListValue::Name => name.as_ref(),
            })
        })
    }

    /// One or several ports with the word for them.
    fn ports(&self, ports: &[String]) -> String {
        let several = ports.iter().any(|port| *port != ports[0]);
        match several {
            true => self
                .subject
                .ports
                .fill(|PortsValue::Ports| self.list(ports)),
            false => self.subject.port.fill(|PortValue::Port| self.list(ports)),
        }
    }

    /// A server with what must be set to reach it.
    fn place(&self, endpoint: &Endpoint) -> String {
        self.subject.place.fill(|value| match value {
            PlaceValue::Host => endpoint.host.to_string(),
            PlaceValue::Port => endpoint.port.to_string(),
            PlaceValue::Security => self.security(endpoint.security).name.clone(),
        })
    }
}

/// The sentences for one cause.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CauseText {
    title: Template<CauseValue>,
    explanation: Template<CauseValue>,
    advice: Vec<Template<CauseValue>>,
}

impl CauseText {
    /// The title without a subject, as it stands in a list of codes.
    pub fn title(&self) -> String {
        self.title.fill(|_| "…")
    }

    /// The sentences, about this subject.
    pub fn fill(&self, subject: &Subject) -> RenderedText {
        let fill = |text: &Template<CauseValue>| text.fill(|value| subject.value(value));
        RenderedText {
            title: fill(&self.title),
            explanation: fill(&self.explanation),
            advice: self.advice.iter().map(fill).collect(),
        }
    }
}

/// What to tell the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedText {
    /// What was found, in one short sentence.
    pub title: String,
    /// What it means for the customer.
    pub explanation: String,
    /// What to do next, sentence by sentence.
    pub advice: Vec<String>,
}

/// What a sentence is about. Made by [`OutcomeWords::subject`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The services as they stand within a sentence: `incoming mail (IMAP) and outgoing mail (SMTP)`.
    pub service: String,
    /// The names of the servers.
    pub host: String,
    /// The ports, with the word for them: `ports 587 and 465`.
    pub port: String,
    /// The name of the provider.
    pub provider: String,
    /// The servers that work in place of these, each with its port and security. Empty when the
    /// finding names none.
    pub instead: String,
}

impl Subject {
    fn value(&self, value: CauseValue) -> &str {
        match value {
            CauseValue::Service => &self.service,
            CauseValue::Host => &self.host,
            CauseValue::Port => &self.port,
            CauseValue::Provider => &self.provider,
            CauseValue::Instead => &self.instead,
        }
    }
}

placeholders! {
    /// In sentences about a cause.
    CauseValue {
        Host = "host",
        Service = "service",
        Port = "port",
        Provider = "provider",
        Instead = "instead",
    }

    /// In the name of a server with what must be set to reach it.
    PlaceValue { Host = "host", Port = "port", Security = "security" }

    /// In the name of one port.
    PortValue { Port = "port" }

    /// In the names of several ports.
    PortsValue { Ports = "ports" }

    /// In a list that grows by a name.
    ListValue { List = "list", Name = "name" }
}

words! {
    /// The words for one stage: what is done, as a heading ("Find the server"), and what is being done now
    /// ("Looking up the server's address…").
    StageWords: name doing
}

words! {
    /// The words for one protocol: as a heading ("Incoming mail (IMAP)"), and within a sentence ("incoming
    /// mail (IMAP)").
    ProtocolWords: name in_sentence
}

words! {
    /// How a connection is protected: what most mail programs call it, and what it means.
    SecurityText: name plain
}

words! {
    /// What sentences are about: the provider, where its name is not known; a server; one port and several.
    SubjectWords: provider; place(PlaceValue) port(PortValue) ports(PortsValue)
}

words! {
    /// How names are joined: all but the last, and the last.
    ListWords:; next(ListValue) last(ListValue)
}

words! {
    /// The words for all protocols.
    Protocols { imap: ProtocolWords, pop3: ProtocolWords, smtp: ProtocolWords, }
}

words! {
    /// The words for all kinds of security.
    Securities { tls: SecurityText, starttls: SecurityText, none: SecurityText, }
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
    sending: StageWords,
    delivery: StageWords,
    close: StageWords,
    other_addresses: StageWords,
    published: StageWords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
    subject: SubjectWords,
    list: ListWords,
    protocol: Protocols,
    security: Securities,
    stage: Stages,
    outcome: ById<OutcomeText>,
    joint: ById<CauseText>,
    clients: ClientWords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientWords {
    title: Plain,
    derived: Plain,
    reason: ById<Plain>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutcomeText {
    #[serde(deserialize_with = "plain")]
    step: String,
    title: Template<CauseValue>,
    explanation: Template<CauseValue>,
    advice: Vec<Template<CauseValue>>,
}

#[cfg(test)]
mod tests;
