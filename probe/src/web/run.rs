//! Checks all services at once, each until its time is up.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};

use super::clock::{BrowserClock, SiteTime};
use super::event::Event;
use super::provider::provider;
use super::relay::{NotConnected, Relay, RelayConnection};
use super::relay_end::{RelayEnd, RelayWatch};
use super::relay_transport::RelayTransport;
use super::relay_visitor::{CLIENT_NAME, RelayVisitor};
use super::request::{Request, Service};
use crate::credentials::CredentialsError;
use crate::dialogue::Clock;
use crate::endpoint::HostName;
use crate::outcome::Outcome;
use crate::second_looks::SecondLooks;
use crate::session::{Parts, Session, SharedSignIn, StepLog, StepSink, interruptible};
use crate::stage::Stage;
use crate::step::{EndpointReport, Step};
use crate::tls::{RootsError, TlsClient, TlsClientError, read_roots};

/// The time after which the check of a service is given up.
const DEADLINE: Duration = Duration::from_secs(45);

/// What all services of a run share.
struct Context<'a> {
    relay: &'a Relay,
    tls: TlsClient,
    sign_in: SharedSignIn,
    domain: Option<HostName>,
    clock: BrowserClock,
    second_looks: SecondLooks<BrowserClock>,
    tell: &'a dyn Fn(&Event<'_>),
}

/// Why nothing can be checked.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetupError {
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    #[error(transparent)]
    Roots(#[from] RootsError),
    #[error(transparent)]
    Tls(#[from] TlsClientError),
}

/// Checks the services, and tells what happens as it happens.
///
/// # Errors
///
/// When there is nothing to sign in with, or when no server can be verified.
pub(super) async fn run(
    relay: &Relay,
    request: Request,
    tell: &dyn Fn(&Event<'_>),
) -> Result<(), SetupError> {
    let Request {
        services,
        domain,
        sign_in,
        extra_roots,
        site_ahead,
    } = request;
    let sign_in = sign_in.parse()?;
    let extra_roots = extra_roots.map(|pem| read_roots(pem.as_bytes()));
    let extra_roots = extra_roots.transpose()?.unwrap_or_default();
    let time = Arc::new(SiteTime { ahead: site_ahead });
    let disclosure = sign_in.disclosure.clone();
    let clock = BrowserClock::start();
    let context = Context {
        relay,
        tls: TlsClient::new(Arc::new(provider()), time, &extra_roots)?,
        sign_in: SharedSignIn::new(Some(sign_in)),
        domain,
        clock,
        second_looks: SecondLooks::new(clock),
        tell,
    };
    let parts = |service: &Service| context.sign_in.parts(&service.endpoint);
    let parts: Vec<_> = services.iter().map(parts).collect();
    // A browser opens WebSockets to a host one after the other (RFC 6455 §4.1). This is the order in which the page shows
    // the services, so that on a phone the first steps are in sight.
    let checks = services.iter().zip(parts);
    join_all(checks.map(|(service, parts)| check(&context, service, parts))).await;
    tell(&Event::End {
        disclosed: disclosure.happened(),
    });
    Ok(())
}

/// Checks one service until it is done or its time is up.
async fn check<'a>(context: &'a Context<'a>, service: &'a Service, parts: Parts<'a>) {
    let id = service.endpoint.id.as_str();
    let begun = context.clock.now();
    let sink = Sink {
        service: id,
        tell: context.tell,
        steps: Vec::new(),
    };
    let mut log = StepLog::new(context.clock, sink);
    let watch = RelayWatch::default();
    let given_up = RefCell::new(None);
    let interruption = async {
        let deadline = context.sign_in.deadline(DEADLINE);
        let too_late = context.clock.sleep_until(deadline);
        match select(too_late, Box::pin(watch.wait())).await {
            Either::Left(_) => Outcome::Deadline,
            Either::Right((end, _)) => {
                let outcome = end.outcome();
                *given_up.borrow_mut() = Some(end);
                outcome
            }
        }
    };
    let steps = go(context, service, parts, watch.clone(), &mut log);
    if let Some(outcome) = interruptible(interruption, steps).await {
        log.interrupt(outcome);
    }
    if let Some(end) = given_up.take() {
        (context.tell)(&Event::Relay { service: id, end });
    }
    let elapsed = context.clock.now().saturating_sub(begun);
    let steps = log.into_sink().steps;
    let report = &EndpointReport::new(service.endpoint.clone(), steps, elapsed);
    (context.tell)(&Event::Done {
        service: id,
        report,
    });
}

/// Goes through the steps.
async fn go<'a>(
    context: &'a Context<'a>,
    service: &'a Service,
    parts: Parts<'a>,
    watch: RelayWatch,
    log: &mut StepLog<BrowserClock, Sink<'a>>,
) {
    let Context {
        relay,
        tls,
        sign_in,
        domain,
        clock,
        second_looks,
        ..
    } = context;
    // Should the relay say nothing, this is as far as it came.
    log.begin(Stage::Dns);
    let take = |step: Step| {
        log.insert(step);
        log.begin(Stage::Connect);
    };
    let connecting = relay.connect(service, watch.clone(), take).await;
    let RelayConnection { stream, address } = match connecting {
        Ok(connection) => connection,
        Err(NotConnected::Server) => {
            log.leave();
            return;
        }
        Err(NotConnected::Relay(end)) => return give_up(&watch, end).await,
    };
    log.leave();
    let peer = SocketAddr::new(address, service.endpoint.port.get());
    second_looks.visited(peer);
    let session = Session {
        endpoint: &service.endpoint,
        credentials: sign_in.credentials.as_ref(),
        address: sign_in.address(domain.as_ref()),
        turn: parts.turn,
        delivery: parts.delivery,
        redactor: Arc::clone(&sign_in.redactor),
        client_name: CLIENT_NAME.to_owned(),
        transport: RelayTransport {
            tls,
            redactor: &sign_in.redactor,
            visitor: RelayVisitor {
                relay,
                service,
                peer,
                clock: *clock,
                second_looks,
            },
        },
        log,
    };
    session.run(stream).await;
}

/// Has whoever watches the relay end the check.
async fn give_up(watch: &RelayWatch, end: RelayEnd) {
    watch.ended(end);
    std::future::pending::<()>().await;
}

/// Tells the steps of one service as they end.
struct Sink<'a> {
    service: &'a str,
    tell: &'a dyn Fn(&Event<'_>),
    steps: Vec<Step>,
}

impl StepSink for Sink<'_> {
    fn take(&mut self, step: Step) {
        (self.tell)(&Event::Step {
            service: self.service,
            step: &step,
        });
        self.steps.push(step);
    }
}
