//! A test whose sign-in runs in the browser: what the browser is to do, and the words for what it has found.
//!
//! The server never has the password, only outcomes and facts. What a browser says of them is believed for nobody but
//! the one who asks: it is not shared, and it counts nowhere.

use std::sync::Arc;
use std::time::Duration;

use probe::dialogue::OutgoingMessage;
use probe::{Endpoint, EndpointReport, Step, diagnose};
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::asked::AskedPart;
use super::event::TestEvent;
use super::present::Presenter;
use super::run::{Admission, refusal_events};
use super::subject::{SignInAccount, Subject};
use crate::site::Site;
use crate::texts::Texts;

/// The relay does not allow what was asked, and says for how many seconds (RFC 6455 §7.4.2 leaves these codes to us).
const RELAY_LIMIT: u16 = 4001;

/// How long to wait where the relay does not say it.
const RELAY_WAIT: Duration = Duration::from_secs(60);

/// The site stops.
const RELAY_STOPS: u16 = 4006;

/// So many steps a service can have, with room to spare.
const MAX_STEPS: usize = 32;

/// What the browser asks, in the beginning and whenever more has happened.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrowserTest {
    /// The mail address.
    pub address: String,
    /// The ids of the services to test; none means all of them.
    #[serde(default)]
    pub services: Vec<String>,
    /// Whether a message from the address to itself is to be sent and seen to arrive.
    #[serde(default)]
    pub message: bool,
    /// Everything that has happened so far, in its order.
    #[serde(default)]
    pub observed: Vec<BrowserEvent>,
    /// How many events of the test the browser was told before.
    #[serde(default)]
    pub told: usize,
}

/// Something that happened in the browser.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum BrowserEvent {
    /// A step ended.
    Step {
        /// The id of the service.
        service: String,
        /// What happened.
        step: Box<Step>,
    },
    /// A service is done.
    Done {
        /// The id of the service.
        service: String,
    },
    /// The relay has given up a service, for a reason that has nothing to do with the mail server.
    Relay {
        /// The id of the service.
        service: String,
        /// The close code of its WebSocket.
        code: u16,
        /// What it said, such as the name of a limit and the seconds to wait.
        reason: String,
    },
}

/// What the browser is told.
#[derive(Debug, Serialize)]
pub struct BrowserTestAnswer {
    /// What is wrong with the request, where it is refused.
    #[serde(skip)]
    pub refused: Option<Refusal>,
    /// What to do, where nothing has happened yet.
    pub job: Option<Job>,
    /// The events that the browser was not told before. Where the request is refused, those that take the place of all
    /// others.
    pub events: Vec<TestEvent>,
}

/// What the browser is to test. Only the password is missing.
#[derive(Debug, Serialize)]
pub struct Job {
    services: Vec<JobService>,
    domain: String,
    sign_in: JobSignIn,
    extra_roots: Option<Arc<str>>,
}

#[derive(Debug, Serialize)]
struct JobService {
    record: String,
    endpoint: Endpoint,
}

#[derive(Debug, Serialize)]
struct JobSignIn {
    user: String,
    message: Option<JobMessage>,
}

#[derive(Debug, Serialize)]
struct JobMessage {
    id: String,
    content: String,
}

impl From<OutgoingMessage> for JobMessage {
    fn from(OutgoingMessage { id, content }: OutgoingMessage) -> Self {
        Self {
            id,
            // It is written in ASCII.
            content: String::from_utf8_lossy(&content).into_owned(),
        }
    }
}

/// Says what to do in the beginning, and puts into words what has happened since.
pub async fn present(
    site: &Site,
    texts: &Arc<Texts>,
    test: BrowserTest,
    admission: &Admission,
) -> BrowserTestAnswer {
    match answer(site, texts, test, admission).await {
        Ok((job, events)) => BrowserTestAnswer {
            refused: None,
            job,
            events,
        },
        Err(refusal) => BrowserTestAnswer {
            refused: Some(refusal),
            job: None,
            events: refusal_events(site, texts, refusal).into(),
        },
    }
}

async fn answer(
    site: &Site,
    texts: &Arc<Texts>,
    test: BrowserTest,
    admission: &Admission,
) -> Result<(Option<Job>, Vec<TestEvent>), Refusal> {
    let begins = test.observed.is_empty();
    let limits = admission.limits.as_ref().ok_or(Refusal::Busy)?;
    if begins {
        limits.count_request().await?;
    }
    if let Some(refusal) = test.observed.iter().find_map(refused_by_relay) {
        return Err(refusal);
    }
    let about = Subject::find(site, &test.address, &test.services)?;
    let account = about.account(texts, admission.confidential, test.message)?;
    if begins {
        // The relay has limits of its own. These tell the customer before anything has begun.
        drop(limits.acquire(Some(account.requested())).await?);
    }
    let presenter = about.presenter(site, texts, Some(&account));
    let service = presenter.endpoints.len();
    let domain = about.domain().clone();
    let published = AskedPart::ask(&site.published, texts, domain, service);
    let mut plan = presenter.plan();
    plan.services
        .extend(published.as_ref().map(AskedPart::plan));
    let mut events = vec![TestEvent::Plan(plan)];
    let reports = told(&presenter, test.observed, &mut events);
    if let Some(reports) = reports {
        let beside = match published {
            Some(part) => {
                let never = std::future::pending();
                part.tell(never, |event| events.push(event)).await
            }
            None => None,
        };
        events.push(presenter.summary(&reports, &diagnose(&reports), beside));
        events.push(TestEvent::Done);
    }
    let job = begins.then(|| job(site, &about, account));
    let events = events.into_iter().skip(test.told).collect();
    Ok((job, events))
}

/// Presents what has happened, and gives the reports once all services are done. What is about no service of the test,
/// or comes after its end, is left out.
fn told(
    presenter: &Presenter,
    observed: Vec<BrowserEvent>,
    events: &mut Vec<TestEvent>,
) -> Option<Vec<EndpointReport>> {
    let mut steps: Vec<Vec<Step>> = vec![Vec::new(); presenter.endpoints.len()];
    let mut reports: Vec<Option<EndpointReport>> = vec![None; presenter.endpoints.len()];
    for event in observed {
        let (BrowserEvent::Step { service, .. }
        | BrowserEvent::Done { service }
        | BrowserEvent::Relay { service, .. }) = &event;
        let position = presenter
            .endpoints
            .iter()
            .position(|one| one.id == *service);
        let Some(service) = position.filter(|position| reports[*position].is_none()) else {
            continue;
        };
        match event {
            BrowserEvent::Step { step, .. } => {
                if steps[service].len() < MAX_STEPS {
                    events.push(presenter.step(service, &step));
                    steps[service].push(*step);
                }
            }
            BrowserEvent::Relay { .. } => {}
            BrowserEvent::Done { .. } => {
                let elapsed = steps[service]
                    .iter()
                    .map(|step| step.elapsed)
                    .fold(Duration::ZERO, Duration::saturating_add);
                let endpoint = presenter.endpoints[service].clone();
                let report =
                    EndpointReport::new(endpoint, std::mem::take(&mut steps[service]), elapsed);
                events.push(presenter.verdict(service, &report, None));
                reports[service] = Some(report);
            }
        }
    }
    reports.into_iter().collect()
}

/// Why the relay did not allow a test, as a refusal of this server. Anything else it says is a part of what was found.
fn refused_by_relay(event: &BrowserEvent) -> Option<Refusal> {
    match event {
        BrowserEvent::Relay { code, reason, .. } if *code == RELAY_LIMIT => {
            let seconds = reason
                .rsplit(" ")
                .next()
                .and_then(|seconds| seconds.parse().ok());
            let wait = seconds.map_or(RELAY_WAIT, |seconds: u16| {
                Duration::from_secs(seconds.into())
            });
            Some(Refusal::TooMany { wait })
        }
        BrowserEvent::Relay { code, .. } if *code == RELAY_STOPS => Some(Refusal::Restarting),
        _ => None,
    }
}

fn job(site: &Site, about: &Subject<'_>, account: SignInAccount) -> Job {
    let record = about.record.id.to_string();
    let services = about.services.iter().map(|service| JobService {
        record: record.clone(),
        endpoint: service.endpoint.clone(),
    });
    Job {
        services: services.collect(),
        domain: about.domain().to_string(),
        sign_in: JobSignIn {
            message: account.message.map(JobMessage::from),
            user: account.user,
        },
        extra_roots: site.extra_roots.clone(),
    }
}
