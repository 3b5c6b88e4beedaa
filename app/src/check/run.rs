//! From a request to the events that answer it.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt};
use probe::net::{self, ProbeEvent};
use probe::{Credentials, EndpointReport, Judgement, Outcome, Protocol, Stage, diagnose};
use tokio::sync::mpsc::UnboundedSender;

use super::asked::AskedPart;
use super::detach::detach;
use super::event::{Plan, TestEvent};
use super::present::Presenter;
use super::subject::{SignInAccount, Subject};
use super::target::target;
use super::{ClientLimits, Observed, Password, Refusal, SharedChecks, TestPermit};
use crate::site::Site;
use crate::texts::Texts;

/// What the server knows of the client and its connection.
#[derive(Clone)]
pub struct Admission {
    /// The limits for the client, unless it is not known who it is.
    pub limits: Option<Arc<dyn ClientLimits>>,
    /// The address of the client, if it is known.
    pub client: Option<IpAddr>,
    /// Where checks without a password come from.
    pub checks: Arc<dyn SharedChecks>,
    /// Whether nobody between the browser and this server can read what is sent.
    pub confidential: bool,
}

/// What a form asks for.
#[derive(Debug)]
pub struct TestRequest {
    /// A mail address, or only its domain.
    pub address: String,
    /// The ids of the services to test; none means all of them.
    pub services: Vec<String>,
    /// Given only for a sign-in test.
    pub password: Password,
    /// Whether a message from the address to itself is to be sent and seen to arrive.
    pub message: bool,
}

/// A test that was understood, or the reason why it is not run.
pub struct Test {
    /// What is wrong with the request, where it is refused.
    pub refused: Option<Refusal>,
    /// The events, as they happen. Dropping the stream stops the test.
    pub events: BoxStream<'static, TestEvent>,
}

/// Starts a test, as soon as there is a permit for it, and presents it in the language of these texts.
pub async fn start(
    site: &Site,
    texts: &Arc<Texts>,
    request: TestRequest,
    admission: &Admission,
) -> Test {
    match admit(site, texts, request, admission).await {
        Ok((parsed, permit)) => Test {
            refused: None,
            events: events(site, texts, parsed, admission, permit),
        },
        Err(refusal) => Test {
            refused: Some(refusal),
            events: stream::iter(refusal_events(site, texts, refusal)).boxed(),
        },
    }
}

/// Says why nothing was found. The empty plan takes back what was shown before: half a test must not be
/// taken for a whole one, by the customer or by the troubleshooter.
pub(super) fn refusal_events(site: &Site, texts: &Texts, refusal: Refusal) -> [TestEvent; 3] {
    let providers = site.provider_names(&texts.words);
    let providers = providers.unwrap_or_else(|| texts.pages.any_provider.some.clone());
    let finding = texts.test.refusal(refusal, &providers);
    let plan = TestEvent::Plan(Plan {
        services: Vec::new(),
        labels: texts.test.labels(Default::default()),
    });
    [plan, TestEvent::Refused(finding), TestEvent::Done]
}

/// What a request asks for, with everything looked up.
struct ParsedRequest<'a> {
    about: Subject<'a>,
    sign_in: Option<(Credentials, SignInAccount)>,
}

/// Parses the request and acquires a permit, or says why not. Nothing is sent anywhere before
/// this has passed.
async fn admit<'a>(
    site: &'a Site,
    texts: &Texts,
    request: TestRequest,
    admission: &Admission,
) -> Result<(ParsedRequest<'a>, Arc<dyn TestPermit>), Refusal> {
    let limits = admission.limits.as_ref().ok_or(Refusal::Busy)?;
    // What cannot be understood counts, too: it costs the server as much.
    limits.count_request().await?;
    let parsed = parse_request(site, texts, request, admission.confidential)?;
    let sign_in = parsed.sign_in.as_ref();
    let sign_in = sign_in.map(|(_, account)| account.requested());
    let permit = limits.acquire(sign_in).await?;
    Ok((parsed, permit))
}

fn parse_request<'a>(
    site: &'a Site,
    texts: &Texts,
    request: TestRequest,
    confidential: bool,
) -> Result<ParsedRequest<'a>, Refusal> {
    let about = Subject::find(site, &request.address, &request.services)?;
    let sign_in = match request.password.given() {
        None if request.message => return Err(Refusal::MessageNeedsPassword),
        None => None,
        Some(_) if !site.sign_in.server => return Err(Refusal::PasswordStaysInBrowser),
        Some(password) => {
            let account = about.account(texts, confidential, request.message)?;
            let credentials = Credentials::new(account.user.clone(), password.into());
            Some((credentials.map_err(|_| Refusal::BadPassword)?, account))
        }
    };
    Ok(ParsedRequest { about, sign_in })
}

fn events(
    site: &Site,
    texts: &Arc<Texts>,
    parsed: ParsedRequest<'_>,
    admission: &Admission,
    permit: Arc<dyn TestPermit>,
) -> BoxStream<'static, TestEvent> {
    let ParsedRequest { about, sign_in } = parsed;
    let account = sign_in.as_ref().map(|(_, account)| account);
    let presenter = about.presenter(site, texts, account);
    let targets = about.services.iter();
    let targets = targets.map(|service| target(about.record, service, about.domain()));
    let observed = match sign_in {
        Some((credentials, account)) => {
            let sign_in = net::SignIn {
                credentials,
                disclosure: permit.disclosure(),
                message: account.message,
            };
            // A check without a password is made for all who ask for it; a sign-in is made for one.
            let targets = targets.map(|target| match admission.client {
                Some(client) => target.on_behalf_of(client),
                None => target,
            });
            let run = site.probe.run(targets.collect(), Some(sign_in));
            run.map(Observed::now).boxed()
        }
        None => {
            let checks = &admission.checks;
            checks.check(&site.probe, targets.collect(), Arc::clone(&permit))
        }
    };
    let service = presenter.endpoints.len();
    let domain = about.domain().clone();
    let published = AskedPart::ask(&site.published, texts, domain, service);
    let aborted = refusal_events(site, texts, Refusal::Restarting);
    detach(|events| run(presenter, observed, published, permit, aborted, events))
}

/// Presents what happens until the test is done, or until it must end. The permit is held as long as the test
/// goes on, and so is released however it ends.
async fn run(
    presenter: Presenter,
    mut observed: BoxStream<'static, Observed>,
    published: Option<AskedPart>,
    permit: Arc<dyn TestPermit>,
    aborted: [TestEvent; 3],
    events: UnboundedSender<TestEvent>,
) {
    // Where nobody reads any more, this task is dropped.
    let send = |event| drop(events.send(event));
    let mut plan = presenter.plan();
    plan.services
        .extend(published.as_ref().map(AskedPart::plan));
    send(TestEvent::Plan(plan));
    let mut reports = vec![None; presenter.endpoints.len()];
    let mut shutdown = permit.shutdown();
    loop {
        let next = tokio::select! {
            biased;
            () = &mut shutdown => {
                if reports.contains(&None) {
                    // Nothing is said of the password either: if it was sent, it counts as refused.
                    aborted.into_iter().for_each(send);
                    return;
                }
                break;
            }
            next = observed.next() => next,
        };
        let Some(Observed { event, age }) = next else {
            break;
        };
        match event {
            ProbeEvent::Step { endpoint, step } => send(presenter.step(endpoint, &step)),
            ProbeEvent::Done { endpoint, report } => {
                // Checks without a password are shared, and counted where they are made.
                if presenter.with_password {
                    permit.count_check(&report);
                }
                send(presenter.verdict(endpoint, &report, age));
                if let Some(slot) = reports.get_mut(endpoint) {
                    *slot = Some(report);
                }
            }
        }
    }
    let reports: Vec<EndpointReport> = reports.into_iter().flatten().collect();
    permit.settle(refusals(&reports), message_sent(&reports));
    let beside = match published {
        Some(part) => part.tell(permit.shutdown(), send).await,
        None => None,
    };
    send(presenter.summary(&reports, &diagnose(&reports), beside));
    send(TestEvent::Done);
}

/// At how many services the password was refused, or may have been without a word. Of those that were cut
/// off only one can have been signing in: until the password is accepted the others wait.
fn refusals(reports: &[EndpointReport]) -> usize {
    let steps = reports.iter().flat_map(|report| &report.steps);
    let sign_ins = steps.filter(|step| step.stage == Stage::SignIn);
    let outcomes: Vec<Outcome> = sign_ins.map(|step| step.outcome).collect();
    let count = |wanted: fn(Outcome) -> bool| outcomes.iter().filter(|one| wanted(**one)).count();
    let refused = count(|outcome| outcome.judgement() == Judgement::Refused);
    if count(|outcome| outcome.judgement() == Judgement::Accepted) > 0 {
        return refused;
    }
    let cut_off = count(was_cut_off);
    let unknown = count(|outcome| outcome.judgement() == Judgement::Unknown) - cut_off;
    refused + unknown + usize::from(refused == 0 && cut_off > 0)
}

/// Whether a server has the message, or may have it: it has not refused it.
fn message_sent(reports: &[EndpointReport]) -> bool {
    let smtp = |report: &&EndpointReport| report.endpoint.protocol == Protocol::Smtp;
    let mut steps = reports.iter().filter(smtp).flat_map(|report| &report.steps);
    steps.any(|step| {
        let not_here = matches!(
            step.outcome,
            Outcome::DeliveryNotTried | Outcome::DeliveryElsewhere
        );
        let refused = step.outcome.stage() == Some(Stage::Sending);
        step.stage == Stage::Delivery && !not_here && !refused
    })
}

/// Whether the test ended, and not the sign-in.
fn was_cut_off(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Deadline | Outcome::Cancelled)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use probe::{Endpoint, Security, Step};

    use super::*;

    #[test]
    fn a_message_counts_as_sent_unless_it_is_known_that_it_was_not() {
        let report = |protocol, steps: &[(Stage, Outcome)]| {
            let endpoint = Endpoint {
                id: "one".into(),
                protocol,
                host: "mail.example.net".parse().unwrap(),
                port: 993.try_into().unwrap(),
                security: Security::Tls,
            };
            let steps = steps.iter();
            let steps = steps.map(|(stage, outcome)| Step::new(*stage, *outcome, Duration::ZERO));
            EndpointReport::new(endpoint, steps.collect(), Duration::ZERO)
        };
        for (protocol, outcome, expected) in [
            (Protocol::Smtp, Outcome::Ok, true),
            (Protocol::Smtp, Outcome::NoReply, true),
            (Protocol::Smtp, Outcome::DroppedAfterSignIn, true),
            (Protocol::Smtp, Outcome::Deadline, true),
            (Protocol::Smtp, Outcome::SendingBlocked, false),
            (Protocol::Smtp, Outcome::DeliveryNotTried, false),
            (Protocol::Smtp, Outcome::DeliveryElsewhere, false),
            // That nothing was seen to arrive says nothing of the sending.
            (Protocol::Imap, Outcome::MessageNotSeen, false),
        ] {
            let reports = [report(protocol, &[(Stage::Delivery, outcome)])];
            assert_eq!(message_sent(&reports), expected, "{protocol} {outcome}");
        }
        let before = [
            (Stage::SignIn, Outcome::Ok),
            (Stage::Sending, Outcome::Deadline),
        ];
        assert!(!message_sent(&[report(Protocol::Smtp, &before)]));
    }

    #[test]
    fn a_password_counts_as_refused_unless_it_was_accepted_or_not_looked_at() {
        let report = |stage, outcome| {
            let endpoint = Endpoint {
                id: "imap".into(),
                protocol: Protocol::Imap,
                host: "mail.example.net".parse().unwrap(),
                port: 993.try_into().unwrap(),
                security: Security::Tls,
            };
            let steps = vec![
                Step::new(Stage::Dns, Outcome::Ok, Duration::ZERO),
                Step::new(stage, outcome, Duration::ZERO),
            ];
            EndpointReport::new(endpoint, steps, Duration::ZERO)
        };
        for (stage, outcome, expected) in [
            (Stage::SignIn, Outcome::Ok, 0),
            (Stage::SignIn, Outcome::MailboxInUse, 0),
            (Stage::SignIn, Outcome::NotTried, 0),
            (Stage::SignIn, Outcome::TemporaryFailure, 0),
            (Stage::SignIn, Outcome::WrongCredentials, 1),
            (Stage::SignIn, Outcome::AccountDisabled, 1),
            (Stage::SignIn, Outcome::DroppedAfterSignIn, 1),
            (Stage::SignIn, Outcome::Deadline, 1),
            (Stage::SignIn, Outcome::Cancelled, 1),
            (Stage::Capabilities, Outcome::Deadline, 0),
        ] {
            let reports = [report(stage, outcome)];
            assert_eq!(refusals(&reports), expected, "{stage:?} {outcome:?}");
        }
        for (outcomes, expected) in [
            (&[][..], 0),
            (&[Outcome::WrongCredentials, Outcome::WrongCredentials], 2),
            // One of them was cut off, and the others only waited for it.
            (
                &[Outcome::Deadline, Outcome::Deadline, Outcome::Deadline],
                1,
            ),
            (&[Outcome::Deadline, Outcome::Ok], 0),
            (&[Outcome::WrongCredentials, Outcome::Deadline], 1),
            // Each of these was tried, one after the other.
            (&[Outcome::ClosedEarly, Outcome::ClosedEarly], 2),
            (&[Outcome::ClosedEarly, Outcome::WrongCredentials], 2),
            (&[Outcome::ClosedEarly, Outcome::Deadline], 2),
            (&[Outcome::ClosedEarly, Outcome::Ok], 0),
            (&[Outcome::ClosedEarly, Outcome::TemporaryFailure], 1),
        ] {
            let reports = outcomes
                .iter()
                .map(|outcome| report(Stage::SignIn, *outcome));
            let reports: Vec<_> = reports.collect();
            assert_eq!(refusals(&reports), expected, "{outcomes:?}");
        }
    }
}
