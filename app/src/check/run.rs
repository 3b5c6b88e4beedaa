//! From a request to the events that answer it.

use std::any::Any;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt};
use probe::net::{Event as ProbeEvent, Target};
use probe::{Credentials, EndpointReport, HostName, Outcome, diagnose};

use super::event::{Event, Mark, Plan};
use super::say::Saying;
use super::{Refusal, TestConnection};
use crate::record::{AddressError, AddressOrDomain, Group, Record, Role, Service, parse_address};
use crate::site::Site;

/// Whether a client may start a test now, as the server's limits decided.
#[derive(Clone)]
pub struct Admission {
    /// A place for a test, given back when it is dropped, or the reason why there is none.
    pub place: Result<Arc<dyn Any + Send + Sync>, Refusal>,
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

/// Starts a test.
pub fn start(site: &Site, request: TestConnection, admission: &Admission) -> Test {
    match plan(site, request, admission) {
        Ok((order, place)) => Test {
            refused: None,
            events: events(site, order, place),
        },
        Err(refusal) => {
            let finding = site.test_words.refusal(refusal, &site.provider_names());
            let plan = Event::Plan(Plan {
                services: Vec::new(),
                labels: site.test_words.labels(),
            });
            let events = stream::iter([plan, Event::Refused(finding), Event::Done]).boxed();
            Test {
                refused: Some(refusal),
                events,
            }
        }
    }
}

/// What a request asks for, with everything looked up.
struct Order<'a> {
    record: &'a Record,
    domain: Option<HostName>,
    services: Vec<&'a Service>,
    credentials: Option<Credentials>,
}

type Place = Arc<dyn Any + Send + Sync>;

/// Understands the request, or says why not. Nothing is sent anywhere before this has passed.
fn plan<'a>(
    site: &'a Site,
    request: TestConnection,
    admission: &Admission,
) -> Result<(Order<'a>, Place), Refusal> {
    let place = admission.place.clone()?;
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
    let credentials = match request.password.given() {
        None => None,
        Some(_) if !admission.private => return Err(Refusal::PasswordNeedsHttps),
        Some(password) => {
            let AddressOrDomain::Address(address) = &typed else {
                return Err(Refusal::FullAddressNeeded);
            };
            let user = group.user_name.form.of(address);
            Some(Credentials::new(user, password.into()).map_err(|_| Refusal::BadPassword)?)
        }
    };
    Ok((
        Order {
            record,
            // Every domain of an address is a host name.
            domain: typed.domain().as_str().parse().ok(),
            services,
            credentials,
        },
        place,
    ))
}

/// The services of the group that were ticked. The form without scripts shows the services of
/// every group, so ids of other groups are no mistake.
fn chosen<'a>(group: &'a Group, ids: &[String]) -> Vec<&'a Service> {
    let wanted = |service: &&Service| ids.is_empty() || ids.contains(&service.endpoint.id);
    group.services.iter().filter(wanted).collect()
}

fn events(site: &Site, order: Order<'_>, place: Place) -> BoxStream<'static, Event> {
    let with_password = order.credentials.is_some();
    let saying = Arc::new(Saying {
        words: site.words.clone(),
        test_words: site.test_words.clone(),
        go_on: site.guide.go_on.clone(),
        provider: order.record.name.clone(),
        with_password,
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
        .map(|service| Target {
            endpoint: service.endpoint.clone(),
            domain: order.domain.clone(),
            connect_to: service.connect_to,
        })
        .collect();

    let first = stream::iter([saying.plan()]);
    let mut reports = vec![None; order.services.len()];
    let last = saying.clone();
    let running = site
        .probe
        .run(targets, order.credentials)
        .map(Some)
        .chain(stream::iter([None]))
        .flat_map(move |event| {
            // The place is held as long as the stream lives, and so is given back however it ends.
            let _held = &place;
            stream::iter(match event {
                Some(ProbeEvent::Step { endpoint, step }) => vec![saying.step(endpoint, &step)],
                Some(ProbeEvent::Done { endpoint, report }) => {
                    let verdict = saying.verdict(endpoint, &report);
                    if let Some(place) = reports.get_mut(endpoint) {
                        *place = Some(report);
                    }
                    vec![verdict]
                }
                None => {
                    let reports: Vec<EndpointReport> = reports.drain(..).flatten().collect();
                    vec![last.summary(&reports, &diagnose(&reports)), Event::Done]
                }
            })
        });
    first.chain(running).boxed()
}

/// The sign beside an outcome.
pub(super) fn mark(outcome: Outcome) -> Mark {
    match (outcome, outcome.severity()) {
        (Outcome::NotTried | Outcome::NotEncrypted | Outcome::NoPassword, _) => Mark::Skipped,
        (_, probe::Severity::Fine) => Mark::Good,
        (_, probe::Severity::Notice) => Mark::Notice,
        (_, probe::Severity::Failure) => Mark::Bad,
    }
}
