//! How much processor time a check without a password takes.
//!
//! `handshakes COUNT CA.pem HOST ADDRESS:PORT` checks an IMAP server with TLS from the start so often, a
//! few at once, and prints how many checks a second of one processor is enough for. For `make bench`.

use std::error::Error;
use std::fs;
use std::time::Instant;

use futures_util::stream::{self, StreamExt};
use probe::net::{Event, Options, Probe, Target, read_roots};
use probe::{Endpoint, Outcome, Protocol, Security};

const AT_ONCE: usize = 4;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [count, ca, host, address] = arguments.as_slice() else {
        return Err("expected COUNT CA.pem HOST ADDRESS:PORT".into());
    };
    let count: usize = count.parse()?;
    let address: std::net::SocketAddr = address.parse()?;
    let probe = Probe::new(Options {
        extra_roots: read_roots(&fs::read(ca)?)?,
        ..Options::default()
    })?;
    let target = Target {
        endpoint: Endpoint {
            id: "one".to_owned(),
            protocol: Protocol::Imap,
            host: host.parse()?,
            port: address.port().try_into()?,
            security: Security::Tls,
        },
        domain: None,
        connect_to: Some(address),
    };
    let (begun, used) = (Instant::now(), processor_seconds()?);
    let checks = stream::iter(0..count).map(|_| check(&probe, target.clone()));
    let fine = checks
        .buffer_unordered(AT_ONCE)
        .filter(|outcome| std::future::ready(*outcome == Some(Outcome::Ok)))
        .count()
        .await;
    if fine != count {
        return Err(format!("only {fine} of {count} checks found everything well").into());
    }
    let used = processor_seconds()? - used;
    let per_second = count as f64 / used;
    println!("{per_second:.0} {:.1}", begun.elapsed().as_secs_f64());
    Ok(())
}

async fn check(probe: &Probe, target: Target) -> Option<Outcome> {
    let mut events = probe.run(vec![target], None);
    while let Some(event) = events.next().await {
        if let Event::Done { report, .. } = event {
            return Some(report.outcome);
        }
    }
    None
}

/// What this process has used, from proc(5).
fn processor_seconds() -> Result<f64, Box<dyn Error>> {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?;
    let ticks: Result<Vec<f64>, _> = fields
        .split_ascii_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect();
    Ok(ticks?.iter().sum::<f64>() / TICKS_A_SECOND)
}
