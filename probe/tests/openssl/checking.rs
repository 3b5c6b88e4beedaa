//! Runs a check against a server, and asks what came of it.

use std::net::SocketAddr;
use std::num::NonZeroU16;

use futures_util::StreamExt;
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::step::CertificateFacts;
use probe::{Credentials, Endpoint, EndpointReport, Facts, Protocol, Security, Stage, TlsFacts};

use super::reports;
use super::s_server::{LAB, NAME};

/// The steps of a check that found TLS good, and was then sent away.
pub(crate) const FINE: &str = "tls:ok certificate:ok greeting:greeting-refused";

pub(crate) async fn check(address: SocketAddr) -> EndpointReport {
    check_with(address, Protocol::Imap, Security::Tls).await
}

/// Checks with a password, which nothing here may ever get to see.
pub(crate) async fn check_with(
    address: SocketAddr,
    protocol: Protocol,
    security: Security,
) -> EndpointReport {
    let probe = Probe::new(Options {
        extra_roots: vec![LAB.root.certificate.clone()],
        ..Options::default()
    });
    let target = target(address, protocol, security);
    let password = "c4nary-Pa55phrase".to_owned().into();
    let credentials = Credentials::new(format!("alice@{NAME}"), password).unwrap();
    let mut events = Box::pin(probe.unwrap().run(vec![target], Some(credentials.into())));
    while let Some(event) = events.next().await {
        if let ProbeEvent::Done { report, .. } = event {
            assert!(report.steps.iter().all(|step| step.stage != Stage::SignIn));
            return report;
        }
    }
    panic!("every endpoint ends");
}

/// A service at this address, under the name of the certificates.
pub(crate) fn target(address: SocketAddr, protocol: Protocol, security: Security) -> Target {
    Target {
        endpoint: Endpoint {
            id: "one".into(),
            protocol,
            host: NAME.parse().unwrap(),
            port: NonZeroU16::new(993).unwrap(),
            security,
        },
        domain: None,
        connect_to: vec![address],
        private_networks: Vec::new(),
        proxy_header: None,
    }
}

/// Stages and outcomes behind the connection.
pub(crate) fn steps(report: &EndpointReport) -> String {
    let steps = reports::steps(report);
    steps
        .strip_prefix("dns:address-given connect:ok ")
        .unwrap_or(&steps)
        .to_owned()
}

pub(crate) fn tls_facts(report: &EndpointReport) -> Option<&TlsFacts> {
    report.steps.iter().find_map(|step| match &step.facts {
        Facts::Tls(facts) => Some(facts),
        _ => None,
    })
}

pub(crate) fn certificate_facts(report: &EndpointReport) -> &CertificateFacts {
    let facts = report.steps.iter().find_map(|step| match &step.facts {
        Facts::Certificate(facts) => Some(facts),
        _ => None,
    });
    facts.expect("the server showed a certificate")
}
