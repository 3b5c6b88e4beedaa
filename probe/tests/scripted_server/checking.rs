//! Runs a check against scripted servers, and asks what came of it.

use std::num::NonZeroU16;
use std::time::Duration;

use futures_util::StreamExt;
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::{Credentials, Endpoint, EndpointReport, Protocol, Security};

use super::certificates::{Authority, NAME};
use super::{Received, Server};

/// Unlike any other text, so that it can be searched for.
pub(crate) const PASSWORD: &str = "c4nary-Pa55phrase";

/// A probe that trusts this authority.
pub(crate) fn probe(authority: &Authority) -> Probe {
    let options = Options {
        extra_roots: vec![authority.root.clone()],
        ..Options::default()
    };
    Probe::new(options).unwrap()
}

/// The name to sign in with.
pub(crate) fn user() -> String {
    format!("alice@{NAME}")
}

/// Alice and the password that must not be seen anywhere.
pub(crate) fn credentials() -> Credentials {
    Credentials::new(user(), PASSWORD.to_owned().into()).unwrap()
}

/// An endpoint that every test certificate fits.
pub(crate) fn endpoint(id: &str, protocol: Protocol, security: Security) -> Endpoint {
    let port = NonZeroU16::new(993).unwrap();
    Endpoint {
        id: id.into(),
        protocol,
        host: NAME.parse().unwrap(),
        port,
        security,
    }
}

/// The same, at the address of a server.
pub(crate) fn target(id: &str, protocol: Protocol, security: Security, server: &Server) -> Target {
    Target {
        endpoint: endpoint(id, protocol, security),
        domain: None,
        connect_to: vec![server.address],
        private_networks: Vec::new(),
        proxy_header: None,
    }
}

/// Runs to the end and returns the reports, after checking that they agree with the single steps.
pub(crate) async fn check(
    probe: &Probe,
    targets: Vec<Target>,
    credentials: Option<Credentials>,
) -> Vec<EndpointReport> {
    let mut steps = vec![Vec::new(); targets.len()];
    let mut reports = vec![None; targets.len()];
    let mut events = Box::pin(probe.run(targets, credentials.map(Into::into)));
    while let Some(event) = events.next().await {
        match event {
            ProbeEvent::Step { endpoint, step } => steps[endpoint].push(step),
            ProbeEvent::Done { endpoint, report } => {
                assert_eq!(report.steps, steps[endpoint]);
                assert!(reports[endpoint].replace(report).is_none(), "done twice");
            }
        }
    }
    reports
        .into_iter()
        .map(|report| report.expect("every endpoint ends"))
        .collect()
}

/// What the server received, one entry a client, when all of them are gone.
pub(crate) async fn wait_until_closed(server: &Server) -> Vec<Received> {
    // A browser opens the connections of many checks one after the other, so a second look may come late.
    for _ in 0..1500 {
        let received = server.received();
        if !received.is_empty() && received.iter().all(|received| received.closed) {
            return received;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a connection stays open: {:?}", server.received());
}

/// Whether a secret, in any form in which it is sent, was received in the clear or told afterwards.
pub(crate) fn find_leak(
    password: &str,
    received: &[Received],
    reports: &[EndpointReport],
) -> Option<String> {
    let json = serde_json::to_string(reports).unwrap();
    let told = format!("{reports:?} {reports:#?} {json}");
    for form in forms(password) {
        if told.contains(&form) {
            return Some(format!("the password is told: {told}"));
        }
        let form = form.as_bytes();
        let has = |bytes: &[u8]| bytes.windows(form.len()).any(|part| part == form);
        if let Some(received) = received.iter().find(|received| has(&received.clear)) {
            return Some(format!("the password is sent in the clear: {received:?}"));
        }
    }
    None
}

/// The password as it is, as a quoted string of IMAP, and in base64, alone and in SASL PLAIN.
pub(crate) fn forms(password: &str) -> [String; 4] {
    [
        password.to_owned(),
        password.replace('\\', "\\\\").replace('"', "\\\""),
        encode(password),
        encode(&format!("\0{}\0{password}", user())),
    ]
}

/// Base64.
pub(crate) fn encode(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
