//! `mailguide dns`: what to publish for a domain, and whether it is published.

mod compare;
mod published;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use app::check::target;
use app::record::{Group, Record};
use app::setup::order::{incoming, outgoing};
use app::setup::write::zone::{self, SeenKey};
use futures_util::StreamExt;
use probe::net::{Options, Probe, ProbeEvent, Target};
use probe::{EndpointReport, Facts, Outcome};

use self::compare::{Verdict, compare};
use self::published::ask;
use crate::cli::dns::DnsOptions;
use crate::{records, terminal};

/// The time to see the certificate of each server.
const SEEING_TIMEOUT: Duration = Duration::from_secs(30);

/// Prints what to publish, or how that compares with what is published.
///
/// # Errors
///
/// When no record has the domain, or nothing can be asked or printed.
pub fn run(options: &DnsOptions) -> Result<ExitCode, Box<dyn Error>> {
    let catalogue = records::read(&options.config, options.trust.allow_private)?;
    let domain = &options.domain;
    let found = catalogue.find(domain);
    let (record, group) = found.ok_or_else(|| format!("no record has settings for {domain}"))?;
    let probe = records::probe(
        &options.trust,
        Options {
            deadline: SEEING_TIMEOUT,
            nameserver: options.nameserver,
            ..Options::default()
        },
    )?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut wanted = zone::services(group, domain);
    if let Some(site) = &options.site {
        wanted.extend(zone::files(record, group, domain, site));
    }
    if options.seen {
        let keys = runtime.block_on(seen_keys(&probe, record, group, options));
        wanted.extend(zone::keys_of_servers(&keys));
    }
    if !options.check {
        terminal::print(zone::text(domain, &wanted))?;
        return Ok(ExitCode::SUCCESS);
    }
    let published = runtime.block_on(ask(&probe, &wanted));
    let verdicts = compare(&wanted, &published);
    for (record, verdict) in wanted.iter().zip(&verdicts) {
        terminal::print(format_args!("{verdict:<8}{record}\n"))?;
        if let Verdict::Differs(published) = verdict {
            for other in published {
                terminal::print(format_args!("        published: {other}\n"))?;
            }
        }
    }
    let all_right = verdicts.iter().all(|verdict| *verdict == Verdict::Right);
    Ok(ExitCode::from(u8::from(!all_right)))
}

/// The keys of the servers whose certificates were verified: of the others nobody knows whose they are.
async fn seen_keys(
    probe: &Probe,
    record: &Record,
    group: &Group,
    options: &DnsOptions,
) -> Vec<SeenKey> {
    let services: Vec<_> = incoming(group).into_iter().chain(outgoing(group)).collect();
    let targets = services.iter();
    let targets: Vec<Target> = targets
        .map(|service| target(record, service, &options.domain))
        .collect();
    let mut reports = vec![None; targets.len()];
    let mut events = probe.run(targets, None);
    while let Some(event) = events.next().await {
        if let ProbeEvent::Done { endpoint, report } = event {
            reports[endpoint] = Some(report);
        }
    }
    let mut keys = Vec::new();
    for (service, report) in services.into_iter().zip(reports) {
        let endpoint = &service.endpoint;
        match report.as_ref().and_then(key) {
            Some(sha256) => keys.push(SeenKey {
                host: endpoint.host.clone(),
                port: endpoint.port,
                sha256,
            }),
            None => terminal::print_error(format_args!(
                "{endpoint}: no certificate that could be verified was seen"
            )),
        }
    }
    keys
}

/// The digest of the key of a certificate that was verified.
fn key(report: &EndpointReport) -> Option<[u8; 32]> {
    let verified = report.steps.iter().find_map(|step| match &step.facts {
        Facts::Certificate(facts) if step.outcome == Outcome::Ok => Some(facts),
        _ => None,
    })?;
    let digits = verified.key_fingerprint.as_bytes().chunks_exact(2);
    let bytes = digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    bytes.collect::<Option<Vec<u8>>>()?.try_into().ok()
}
