//! `mailguide record new`: a record from what a domain publishes.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use app::setup::draft::{Draft, draft, to_toml};
use app::words::OutcomeWords;
use futures_util::StreamExt;
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::{Endpoint, EndpointReport, Outcome};

use super::{print, today};
use crate::cli::record::NewOptions;
use crate::discovery::{Discovery, Fetcher, discover};
use crate::{records, terminal};

/// The time for the test of each service.
const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// More services than this are not tested.
const MAX_TESTS: usize = 12;

/// Asks the sources, tests what they name, and prints the record.
pub(super) fn run(options: &NewOptions) -> Result<ExitCode, Box<dyn Error>> {
    let probe = records::probe(
        &options.trust,
        Options {
            deadline: TEST_TIMEOUT,
            nameserver: options.nameserver,
            ..Options::default()
        },
    )?;
    let runtime = tokio::runtime::Runtime::new()?;
    let text = runtime.block_on(text(options, probe))?;
    print(&text)
}

async fn text(options: &NewOptions, probe: Probe) -> Result<String, Box<dyn Error>> {
    let domain = &options.domain;
    let discovery = Discovery {
        fetcher: Fetcher::new(probe.clone(), options.connect_to.clone()),
        list: options.ispdb.clone(),
        today: today(),
    };
    let readings = discover(&discovery, domain).await;
    if readings.is_empty() {
        return Err(format!("{domain} publishes no settings, and no list has them").into());
    }
    let draft = draft(std::slice::from_ref(domain), &readings)
        .map_err(|problem| format!("{domain}: {}", problem.message))?;
    let reports = test(options, &probe, &draft).await;
    let words = OutcomeWords::built_in("en")?;
    Ok(to_toml(&draft, &|endpoint| {
        remarks(endpoint, &reports, &words)
    }))
}

/// Tests every service of the draft, without a password.
async fn test(options: &NewOptions, probe: &Probe, draft: &Draft) -> Vec<EndpointReport> {
    let domain = options.domain.as_str().parse().ok();
    let targets = draft.endpoints().map(|endpoint| {
        let named = options.connect_to.iter();
        let named =
            named.filter(|other| other.host == endpoint.host && other.port == endpoint.port);
        Target {
            endpoint: endpoint.clone(),
            domain: domain.clone(),
            connect_to: named.flat_map(|other| other.to.clone()).collect(),
            private_networks: Vec::new(),
            proxy_header: None,
        }
    });
    // A list of many domains may stand for as many services of one host; a few tell enough.
    let targets: Vec<Target> = targets.take(MAX_TESTS).collect();
    terminal::print_error(format_args!(
        "test: services without a password: {}",
        targets.len()
    ));
    let mut events = probe.run(targets, None);
    let mut reports = Vec::new();
    while let Some(event) = events.next().await {
        if let ProbeEvent::Done { report, .. } = event {
            let code = report.outcome;
            terminal::print_error(format_args!("test: {}: {code}", report.endpoint));
            reports.push(report);
        }
    }
    reports
}

/// What the test of a service has shown.
fn remarks(endpoint: &Endpoint, reports: &[EndpointReport], words: &OutcomeWords) -> Vec<String> {
    let report = reports.iter().find(|report| report.endpoint == *endpoint);
    let Some(report) = report else {
        return vec!["Not tested: only the first services are.".to_owned()];
    };
    let found = match report.outcome {
        Outcome::Ok => "everything works".to_owned(),
        outcome => format!("{} ({outcome})", words.step(outcome)),
    };
    vec![format!(
        "Tested without a password on {}: {found}.",
        today()
    )]
}
