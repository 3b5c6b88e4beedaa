//! Puts what the probe found into words.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use probe::{
    Cause, Endpoint, EndpointReport, Facts, Finding, Judgement, Outcome, Protocol, Security,
    Severity, Side, Stage, State, Step,
};
use time::UtcDateTime;

use super::event::{FindingWords, Mark, More, Plan, ServicePlan, StepWords, TestEvent};
use super::mask::Mask;
use super::words::lines;
use crate::guide::destination::Destination;
use crate::record::Link;
use crate::texts::Texts;

/// What is needed to present one test.
pub(super) struct Presenter {
    pub(super) texts: Arc<Texts>,
    pub(super) provider: String,
    /// Where the provider's mail is read in the browser.
    pub(super) webmail: Option<Link>,
    pub(super) with_password: bool,
    /// Whether a message from the customer to the customer is to be sent.
    pub(super) with_message: bool,
    /// Whose mailbox the servers may name. They know of none if nobody signs in.
    pub(super) mask: Option<Mask>,
    /// Which services are not in the provider's own table: mail works without them.
    pub(super) alternatives: Vec<bool>,
    pub(super) endpoints: Vec<Endpoint>,
    /// The largest message that the provider documents, in bytes.
    pub(super) message_size: Option<u64>,
    /// Since when each service is known not to work, and what is said of that.
    pub(super) checks_see: Vec<Option<(UtcDateTime, String)>>,
    /// The page about the provider's servers.
    pub(super) status_page: String,
}

/// More codes than these nobody reads out.
const MAX_CODES: usize = 2;

impl Presenter {
    /// What will be tested.
    pub(super) fn plan(&self) -> Plan {
        let services = self.endpoints.iter().map(|endpoint| {
            let stages = self.stages(endpoint);
            ServicePlan {
                name: self.texts.words.protocol(endpoint.protocol).name.clone(),
                address: self
                    .texts
                    .test
                    .address(endpoint, &self.texts.words.security(endpoint.security).name),
                sends: Some(endpoint.protocol == Protocol::Smtp),
                doing: self.texts.words.stage(Stage::Dns).doing.clone(),
                steps: stages.len(),
            }
        });
        Plan {
            services: services.collect(),
            labels: self.texts.test.labels(self.webmail()),
        }
    }

    fn webmail(&self) -> (String, String) {
        let word = &self.texts.pages.links.webmail_word;
        let link = self.webmail.as_ref();
        link.map(|link| (word.clone(), link.url.to_string()))
            .unwrap_or_default()
    }

    /// One step of one service.
    pub(super) fn step(&self, service: usize, step: &Step) -> TestEvent {
        let next = self.endpoints.get(service).and_then(|endpoint| {
            let stages = self.stages(endpoint);
            let after = stages
                .iter()
                .skip_while(|stage| **stage != step.stage)
                .nth(1)?;
            let goes_on = step.outcome.severity() < Severity::Failure;
            goes_on.then(|| self.texts.words.stage(*after).doing.clone())
        });
        // What was not done took no time, and on a phone its name needs the room.
        let took = (step.state != State::Skipped).then(|| self.texts.test.time(step.elapsed));
        TestEvent::Step {
            service,
            step: StepWords {
                mark: step.state.into(),
                name: self.texts.words.stage(step.stage).name.clone(),
                found: self.found(step.outcome),
                time: took.unwrap_or_default(),
                facts: self.facts(&step.facts),
                server_reply: step.server_reply.as_deref().map(|reply| self.masked(reply)),
            },
            next,
        }
    }

    /// How a service did, in one sentence, and how long ago if it was tested for somebody else.
    pub(super) fn verdict(
        &self,
        service: usize,
        report: &EndpointReport,
        age: Option<Duration>,
    ) -> TestEvent {
        let verdicts = &self.texts.test.verdicts;
        let text = match report.outcome.severity() {
            Severity::Fine if report.signed_in() => verdicts.signed_in.clone(),
            Severity::Fine => verdicts.good.clone(),
            _ => self.texts.words.step(report.outcome).to_owned(),
        };
        let text = match age {
            Some(age) => self.texts.test.shared_verdict(&text, age),
            None => text,
        };
        let alternative = self.alternatives.get(service).copied().unwrap_or_default();
        TestEvent::Verdict {
            service,
            mark: softened(Cause::Outcome(report.outcome), alternative),
            text,
        }
    }

    /// What it all means. `beside` is about something else than the servers, so it stands last.
    pub(super) fn summary(
        &self,
        reports: &[EndpointReport],
        findings: &[Finding],
        beside: Option<FindingWords>,
    ) -> TestEvent {
        let mut findings: Vec<(FindingWords, String)> = findings
            .iter()
            .map(|finding| (self.finding(reports, finding), self.code(finding)))
            .collect();
        // Findings about optional services are listed after those about required ones.
        findings.sort_by_key(|(finding, _)| gravity(finding.mark));
        let mark = findings
            .first()
            .map_or(Mark::Good, |(finding, _)| finding.mark);
        let (mut findings, codes): (Vec<_>, Vec<_>) = findings.into_iter().unzip();
        let gravest = findings.iter().zip(codes);
        let gravest = gravest.filter(|(finding, _)| finding.mark == mark && mark != Mark::Good);
        let code: Vec<_> = gravest.map(|(_, code)| code).take(MAX_CODES).collect();
        findings.extend(beside);
        TestEvent::Summary {
            mark,
            findings,
            password: password(reports),
            code: code.join(", "),
        }
    }

    /// What to say on the phone: the code of the cause, as it is found by a search on this site, and the
    /// protocol if it is about one only.
    fn code(&self, finding: &Finding) -> String {
        let about = |endpoint: &&Endpoint| finding.endpoints.contains(&endpoint.id);
        let mut protocols = self.endpoints.iter().filter(about);
        let first = protocols.next().map(|endpoint| endpoint.protocol);
        let code = finding.cause.code();
        match first {
            Some(protocol) if protocols.all(|endpoint| endpoint.protocol == protocol) => {
                format!("{} {code}", protocol.to_string().to_uppercase())
            }
            _ => code.to_owned(),
        }
    }

    fn finding(&self, reports: &[EndpointReport], finding: &Finding) -> FindingWords {
        let about = |id: &String| finding.endpoints.contains(id);
        let filled = self
            .texts
            .words
            .finding(finding, reports, Some(&self.provider));
        let only_alternatives = self
            .endpoints
            .iter()
            .zip(&self.alternatives)
            .filter(|(endpoint, _)| about(&endpoint.id))
            .all(|(_, alternative)| *alternative);
        let mut explanation = filled.explanation;
        let fine = finding.cause == Cause::Outcome(Outcome::Ok);
        let accepted = fine && reports.iter().any(EndpointReport::signed_in);
        if accepted {
            let words = &self.texts.test.password;
            let proved = [
                (Stage::SignIn, &words.accepted),
                (Stage::Mailbox, &words.opened),
                (Stage::Sending, &words.may_send),
            ];
            for (_, text) in proved
                .iter()
                .filter(|(stage, _)| went_well(reports, *stage))
            {
                let _ = write!(explanation, " {text}");
            }
            if let Some(time) = time_on_the_way(reports) {
                let _ = write!(explanation, " {}", self.texts.test.arrived(time));
            }
        } else if fine && !self.with_password {
            let _ = write!(explanation, " {}", self.texts.test.password.not_given);
        }
        let remedies = &self.texts.guide.remedies;
        let labels = &self.texts.guide.words.remedies;
        let known = self.checks_see(finding);
        if let Some(known) = &known {
            let _ = write!(explanation, " {known}");
        }
        let target = match accepted {
            true => Some((&labels.accepted, &remedies.accepted)),
            false => remedies.target(finding.cause).map(|target| match target {
                Destination::Card(_) | Destination::Program(_) => (&labels.fix, target),
                Destination::Node(_) | Destination::Page(_) => (&labels.fine, target),
            }),
        };
        let more = match known {
            Some(_) => Some(More {
                text: self.texts.status.test.more.clone(),
                href: self.status_page.clone(),
            }),
            None => target.map(|(text, target)| More {
                text: text.clone(),
                href: target.path(),
            }),
        };
        FindingWords {
            mark: softened(finding.cause, only_alternatives),
            title: filled.title,
            explanation,
            advice: lines(filled.advice),
            more,
        }
    }

    /// Says that the checks of the site see the same, where all services of a finding about the servers are known not to work.
    fn checks_see(&self, finding: &Finding) -> Option<String> {
        if finding.cause.side() != Side::Service || finding.cause.severity() < Severity::Failure {
            return None;
        }
        let services = self.endpoints.iter().zip(&self.checks_see);
        let services = services.filter(|(endpoint, _)| finding.endpoints.contains(&endpoint.id));
        let known: Option<Vec<_>> = services.map(|(_, known)| known.as_ref()).collect();
        let (_, text) = known?.into_iter().min()?;
        Some(text.clone())
    }

    /// The stages of a healthy service, in the order in which the probe goes through them.
    fn stages(&self, endpoint: &Endpoint) -> Vec<Stage> {
        use Stage::{
            Capabilities, Certificate, Close, Connect, Delivery, Dns, Greeting, Mailbox, Sending,
            SignIn, Starttls, Tls,
        };
        let mut stages = vec![Dns, Connect];
        stages.extend_from_slice(match endpoint.security {
            Security::Tls => &[Tls, Certificate, Greeting, Capabilities],
            Security::Starttls => &[Greeting, Starttls, Tls, Certificate, Capabilities],
            Security::None => &[Greeting, Capabilities],
        });
        if self.with_password {
            stages.push(SignIn);
            // Without encryption the password is not sent, and nothing can follow it.
            if endpoint.security != Security::None {
                stages.push(match endpoint.protocol {
                    Protocol::Imap | Protocol::Pop3 => Mailbox,
                    Protocol::Smtp => Sending,
                });
                // POP3 shows nothing that arrives during a session.
                if self.with_message && endpoint.protocol != Protocol::Pop3 {
                    stages.push(Delivery);
                }
            }
        }
        stages.push(Close);
        stages
    }

    /// A server's words without the name of the mailbox.
    pub(super) fn masked(&self, words: &str) -> String {
        match &self.mask {
            Some(mask) => mask.masked(words),
            None => words.to_owned(),
        }
    }

    /// What was found, unless the sign beside the step says it all.
    fn found(&self, outcome: Outcome) -> String {
        match outcome {
            Outcome::Ok => String::new(),
            outcome => self.texts.words.step(outcome).to_owned(),
        }
    }
}

/// Whether the servers took the password, where they said so.
fn password(reports: &[EndpointReport]) -> Option<bool> {
    let judged = |judgement| {
        let mut steps = reports.iter().flat_map(|report| &report.steps);
        steps.any(|step| step.stage == Stage::SignIn && step.outcome.judgement() == judgement)
    };
    match (judged(Judgement::Accepted), judged(Judgement::Refused)) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// How long the message to oneself took.
fn time_on_the_way(reports: &[EndpointReport]) -> Option<Duration> {
    let mut steps = reports.iter().flat_map(|report| &report.steps);
    steps.find_map(|step| match step.facts {
        Facts::Delivery { on_the_way, .. } => on_the_way,
        _ => None,
    })
}

/// Whether a service has gone through a stage with nothing to say about it.
fn went_well(reports: &[EndpointReport], stage: Stage) -> bool {
    let mut steps = reports.iter().flat_map(|report| &report.steps);
    steps.any(|step| step.stage == stage && step.outcome.severity() == Severity::Fine)
}

/// A service outside the provider's table may fail without anything being wrong; what it says of
/// the account is true of the others too.
fn softened(cause: Cause, alternative: bool) -> Mark {
    let about_account = cause.side() == Side::Account;
    let mark = match cause {
        Cause::Outcome(outcome) => outcome.state().into(),
        joint if joint.severity() == Severity::Failure => Mark::Bad,
        _ => Mark::Notice,
    };
    match mark {
        Mark::Bad if alternative && !about_account => Mark::Notice,
        mark => mark,
    }
}

impl From<State> for Mark {
    /// The sign beside a step.
    fn from(state: State) -> Self {
        match state {
            State::Ok => Self::Good,
            State::Notice => Self::Notice,
            State::Failed => Self::Bad,
            State::Skipped => Self::Skipped,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{AddressOrDomain, parse_address};

    #[test]
    fn what_a_server_says_is_told_without_the_name_of_the_mailbox() {
        let Ok(AddressOrDomain::Address(address)) = parse_address("jane.doe@example.net") else {
            panic!("no address")
        };
        let mut presenter = Presenter {
            texts: Texts::english(),
            webmail: None,
            provider: "Example".into(),
            with_password: true,
            with_message: true,
            mask: Some(Mask::of(&address)),
            alternatives: vec![false],
            endpoints: vec![Endpoint {
                id: "imap".into(),
                protocol: Protocol::Imap,
                host: "mail.example.net".parse().unwrap(),
                port: 993.try_into().unwrap(),
                security: Security::Tls,
            }],
            message_size: None,
            checks_see: vec![None],
            status_page: "/status".to_owned(),
        };
        let said = "NO Jane.Doe@Example.net (jane.doe) is unknown to mail.example.net";
        let step = Step {
            server_reply: Some(said.to_owned()),
            ..Step::new(Stage::SignIn, Outcome::WrongCredentials, Duration::ZERO)
        };
        let told = |presenter: &Presenter| match presenter.step(0, &step) {
            TestEvent::Step { step, .. } => step.server_reply,
            other => panic!("{other:?}"),
        };
        let masked = "NO J…@Example.net (j…) is unknown to mail.example.net";
        assert_eq!(told(&presenter).as_deref(), Some(masked));
        let delivery = Step {
            facts: Facts::Delivery {
                on_the_way: None,
                folder: Some("user/jane.doe/Junk".to_owned()),
                spf: None,
                dkim: None,
                dmarc: None,
            },
            ..Step::new(Stage::Delivery, Outcome::MessageInJunk, Duration::ZERO)
        };
        let TestEvent::Step {
            step: told_step, ..
        } = presenter.step(0, &delivery)
        else {
            panic!("a step")
        };
        let folder = told_step.facts.iter().map(|(_, value)| value.as_str());
        assert_eq!(folder.collect::<Vec<_>>(), ["user/j…/Junk"]);
        presenter.mask = None;
        let doing = |presenter: &Presenter| {
            let mailbox = Step::new(Stage::Mailbox, Outcome::Ok, Duration::ZERO);
            match presenter.step(0, &mailbox) {
                TestEvent::Step { next, .. } => next.unwrap(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(doing(&presenter), "Waiting for the message to yourself…");
        presenter.with_message = false;
        assert_eq!(doing(&presenter), "Closing the connection…");
        assert_eq!(told(&presenter).as_deref(), Some(said));
    }
}
