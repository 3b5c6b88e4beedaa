//! What the server tells the browser while a test runs: one JSON line each, words only.
//!
//! The browser never sees an outcome code or a host it could decide on; it folds these
//! events into a [`Progress`] and shows it. The page without scripts folds the same events.

use serde::{Deserialize, Serialize};

/// One line of the stream: `{"verdict":{…}}`, or `"done"`.
///
/// The tag is external: for an internal one serde buffers the whole event before it reads it, which costs
/// the bundle some 8 kB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestEvent {
    /// The first line: what will be tested, and the fixed words around the results. It comes once more,
    /// with nothing in it, where the test is not run to its end.
    Plan(Plan),
    /// One step of a service is done.
    Step {
        /// The position of the service in the plan.
        service: usize,
        /// What happened.
        step: StepWords,
        /// What the service does now, unless this was its last step.
        next: Option<String>,
    },
    /// A service is done.
    Verdict {
        /// The position of the service in the plan.
        service: usize,
        /// How it went.
        mark: Mark,
        /// The verdict in one short sentence.
        text: String,
    },
    /// What it all means; comes once, after every verdict.
    Summary {
        /// The gravest mark of all.
        mark: Mark,
        /// The gravest first.
        findings: Vec<FindingWords>,
        /// Whether the servers took the password, where they said so.
        password: Option<bool>,
        /// What to say on the phone for the gravest; empty where nothing is wrong.
        code: String,
    },
    /// The test was not run, or not to its end; nothing follows but [`TestEvent::Done`].
    Refused(FindingWords),
    /// The last line. A stream that ends without it was cut off.
    Done,
}

/// What will be tested.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The services, in the order in which they are shown.
    pub services: Vec<ServicePlan>,
    /// The fixed words around the results.
    pub labels: ResultLabels,
}

/// One service that will be tested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServicePlan {
    /// For example "Incoming mail (IMAP)".
    pub name: String,
    /// Server, port and security in one line.
    pub address: String,
    /// Whether mail is sent through it or received from it; neither where it is no mail server.
    pub sends: Option<bool>,
    /// What it does first.
    pub doing: String,
    /// How many steps it will take if all goes well.
    pub steps: usize,
}

/// The fixed words around the results.
///
/// They are serialized as a list, because deserializing a structure adds code to the bundle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResultLabels(pub Vec<String>);

/// One of the [`ResultLabels`], in their order.
#[derive(Clone, Copy, Debug)]
pub enum ResultLabel {
    /// Says that the test is running.
    Running,
    /// Says that nothing is wrong.
    Answers,
    /// Says that mail works, and that there is something to know.
    Note,
    /// Says that something does not work.
    Fault,
    /// Says that the test did not come to its end.
    Unfinished,
    /// Says that the test was not run.
    NotRun,
    /// Heads how receiving mail went.
    Receiving,
    /// Heads how sending mail went.
    Sending,
    /// Opens the services and their steps.
    Steps,
    /// Opens the facts of a service.
    Details,
    /// Stands before the server's own words.
    ServerReply,
    /// Stands before the advice.
    Advice,
    /// The word for webmail, and its address; empty where that is not known.
    WebmailWord,
    /// See [`Self::WebmailWord`].
    WebmailUrl,
    /// The first of the words for the marks, for people who do not see their color and for screen
    /// readers; they stand in the order of [`Mark`].
    FirstMark,
}

impl ResultLabels {
    /// The words for one place.
    pub fn of(&self, label: ResultLabel) -> String {
        self.at(label as usize)
    }

    /// The word for a mark.
    pub fn mark(&self, mark: Mark) -> String {
        self.at(ResultLabel::FirstMark as usize + mark as usize)
    }

    fn at(&self, place: usize) -> String {
        self.0.get(place).cloned().unwrap_or_default()
    }
}

/// How something went, as a sign beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Still going on.
    #[default]
    Working,
    /// As it should be.
    Good,
    /// Worth knowing.
    Notice,
    /// Does not work.
    Bad,
    /// Not done.
    Skipped,
}

impl Mark {
    /// The name that the style sheet knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Good => "good",
            Self::Notice => "notice",
            Self::Bad => "bad",
            Self::Skipped => "skipped",
        }
    }

    /// The gravest of several stands for all of them.
    fn gravity(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Skipped => 1,
            Self::Working => 2,
            Self::Notice => 3,
            Self::Bad => 4,
        }
    }
}

/// One finished step in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepWords {
    /// How it went.
    pub mark: Mark,
    /// What was done.
    pub name: String,
    /// What was found, in a few words.
    pub found: String,
    /// How long it took, for example "38 ms".
    pub time: String,
    /// The facts, as label and value.
    pub facts: Vec<(String, String)>,
    /// The server's own words.
    pub server_reply: Option<String>,
}

/// One thing to tell the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingWords {
    /// How grave it is.
    pub mark: Mark,
    /// The finding in one sentence.
    pub title: String,
    /// What it means.
    pub explanation: String,
    /// What to do next.
    pub advice: String,
    /// Where the steps for that are.
    pub more: Option<More>,
}

/// A link to more help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    /// What it says.
    pub text: String,
    /// The path of the page.
    pub href: String,
}

/// Everything received so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// The services, in the order of the plan.
    pub services: Vec<ServiceProgress>,
    /// The fixed words, once the plan is there.
    pub labels: ResultLabels,
    /// What it all means, once it is known.
    pub findings: Vec<FindingWords>,
    /// Whether the servers took the password, where they said so.
    pub password: Option<bool>,
    /// What a screen reader says meanwhile, in this order: one sentence a service.
    pub said: Vec<String>,
    /// What to say on the phone about it, where something is wrong.
    pub code: String,
    /// Whether no more will come.
    pub done: bool,
    /// Whether it ended before its last line.
    pub interrupted: bool,
}

/// Everything received of one service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceProgress {
    /// What was planned.
    pub plan: ServicePlan,
    /// How it stands.
    pub mark: Mark,
    /// What it does now, or the verdict.
    pub text: String,
    /// The steps so far.
    pub steps: Vec<StepWords>,
}

impl Progress {
    /// Takes in one more event.
    pub fn apply(&mut self, event: TestEvent) {
        match event {
            TestEvent::Plan(plan) => {
                self.labels = plan.labels;
                self.said.clear();
                self.services = plan
                    .services
                    .into_iter()
                    .map(ServiceProgress::new)
                    .collect();
            }
            TestEvent::Step {
                service,
                step,
                next,
            } => {
                if let Some(service) = self.services.get_mut(service) {
                    service.steps.push(step);
                    service.text = next.unwrap_or_default();
                }
            }
            TestEvent::Verdict {
                service,
                mark,
                text,
            } => {
                if let Some(service) = self.services.get_mut(service) {
                    self.said.push([&service.plan.name, ": ", &text].concat());
                    service.mark = mark;
                    service.text = text;
                }
            }
            TestEvent::Summary {
                findings,
                password,
                code,
                ..
            } => {
                self.findings = findings;
                self.password = password;
                self.code = code;
            }
            TestEvent::Refused(finding) => self.findings = vec![finding],
            TestEvent::Done => self.done = true,
        }
    }

    /// How it stands, and which words say so.
    pub fn verdict(&self) -> (Mark, ResultLabel) {
        let gravest = self.findings.first().map(|finding| finding.mark);
        let good =
            |service: &ServiceProgress| service.mark == Mark::Good && service.plan.sends.is_some();
        match gravest {
            _ if !self.done => (Mark::Working, ResultLabel::Running),
            _ if self.interrupted => (Mark::Notice, ResultLabel::Unfinished),
            _ if self.services.is_empty() => (Mark::Notice, ResultLabel::NotRun),
            Some(Mark::Bad) => (Mark::Bad, ResultLabel::Fault),
            Some(Mark::Good) => (Mark::Good, ResultLabel::Answers),
            _ if self.services.iter().any(good) => (Mark::Notice, ResultLabel::Note),
            _ => (Mark::Notice, ResultLabel::Unfinished),
        }
    }

    /// How receiving or sending mail stands: as its gravest service does, if there is one.
    pub fn mark_of(&self, sends: bool) -> Option<Mark> {
        let services = self.services.iter();
        let services = services.filter(|service| service.plan.sends == Some(sends));
        services
            .map(|service| service.mark)
            .max_by_key(|mark| mark.gravity())
    }

    /// Whether a test that was run to its end found a fault of the servers, if it found out.
    pub fn servers_fail(&self) -> Option<bool> {
        match self.verdict().1 {
            ResultLabel::Fault => Some(true),
            ResultLabel::Answers | ResultLabel::Note => Some(false),
            _ => None,
        }
    }

    /// Whether it was run to its end.
    pub fn is_whole(&self) -> bool {
        self.done && !self.interrupted && !self.services.is_empty()
    }

    /// Notes that no more will come: the connection was lost, or the customer stopped the test.
    pub fn interrupt(&mut self, why: FindingWords) {
        for service in &mut self.services {
            if service.mark == Mark::Working {
                service.mark = Mark::Skipped;
                service.text.clear();
            }
        }
        self.findings = vec![why];
        self.interrupted = true;
        self.done = true;
    }

    /// How many of how many steps are done.
    pub fn steps(&self) -> (usize, usize) {
        self.services.iter().fold((0, 0), |(done, all), service| {
            let steps = service.plan.steps;
            let finished = service.mark != Mark::Working;
            (
                done + if finished {
                    steps
                } else {
                    service.steps.len().min(steps)
                },
                all + steps,
            )
        })
    }
}

impl ServiceProgress {
    fn new(plan: ServicePlan) -> Self {
        Self {
            mark: Mark::Working,
            text: plan.doing.clone(),
            steps: Vec::new(),
            plan,
        }
    }
}

#[cfg(test)]
mod tests;
