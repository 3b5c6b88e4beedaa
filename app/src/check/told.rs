//! The part of a test about what mail programs are told: in words, among the tested servers and the findings.

use std::sync::Arc;

use probe::Endpoint;

use super::event::{FindingWords, Mark, More, ServicePlan, StepWords, TestEvent};
use super::words::lines;
use crate::address::Domain;
use crate::content::template::Template;
use crate::published::state::TEST_DEADLINE;
use crate::published::words::{
    DifferentValue, ProgramsValue, PublishedWords, ReasonValue, TakesValue, ToldWords, of_domain,
};
use crate::published::{
    Difference, Offer, Publication, Seen, SourceComparison, Status, Told, Verdict,
};
use crate::texts::Texts;

/// More services of one place are not shown.
const MAX_SHOWN: usize = 8;

/// What is needed to present it.
pub(super) struct PublishedPart {
    pub(super) texts: Arc<Texts>,
    pub(super) domain: Domain,
    /// Its place among the services of the plan.
    pub(super) service: usize,
}

impl PublishedPart {
    /// It stands behind the servers. It is neither about receiving mail nor about sending.
    pub(super) fn plan(&self) -> ServicePlan {
        let line = &self.words().line;
        ServicePlan {
            name: line.name.clone(),
            address: of_domain(&line.address, &self.domain),
            sends: None,
            doing: line.doing.clone(),
            steps: 1,
        }
    }

    /// What was seen, place by place, and what it means.
    pub(super) fn events(&self, seen: Option<&Seen>) -> Vec<TestEvent> {
        let service = self.service;
        let publication = seen.map(|seen| &*seen.publication);
        let sources = publication.map_or(&[][..], |publication| &publication.sources);
        let shown = sources
            .iter()
            .filter(|source| source.status != Status::Absent);
        let steps = shown.map(|source| TestEvent::Step {
            service,
            step: self.step(source, publication),
            next: None,
        });
        let (mark, text) = self.verdict(publication);
        let age = seen.map(|seen| seen.at.elapsed());
        let text = match age.filter(|age| *age > TEST_DEADLINE) {
            Some(age) => self.texts.test.shared_verdict(text, age),
            // It was asked beside this test.
            None => text.to_owned(),
        };
        let verdict = TestEvent::Verdict {
            service,
            mark,
            text,
        };
        steps.chain([verdict]).collect()
    }

    /// What a customer must know of it, if anything.
    pub(super) fn finding(&self, publication: &Publication) -> Option<FindingWords> {
        let words = self.words();
        let misled: Vec<(Harm, &Told)> = publication
            .misled()
            .filter_map(|told| Some((Harm::of(told)?, told)))
            .collect();
        let gravest = misled.iter().map(|(harm, _)| *harm).min()?;
        let mut sentences = vec![words.finding.explanation().to_owned()];
        for harm in Harm::ALL {
            let programs = misled.iter().filter(|(other, _)| *other == harm);
            let programs: Vec<&str> = programs
                .map(|(_, told)| words.program(told.program))
                .collect();
            if !programs.is_empty() {
                let programs = self.texts.words.list(programs);
                let text = harm.words(&words.told);
                sentences.push(text.fill(|ProgramsValue::Programs| &programs));
            }
        }
        Some(FindingWords {
            mark: Mark::Notice,
            title: words.finding.title(gravest.is_wrong()).to_owned(),
            explanation: sentences.join(" "),
            advice: lines(words.finding.advice().map(str::to_owned)),
            more: Some(More {
                text: words.finding.more().to_owned(),
                href: format!("/settings/{}", self.domain),
            }),
        })
    }

    fn words(&self) -> &PublishedWords {
        &self.texts.published
    }

    fn verdict(&self, publication: Option<&Publication>) -> (Mark, &str) {
        let line = &self.words().line;
        let Some(publication) = publication else {
            return (Mark::Skipped, &line.unknown);
        };
        match publication.status() {
            Status::Unreachable => (Mark::Skipped, &line.unknown),
            Status::Absent => (Mark::Good, &line.absent),
            Status::Same => (Mark::Good, &line.same),
            Status::Differs if publication.misled().next().is_some() => {
                (Mark::Notice, &line.differs)
            }
            // What differs is in a place that no program believes.
            Status::Differs => (Mark::Good, &line.same),
        }
    }

    fn step(&self, source: &SourceComparison, publication: Option<&Publication>) -> StepWords {
        let facts = &self.words().facts;
        let (mark, found) = match source.status {
            Status::Same | Status::Absent => (Mark::Good, String::new()),
            Status::Differs => (Mark::Notice, facts.differs.clone()),
            Status::Unreachable => (Mark::Skipped, facts.unreachable.clone()),
        };
        StepWords {
            mark,
            name: self.words().source(source.source, &self.domain),
            found,
            time: String::new(),
            facts: self.facts(source, publication),
            server_reply: None,
        }
    }

    fn facts(
        &self,
        source: &SourceComparison,
        publication: Option<&Publication>,
    ) -> Vec<(String, String)> {
        let words = self.words();
        let why = source.why.clone();
        let mut facts: Vec<(String, String)> = why
            .map(|why| (words.facts.reason.clone(), why))
            .into_iter()
            .collect();
        facts.extend(source.offers.iter().take(MAX_SHOWN).map(|offer| {
            let protocol = self.texts.words.protocol(offer.service.protocol);
            (protocol.name.clone(), self.offer(offer))
        }));
        let told = publication.iter().flat_map(|publication| &publication.told);
        let told = told.filter(|told| told.source == source.source);
        facts.extend(told.map(|told| {
            let program = words.program(told.program).to_owned();
            (program, self.told(told))
        }));
        facts
    }

    /// What a program makes of a place, for people who help.
    fn told(&self, told: &Told) -> String {
        let words = self.words();
        match &told.verdict {
            Verdict::CannotUse(why) => {
                let reason = words.reason(*why);
                words.facts.cannot.fill(|ReasonValue::Reason| reason)
            }
            Verdict::Offers(_) if !told.is_misled() => words.facts.right.clone(),
            Verdict::Offers(offers) => {
                let services: Vec<String> =
                    offers.iter().map(|offer| self.service(offer)).collect();
                let services = self.texts.words.list(services.iter().map(String::as_str));
                words.facts.takes.fill(|TakesValue::Services| &services)
            }
        }
    }

    /// A service, and in what it differs.
    fn offer(&self, offer: &Offer) -> String {
        let service = self.service(offer);
        if offer.differences.is_empty() {
            return service;
        }
        let words = self.words();
        let language = &self.texts.language;
        let differences = offer.differences.iter();
        let differences: Vec<String> = differences
            .map(|difference| words.difference(difference, language))
            .collect();
        let differences = differences.join(", ");
        words.facts.different.fill(|value| match value {
            DifferentValue::Service => &service,
            DifferentValue::Differences => &differences,
        })
    }

    fn service(&self, offer: &Offer) -> String {
        let service = &offer.service;
        let security = &self.texts.words.security(service.security).name;
        match service.host.of(&self.domain) {
            Some(host) => {
                let endpoint = Endpoint {
                    id: String::new(),
                    protocol: service.protocol,
                    host,
                    port: service.port,
                    security: service.security,
                };
                self.texts.test.address(&endpoint, security)
            }
            // The name is too long for the DNS.
            None => service.host.to_string(),
        }
    }
}

/// What a program does to its user, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Harm {
    Unencrypted,
    WrongServer,
    WrongUserName,
    WrongSignIn,
    PopFirst,
    CannotUse,
}

impl Harm {
    const ALL: [Self; 6] = [
        Self::Unencrypted,
        Self::WrongServer,
        Self::WrongUserName,
        Self::WrongSignIn,
        Self::PopFirst,
        Self::CannotUse,
    ];

    /// The gravest that a program does.
    fn of(told: &Told) -> Option<Self> {
        let Verdict::Offers(offers) = &told.verdict else {
            return Some(Self::CannotUse);
        };
        let differences = offers.iter().flat_map(|offer| &offer.differences);
        let harms = differences.map(|difference| match difference {
            Difference::Unencrypted => Self::Unencrypted,
            Difference::KnownWrong(_)
            | Difference::Protocol
            | Difference::Host
            | Difference::Port
            | Difference::Security => Self::WrongServer,
            Difference::UserName => Self::WrongUserName,
            Difference::SignIn => Self::WrongSignIn,
            Difference::PopFirst => Self::PopFirst,
        });
        harms.min()
    }

    /// Whether its user gets what does not work, or is not protected.
    fn is_wrong(self) -> bool {
        self < Self::PopFirst
    }

    fn words(self, words: &ToldWords) -> &Template<ProgramsValue> {
        match self {
            Self::Unencrypted => &words.unencrypted,
            Self::WrongServer => &words.wrong_server,
            Self::WrongUserName => &words.wrong_user_name,
            Self::WrongSignIn => &words.wrong_sign_in,
            Self::PopFirst => &words.pop_first,
            Self::CannotUse => &words.cannot_use,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::check::event::{Plan, Progress};
    use crate::check::report::{Report, ReportLabels};
    use crate::published::testing::{DOMAIN, group, observed};

    fn part() -> PublishedPart {
        PublishedPart {
            texts: Texts::english(),
            domain: DOMAIN.parse().unwrap(),
            service: 0,
        }
    }

    fn seen(published: &str) -> Seen {
        let publication = Publication::new(DOMAIN.parse().unwrap(), &group(), observed(published));
        Seen {
            publication: Arc::new(publication),
            at: Instant::now(),
        }
    }

    const IMAP: &str = "imap mail.example.net 993 tls full password";
    const SMTP: &str = "smtp smtp.example.net 587 starttls full password";

    #[test]
    fn a_customer_is_told_only_of_programs_that_are_misled() {
        for (published, mark, finding) in [
            (format!("autoconfig: {IMAP}, {SMTP}"), Mark::Good, None),
            ("ispdb: -".to_owned(), Mark::Good, None),
            ("ispdb: ?".to_owned(), Mark::Skipped, None),
            // The list is wrong, and no program gets as far as there.
            (
                format!(
                    "autoconfig: {IMAP}, {SMTP}\nispdb: imap old.example 993 tls full password, {SMTP}"
                ),
                Mark::Good,
                None,
            ),
            (
                format!("ispdb: pop3 pop.example.net 995 tls, {IMAP}, {SMTP}"),
                Mark::Notice,
                Some(
                    "Thunderbird will offer you POP first, so choose IMAP there. Geary will find nothing to use and \
                     ask you for the settings.",
                ),
            ),
            (
                format!(
                    "ispdb: imap old.example 993 tls full password, {SMTP}\nautodiscover: {IMAP}, smtp mail.example.net 25 none"
                ),
                Mark::Notice,
                Some(
                    "Outlook for Windows up to 2019 will offer you a connection without encryption. Do not use it: \
                     others could read your password. Thunderbird, Thunderbird for Android and Geary will offer you \
                     the wrong server.",
                ),
            ),
            (
                format!("srv: {IMAP}, !smtp smtp.example.net 465 starttls"),
                Mark::Notice,
                Some("Programs that ask the DNS will offer you the wrong server."),
            ),
        ] {
            let (part, seen) = (part(), seen(&published));
            let found = part.finding(&seen.publication);
            let said = found.as_ref().map(|finding| {
                let explanation = finding.explanation.as_str();
                explanation.split_once(". ").map_or("", |(_, rest)| rest)
            });
            assert_eq!(said, finding, "{published}");
            let verdict = part.events(Some(&seen)).pop();
            let Some(TestEvent::Verdict { mark: found, .. }) = verdict else {
                panic!("{published}: {verdict:?}")
            };
            assert_eq!(found, mark, "{published}");
        }
    }

    #[test]
    fn the_finding_leads_to_the_settings_and_names_what_is_grave() {
        for (published, title) in [
            (
                "ispdb: imap old.example 993 tls full password",
                "Some mail programs need your help",
            ),
            (
                "ispdb: imap old.example 993 tls full password, smtp smtp.example.net 587 starttls full password",
                "Some mail programs find the wrong settings",
            ),
        ] {
            let finding = part().finding(&seen(published).publication).unwrap();
            assert!(finding.title.starts_with(title), "{}", finding.title);
            assert_eq!(finding.more.unwrap().href, "/settings/example.net");
            assert!(finding.advice.contains("by hand"), "{}", finding.advice);
        }
    }

    #[test]
    fn the_report_has_the_facts_for_people_who_help() {
        let part = part();
        let seen = seen(&format!(
            "autoconfig: -\nispdb: pop3 pop.example.net 995 tls, imap imap.example.net 143 starttls, {SMTP}\nsrv: ?"
        ));
        let mut progress = Progress::default();
        progress.apply(TestEvent::Plan(Plan {
            services: vec![part.plan()],
            labels: part.texts.test.labels(Default::default()),
        }));
        part.events(Some(&seen))
            .into_iter()
            .for_each(|event| progress.apply(event));
        let report = Report {
            tested: Some((String::new(), progress)),
            ..Report::default()
        };
        let text = report.text(&ReportLabels::of(&part.texts.guide.words.report));
        for line in [
            "What mail programs are told about these addresses (Settings that are published for example.net): \
             Not everywhere the right settings",
            "- Thunderbird’s list of mail providers [Note] Not the documented settings",
            "    Incoming mail (POP): pop.example.net, port 995, SSL/TLS: POP stands before IMAP",
            "    Incoming mail (IMAP): imap.example.net, port 143, STARTTLS: known to be wrong (Guessed by some \
             programs), another server, another port, another kind of encryption",
            "    Outgoing mail (SMTP): smtp.example.net, port 587, STARTTLS",
            "    Thunderbird: takes pop.example.net, port 995, SSL/TLS and smtp.example.net, port 587, STARTTLS",
            "    Geary: cannot use it: it reads the first server only, and that is POP",
            "- SRV records in the DNS [Not tested] Could not be asked",
            "    Reason: no answer",
        ] {
            assert!(
                text.lines().any(|found| found.trim_end().starts_with(line)),
                "{line}\n{text}"
            );
        }
        assert!(!text.contains("autoconfig.example.net"), "{text}");
    }
}
