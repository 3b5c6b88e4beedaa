//! A process that may open no more files. It is a process of its own, because that holds for all of it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use futures_util::StreamExt;
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::{Endpoint, Outcome, Protocol, Security, Stage};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

#[tokio::test]
async fn without_sockets_nothing_is_said_of_the_servers() {
    let options = Options {
        allow_private: true,
        // It would not answer anyway.
        nameserver: Some("127.0.0.1:9".parse().unwrap()),
        ..Options::default()
    };
    let probe = Probe::new(options).unwrap();
    let target = |host: &str, connect_to: Option<&str>| Target {
        endpoint: Endpoint {
            id: host.into(),
            protocol: Protocol::Imap,
            host: host.parse().unwrap(),
            port: 993.try_into().unwrap(),
            security: Security::Tls,
        },
        domain: None,
        connect_to: connect_to
            .into_iter()
            .map(|address| address.parse().unwrap())
            .collect(),
        private_networks: Vec::new(),
        proxy_header: None,
    };
    let targets = vec![
        target("named.test", None),
        target("v4.test", Some("127.0.0.1:9")),
        target("v6.test", Some("[::1]:9")),
    ];
    let stages = [Stage::Dns, Stage::Connect, Stage::Connect];
    let limit = getrlimit(Resource::Nofile);
    let none = Rlimit {
        current: Some(0),
        ..limit
    };
    setrlimit(Resource::Nofile, none).unwrap();
    let mut events = Box::pin(probe.run(targets, None));
    let mut failed = vec![None; stages.len()];
    while let Some(event) = events.next().await {
        if let ProbeEvent::Done { endpoint, report } = event {
            let last = report.steps.last().unwrap();
            failed[endpoint] = Some((last.stage, last.outcome, last.fault_of_probe()));
        }
    }
    setrlimit(Resource::Nofile, limit).unwrap();
    const LACKING: Outcome = Outcome::LocalResourcesExhausted;
    let expected = stages.map(|stage| Some((stage, LACKING, Some(LACKING))));
    assert_eq!(failed, expected);
}
