//! The steps of one endpoint, in order; all endpoints at once.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use futures_util::Stream;
use futures_util::future::join_all;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout_at};
use tokio_util::compat::TokioAsyncReadCompatExt;

use super::clock::TokioClock;
use super::gate::{Gate, Pass};
use super::journal::{Journal, Stop};
use super::tls::{Encrypted, Handshake, Trust, refine};
use super::{Event, Target, address, connect, dns};
use crate::credentials::Credentials;
use crate::dialogue::{self, Capabilities, Fault, Greeting, Protected, Redactor, Upgrade, Wire};
use crate::endpoint::{Endpoint, Security};
use crate::outcome::Outcome;
use crate::step::{Facts, Stage};

/// The time for the greeting: some servers make strangers wait for six seconds (postscreen).
const GREETING: Duration = Duration::from_secs(15);
/// The time for a command and its answer.
const COMMAND: Duration = Duration::from_secs(10);
/// The time for a sign-in: servers delay the answer to a wrong password, more each time.
const SIGN_IN: Duration = Duration::from_secs(25);
/// The time for a goodbye, which nobody waits for.
const GOODBYE: Duration = Duration::from_secs(2);
/// From this part of its limit on, a mailbox is nearly full, in percent.
const NEARLY_FULL: u64 = 90;

/// What all runs of a probe share.
pub(super) struct Context {
    pub(super) tls: Trust,
    pub(super) resolver: dns::Resolver,
    pub(super) allow_private: bool,
    pub(super) deadline: Duration,
}

/// What all endpoints of one run share.
struct Shared {
    context: Arc<Context>,
    credentials: Option<Credentials>,
    redactor: Arc<Redactor>,
    gate: Gate,
}

/// Checks all targets at once. The stream owns the work.
pub(super) fn run(
    context: Arc<Context>,
    targets: Vec<Target>,
    credentials: Option<Credentials>,
) -> impl Stream<Item = Event> + Send + use<> {
    let (sender, events) = unbounded_channel();
    let work = async move {
        let redactor = Arc::new(Redactor::new(credentials.as_ref()));
        let shared = Shared { context, credentials, redactor, gate: Gate::default() };
        let checks = targets.into_iter().enumerate().map(|(index, target)| {
            let journal = Journal::new(index, target.endpoint.clone(), sender.clone());
            check(&shared, target, journal)
        });
        join_all(checks).await;
    };
    Run { work: Some(Box::pin(work)), events }
}

/// Drives the work whenever somebody wants to know what comes next.
struct Run {
    work: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    events: UnboundedReceiver<Event>,
}

impl Stream for Run {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Event>> {
        if let Some(work) = &mut self.work
            && work.as_mut().poll(task).is_ready()
        {
            // With the work its sender goes, too, so the channel ends behind the last event.
            self.work = None;
        }
        self.events.poll_recv(task)
    }
}

/// Checks one endpoint until it is done or its time is up.
async fn check(shared: &Shared, target: Target, mut journal: Journal) {
    let deadline = Instant::now() + shared.context.deadline;
    let visit = Visit { shared, endpoint: &target.endpoint };
    // Boxed, because it holds a TLS connection and the buffers of all stages.
    let steps = Box::pin(visit.steps(target.connect_to, &mut journal));
    match timeout_at(deadline, steps).await {
        // Either everything is written down, or what went wrong is.
        Ok(Ok(()) | Err(Stop)) => {}
        Err(_) => journal.end(Outcome::Deadline, Facts::None {}, None),
    }
    journal.finish();
}

/// One endpoint of a run.
struct Visit<'a> {
    shared: &'a Shared,
    endpoint: &'a Endpoint,
}

impl Visit<'_> {
    async fn steps(&self, connect_to: Option<SocketAddr>, journal: &mut Journal) -> Result<(), Stop> {
        let (addresses, port) = self.addresses(connect_to, journal).await?;
        let stream = connect(&addresses, port, journal).await?;
        let client = client_name(&stream);
        match self.endpoint.security {
            Security::Tls => {
                let upgrade = Upgrade::fresh(stream);
                let mut server = self.encrypt(upgrade, client, journal).await?;
                let greeting = self.greeting(server.wire(), journal).await?;
                let known = greeting.capabilities;
                self.account(server, known, journal).await
            }
            Security::Starttls => {
                let mut wire = self.wire(stream, client.clone());
                let greeting = self.greeting(&mut wire, journal).await?;
                let known = greeting.capabilities;
                let upgrade = self.starttls(wire, known.as_ref(), journal).await?;
                let server = self.encrypt(upgrade, client, journal).await?;
                // What was said before TLS may have been said by anyone (RFC 3207 §4.2).
                self.account(server, None, journal).await
            }
            Security::None => {
                let mut wire = self.wire(stream, client);
                let greeting = self.greeting(&mut wire, journal).await?;
                self.capabilities(&mut wire, greeting.capabilities, journal).await?;
                journal.begin(Stage::SignIn);
                journal.end(Outcome::NotEncrypted, Facts::None {}, None);
                self.close(&mut wire, false, journal).await
            }
        }
    }

    async fn addresses(
        &self,
        connect_to: Option<SocketAddr>,
        journal: &mut Journal,
    ) -> Result<(Vec<IpAddr>, u16), Stop> {
        journal.begin(Stage::Dns);
        if let Some(given) = connect_to {
            let facts = Facts::Dns { addresses: vec![given.ip()] };
            journal.end(Outcome::AddressGiven, facts, None);
            return Ok((vec![given.ip()], given.port()));
        }
        let context = &self.shared.context;
        let (outcome, mut addresses) = match self.endpoint.host.address() {
            Some(address) => (Outcome::AddressGiven, vec![address]),
            None => match context.resolver.lookup(&self.endpoint.host).await {
                Ok(found) => (Outcome::Ok, found),
                Err(outcome) => return Err(failed(outcome, journal)),
            },
        };
        addresses.retain(|found| context.allow_private || address::is_public(*found));
        if addresses.is_empty() {
            return Err(failed(Outcome::AddressNotPublic, journal));
        }
        journal.end(outcome, Facts::Dns { addresses: addresses.clone() }, None);
        Ok((addresses, self.endpoint.port.get()))
    }

    fn wire(&self, stream: TcpStream, client: String) -> Wire<impl Socket, TokioClock> {
        let clock = TokioClock(Instant::now());
        let redactor = Arc::clone(&self.shared.redactor);
        Wire::new(stream.compat(), clock, redactor, client)
    }
}
