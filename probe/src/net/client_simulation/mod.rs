//! Asks a server what it would choose for each of the mail programs that people use, as SSL Labs does for
//! browsers.
//!
//! It sends the hello of every program, each on a connection of its own and one after the other, reads
//! what the server answers in the clear, and goes away. Nothing is encrypted, and nobody signs in. So many
//! connections are for whoever runs a server or is asked about it, and never a part of a customer's test.

mod hellos;
mod plan;

use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep, timeout};

use self::hellos::client_hello;
use self::plan::{Question, next};
use super::clock::TokioClock;
use super::connect::connect;
use super::target::Target;
use super::tcp_visitor::visit;
use crate::client_profiles::{
    ALL, Answer, Answers, ClientProfile, Reason, Server, SignIn, Verdict, judge,
};
use crate::endpoint::{Endpoint, Security};
use crate::outcome::Severity;
use crate::patience::Patience;
use crate::second_looks::{Exchange, exchange_in_tls, turns_away};
use crate::stage::Stage;
use crate::step::{EndpointReport, Facts, TlsFacts};
use crate::tls::facts::from_choice;

/// The most connections for one endpoint. A server that takes TLS 1.2 and newer only needs sixteen.
const MAX_CONNECTIONS: usize = 23;

/// The time between two connections.
const PAUSE: Duration = Duration::from_millis(250);

/// The time for the answer to one hello.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(4);

/// The time for one endpoint.
const SIMULATION_TIMEOUT: Duration = Duration::from_secs(90);

/// Which programs fit one endpoint.
#[derive(Clone, Debug, Serialize)]
pub struct ClientSimulation {
    /// What was asked.
    pub endpoint: Endpoint,
    /// How many connections that took.
    pub connections: usize,
    /// Every program, in the order of the table.
    pub clients: Vec<SimulatedClient>,
}

/// Whether one program fits.
#[derive(Clone, Debug, Serialize)]
pub struct SimulatedClient {
    /// The name of its profile.
    pub id: &'static str,
    /// The program of the guide that it is a version of, if it is one.
    pub program: Option<&'static str>,
    /// The program and its versions.
    pub name: &'static str,
    /// The system on which that is so.
    pub platform: &'static str,
    /// Whether it fits.
    pub verdict: Verdict,
    /// Why not, or why nothing is known.
    pub reason: Option<Reason>,
    /// What the server chose for it.
    pub tls: Option<TlsFacts>,
    /// Where its offer is known from, and that the program makes it.
    pub sources: Vec<&'static str>,
    /// What was concluded and not read, if anything.
    pub derived: Option<&'static str>,
}

/// Asks one endpoint that has been checked, at the address to which the check was connected.
pub(super) async fn simulate(target: &Target, report: &EndpointReport) -> ClientSimulation {
    let endpoint = &target.endpoint;
    let Some(peer) = peer(target, report) else {
        let clients = ALL.iter().map(not_asked).collect();
        return ClientSimulation {
            endpoint: endpoint.clone(),
            connections: 0,
            clients,
        };
    };
    let mut answers = Answers::default();
    let mut connections = 0;
    let asking = async {
        while let Some(question) = next(&answers).filter(|_| connections < MAX_CONNECTIONS) {
            // The check itself has just been there, too.
            sleep(PAUSE).await;
            connections += 1;
            let answer = ask(question, peer, target).await;
            match question {
                Question::Offer(offer) => answers.add(offer, answer),
                Question::Everything(highest) => answers.add_everything(highest, answer),
            }
        }
    };
    // What was answered until then counts.
    let _ = timeout(SIMULATION_TIMEOUT, asking).await;
    let server = server(report);
    let clients = ALL.iter().map(|profile| {
        let judged = judge(profile, &answers, &server);
        SimulatedClient {
            tls: judged.choice.map(|choice| from_choice(choice, false)),
            verdict: judged.verdict,
            reason: judged.reason,
            ..not_asked(profile)
        }
    });
    ClientSimulation {
        endpoint: endpoint.clone(),
        connections,
        clients: clients.collect(),
    }
}

fn not_asked(profile: &'static ClientProfile) -> SimulatedClient {
    let sources = [profile.offer.source].into_iter();
    SimulatedClient {
        id: profile.id,
        program: profile.program,
        name: profile.name,
        platform: profile.platform,
        verdict: Verdict::Unknown,
        reason: Some(Reason::NotAsked),
        tls: None,
        sources: sources.chain(profile.sources.iter().copied()).collect(),
        derived: profile.derived,
    }
}

/// Where to ask: where the check has seen TLS. None if there is nothing to ask, or if the server has said that
/// it wants no more of us.
fn peer(target: &Target, report: &EndpointReport) -> Option<SocketAddr> {
    let endpoint = &target.endpoint;
    let reached = report.steps.iter().any(|step| step.stage == Stage::Tls);
    let unwanted = report.steps.iter().any(|step| turns_away(step.outcome));
    if endpoint.security == Security::None || !reached || unwanted {
        return None;
    }
    let address = report.steps.iter().find_map(|step| match step.facts {
        Facts::Connect { connected, .. } => connected,
        _ => None,
    });
    let address = address?;
    let mut given = target.connect_to.iter().copied();
    let documented = SocketAddr::new(address, endpoint.port.get());
    Some(
        given
            .find(|peer| peer.ip() == address)
            .unwrap_or(documented),
    )
}

/// What the check has found out about the server.
fn server(report: &EndpointReport) -> Server<'_> {
    let certificate = report.steps.iter().find_map(|step| match &step.facts {
        Facts::Certificate(facts) => Some((step.outcome, facts.as_ref())),
        _ => None,
    });
    let sign_in = report
        .steps
        .iter()
        .rev()
        .find_map(|step| match &step.facts {
            Facts::Capabilities {
                capabilities,
                mechanisms,
            } => Some(SignIn {
                protocol: report.endpoint.protocol,
                capabilities,
                mechanisms,
            }),
            _ => None,
        });
    Server {
        certificate: certificate.map(|(_, facts)| facts),
        certificate_accepted: certificate
            .is_none_or(|(outcome, _)| outcome.severity() != Severity::Failure),
        sign_in,
    }
}

/// Sends one hello on a connection of its own.
async fn ask(question: Question, peer: SocketAddr, target: &Target) -> Answer {
    let endpoint = &target.endpoint;
    let mut random = [0; 32];
    if getrandom::fill(&mut random).is_err() {
        return Answer::Nothing;
    }
    let hello = client_hello(question, &endpoint.host, random);
    let Ok((stream, _)) = connect(&[peer], target.proxy_header, Patience::Prompt.connect())
        .await
        .stream
    else {
        return Answer::Nothing;
    };
    let clock = TokioClock(Instant::now());
    let exchange = exchange_in_tls(visit(stream), endpoint, &hello, RESPONSE_TIMEOUT, &clock);
    match exchange.await {
        Some(exchange) => exchange.into(),
        None => Answer::Nothing,
    }
}

impl From<Exchange> for Answer {
    fn from(exchange: Exchange) -> Self {
        let Exchange {
            received,
            flight,
            ended,
        } = exchange;
        match (flight.choice, flight.alert) {
            (Some(choice), _) => Self::Chose(choice),
            (None, Some(alert)) => Self::Alert(alert),
            // Closing with or without a close_notify is the same to a client that waits for a ServerHello.
            (None, None) if ended && (received.is_empty() || flight.complete) => Self::Dropped,
            (None, None) => Self::Nothing,
        }
    }
}
