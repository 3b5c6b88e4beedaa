//! From a request to the events that answer it.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};
use probe::net::{self, ProbeEvent};
use probe::{Credentials, EndpointReport, Judgement, Outcome, Stage, diagnose};

use super::by_itself::by_itself;
use super::event::{Event, Plan};
use super::mask::Mask;
use super::say::Saying;
use super::target::target;
use super::{Account, Gate, Heard, Place, Refusal, TestConnection};
use crate::record::{
    AddressError, AddressOrDomain, Domain, Group, Record, Role, Service, parse_address,
};
use crate::site::Site;

/// What the server knows of the client and its connection.
#[derive(Clone)]
pub struct Admission {
    /// The limits for the client, unless it is not known who it is.
    pub gate: Option<Arc<dyn Gate>>,
    /// Whether nobody between the browser and this server can read what is sent.
    pub private: bool,
}

/// A test that was understood, or the reason why it is not run.
pub struct Test {
    /// What is wrong with the request, where it is refused.
    pub refused: Option<Refusal>,
    /// The events, as they happen. Dropping the stream stops the test.
    pub events: BoxStream<'static, Event>,
}

/// Starts a test, as soon as there is a place for it.
pub async fn start(site: &Site, request: TestConnection, admission: &Admission) -> Test {
    match admitted(site, request, admission).await {
        Ok((order, gate, place)) => Test {
            refused: None,
            events: events(site, order, gate.as_ref(), place),
        },
        Err(refusal) => Test {
            refused: Some(refusal),
            events: stream::iter(refused(site, refusal)).boxed(),
        },
    }
}

/// Says why nothing was found. The empty plan takes back what was shown before: half a test must not be
/// taken for a whole one, by the customer or by the troubleshooter.
fn refused(site: &Site, refusal: Refusal) -> [Event; 3] {
    let finding = site.test_words.refusal(refusal, &site.provider_names());
    let plan = Event::Plan(Plan {
        services: Vec::new(),
        labels: site.test_words.labels(),
    });
    [plan, Event::Refused(finding), Event::Done]
}

/// What a request asks for, with everything looked up.
struct Order<'a> {
    record: &'a Record,
    domain: Domain,
    services: Vec<&'a Service>,
    sign_in: Option<SignIn>,
}

/// An account, and what to sign in to it with.
struct SignIn {
    credentials: Credentials,
    account: Account,
    /// The name that servers may repeat.
    mask: Mask,
}

/// Understands the request and asks for a place, or says why not. Nothing is sent anywhere before
/// this has passed.
async fn admitted<'a>(
    site: &'a Site,
    request: TestConnection,
    admission: &Admission,
) -> Result<(Order<'a>, Arc<dyn Gate>, Arc<dyn Place>), Refusal> {
    let gate = admission.gate.clone().ok_or(Refusal::Busy)?;
    // What cannot be understood counts, too: it costs the server as much.
    gate.knock().await?;
    let order = understood(site, request, admission.private)?;
    let account = order
        .sign_in
        .as_ref()
        .map(|sign_in| sign_in.account.clone());
    let place = gate.place(account).await?;
    Ok((order, gate, place))
}

fn understood(site: &Site, request: TestConnection, private: bool) -> Result<Order<'_>, Refusal> {
    let typed = parse_address(&request.address).map_err(|error| match error {
        AddressError::Empty => Refusal::EmptyAddress,
        _ => Refusal::BadAddress,
    })?;
    let (record, group) = site
        .catalogue
        .find(typed.domain())
        .ok_or(Refusal::UnknownDomain)?;
    let services = chosen(group, &request.services);
    if services.is_empty() {
        return Err(Refusal::UnknownService);
    }
    let sign_in = match request.password.given() {
        None => None,
        Some(_) if !private => return Err(Refusal::PasswordNeedsHttps),
        Some(password) => {
            let AddressOrDomain::Address(address) = &typed else {
                return Err(Refusal::FullAddressNeeded);
            };
            let user = group.user_name.form.of(address);
            let account = Account::new(record, group.user_name.form, address);
            let credentials =
                Credentials::new(user, password.into()).map_err(|_| Refusal::BadPassword)?;
            Some(SignIn {
                credentials,
                account,
                mask: Mask::of(address),
            })
        }
    };
    Ok(Order {
        record,
        domain: typed.domain().clone(),
        services,
        sign_in,
    })
}

/// The services of the group that were ticked. The form without scripts shows the services of
/// every group, so ids of other groups are no mistake.
fn chosen<'a>(group: &'a Group, ids: &[String]) -> Vec<&'a Service> {
    let wanted = |service: &&Service| ids.is_empty() || ids.contains(&service.endpoint.id);
    group.services.iter().filter(wanted).collect()
}

fn events(
    site: &Site,
    order: Order<'_>,
    gate: &dyn Gate,
    place: Arc<dyn Place>,
) -> BoxStream<'static, Event> {
    let (credentials, mask) = match order.sign_in {
        Some(SignIn {
            credentials, mask, ..
        }) => (Some(credentials), Some(mask)),
        None => (None, None),
    };
    let saying = Arc::new(Saying {
        words: Arc::clone(&site.words),
        test_words: Arc::clone(&site.test_words),
        go_on: site.guide.go_on.clone(),
        provider: order.record.name.clone(),
        with_password: credentials.is_some(),
        mask,
        alternatives: order
            .services
            .iter()
            .map(|service| service.role == Role::Alternative)
            .collect(),
        endpoints: order
            .services
            .iter()
            .map(|service| service.endpoint.clone())
            .collect(),
    });
    let targets = order
        .services
        .iter()
        .map(|service| target(order.record, service, &order.domain))
        .collect();

    let first = stream::iter([saying.plan()]);
    let mut reports = vec![None; order.services.len()];
    let last = saying.clone();
    let heard = match credentials {
        Some(credentials) => {
            let sign_in = net::SignIn {
                credentials,
                disclosure: place.disclosure(),
            };
            let run = site.probe.run(targets, Some(sign_in));
            let place = Arc::clone(&place);
            run.inspect(move |event| {
                if let ProbeEvent::Done { report, .. } = event {
                    place.checked(report);
                }
            })
            .map(Heard::now)
            .boxed()
        }
        None => gate.probe(&site.probe, targets, Arc::clone(&place)),
    };
    let broken_off = refused(site, Refusal::Restarting);
    let must_end = place.must_end().shared();
    let running = heard
        .take_until(must_end.clone())
        .map(Some)
        .chain(stream::iter([None]))
        .flat_map(move |event| {
            let Some(Heard { event, age }) = event else {
                if must_end.peek().is_some() && reports.contains(&None) {
                    // Nothing is said of the password either: if it was sent, it counts as refused.
                    return stream::iter(broken_off.to_vec());
                }
                let reports: Vec<EndpointReport> = reports.drain(..).flatten().collect();
                // The place is held as long as the test goes on, and so is given back however it ends.
                place.signed_in(refusals(&reports));
                let summary = last.summary(&reports, &diagnose(&reports));
                return stream::iter(vec![summary, Event::Done]);
            };
            stream::iter(match event {
                ProbeEvent::Step { endpoint, step } => vec![saying.step(endpoint, &step)],
                ProbeEvent::Done { endpoint, report } => {
                    let verdict = saying.verdict(endpoint, &report, age);
                    if let Some(place) = reports.get_mut(endpoint) {
                        *place = Some(report);
                    }
                    vec![verdict]
                }
            })
        });
    by_itself(first.chain(running))
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

/// Whether the test ended, and not the sign-in.
fn was_cut_off(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Deadline | Outcome::Cancelled)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use probe::{Endpoint, Protocol, Security, Step};

    use super::*;

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
