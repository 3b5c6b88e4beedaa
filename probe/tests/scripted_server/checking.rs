//! Runs a check against scripted servers, and asks what came of it.

use std::num::NonZeroU16;
use std::time::Duration;

use futures_util::StreamExt;
use probe::net::{Event, Options, Probe, Target};
use probe::{Credentials, Endpoint, EndpointReport, Protocol, Security};

use super::{Authority, Heard, NAME, Server};

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

/// Alice and the password that must not be seen anywhere.
pub(crate) fn credentials() -> Credentials {
    Credentials::new(format!("alice@{NAME}"), PASSWORD.to_owned().into()).unwrap()
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
        connect_to: Some(server.address),
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
    let mut events = Box::pin(probe.run(targets, credentials));
    while let Some(event) = events.next().await {
        match event {
            Event::Step { endpoint, step } => steps[endpoint].push(step),
            Event::Done { endpoint, report } => {
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

/// The steps as `stage:outcome`.
pub(crate) fn steps(report: &EndpointReport) -> String {
    let step = |step: &probe::Step| {
        let stage = serde_json::to_value(step.stage).unwrap();
        format!("{}:{}", stage.as_str().unwrap(), step.outcome)
    };
    report.steps.iter().map(step).collect::<Vec<_>>().join(" ")
}

/// What the server heard, when all of its clients are gone.
pub(crate) async fn settled(server: &Server) -> Heard {
    for _ in 0..200 {
        let heard = server.heard();
        if heard.connections > 0 && heard.closed == heard.connections {
            return heard;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a connection stays open: {:?}", server.heard());
}

/// The password, plain or in base64, is heard inside of TLS at most, and told nowhere.
pub(crate) fn assert_secret(heard: &Heard, reports: &[EndpointReport], name: &str) {
    use base64::Engine;
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let forms = [
        PASSWORD.to_owned(),
        encode(PASSWORD),
        encode(&format!("\0alice@{NAME}\0{PASSWORD}")),
    ];
    let told = format!("{reports:?} {}", serde_json::to_string(reports).unwrap());
    let clear = String::from_utf8_lossy(&heard.clear);
    for form in forms {
        assert!(!told.contains(&form), "{name} tells the password: {told}");
        assert!(
            !clear.contains(&form),
            "{name} sends the password in the clear"
        );
    }
}
