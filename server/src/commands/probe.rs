//! `mailguide probe`: the checks of the site, on the command line.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use app::check::target;
use app::record::{AddressOrDomain, Catalogue};
use app::words::OutcomeWords;
use futures_util::StreamExt;
use probe::net::{Options, ProbeEvent, Target};
use probe::{Credentials, CredentialsError, Endpoint, EndpointReport};
use secrecy::SecretString;

use crate::cli::ProbeOptions;
use crate::cli::servers::Servers;
use crate::records::{self, ConfigError};
use crate::report;
use crate::terminal::{self, OutputError};

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The configuration is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The texts of the language cannot be read.
    #[error("app/content/{0}")]
    Content(String),
    /// No record contains the domain.
    #[error(
        "no record has settings for {0}; servers can also be given as URLs, such as imaps://mail.{0}"
    )]
    UnknownDomain(String),
    /// A password without a user name.
    #[error("--password-stdin needs --user NAME")]
    NoUser,
    /// A user name without a password.
    #[error("--user needs --password-stdin")]
    NoPassword,
    /// The password cannot be read.
    #[error("the password cannot be read from standard input: {0}")]
    Unreadable(io::Error),
    /// The user name or the password cannot be sent.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The runtime cannot be started.
    #[error(transparent)]
    Runtime(io::Error),
    /// The results cannot be serialised.
    #[error("the results cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The results cannot be printed.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Checks the servers and prints the results.
///
/// # Errors
///
/// When nothing can be checked. A failed check is not an error but exit status 1.
pub fn run(options: ProbeOptions) -> Result<ExitCode, ProbeError> {
    let catalogue = records::read(&options.config, options.trust.allow_private)?;
    let (targets, provider) = targets(&options, &catalogue)?;
    let credentials = credentials(&options)?;
    let deadline = Duration::from_secs(options.timeout);
    let probe = records::probe(
        &options.trust,
        Options {
            deadline,
            ..Options::default()
        },
    )?;
    let words = OutcomeWords::built_in(&options.language).map_err(ProbeError::Content)?;
    let endpoints: Vec<_> = targets
        .iter()
        .map(|target| target.endpoint.clone())
        .collect();

    let runtime = tokio::runtime::Runtime::new().map_err(ProbeError::Runtime)?;
    let reports: Vec<EndpointReport> = runtime.block_on(async {
        let mut events = probe.run(targets, credentials.map(Into::into));
        let mut reports = vec![None; endpoints.len()];
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                // The results so far are still printed. If the signal cannot be handled, the check runs to its end.
                Ok(()) = tokio::signal::ctrl_c() => {
                    events.cancel();
                    events.next().await
                }
            };
            match event {
                Some(ProbeEvent::Done { endpoint, report }) => reports[endpoint] = Some(report),
                Some(ProbeEvent::Step { .. }) => {}
                None => break,
            }
        }
        reports.into_iter().flatten().collect()
    });

    let findings = report::findings(&reports, &words, provider.as_deref());
    if options.json {
        terminal::print(format_args!("{}\n", report::json(&reports, &findings)?))?;
    } else {
        terminal::print(report::tree(&reports, &findings, &words))?;
    }
    // The advice is written for customers; an operator may want to test a private address.
    let refused = |report: &EndpointReport| report.outcome == probe::Outcome::AddressNotPublic;
    if reports.iter().any(refused) {
        terminal::print_error("--allow-private connects to private addresses too");
    }
    let failed = reports
        .iter()
        .any(|report| report.outcome.severity() == probe::Severity::Failure);
    Ok(ExitCode::from(u8::from(failed)))
}

fn targets(
    options: &ProbeOptions,
    catalogue: &Catalogue,
) -> Result<(Vec<Target>, Option<String>), ProbeError> {
    let mut targets: Vec<Target> = Vec::new();
    let mut provider = None;
    for what in &options.what {
        match what {
            Servers::One(endpoint) => {
                let mut endpoint = endpoint.clone();
                endpoint.id = endpoint.to_string();
                // An address on the command line is intended, so it may be private.
                let typed = endpoint.host.address();
                let connect_to = typed.map(|address| SocketAddr::new(address, endpoint.port.get()));
                targets.push(Target {
                    endpoint,
                    domain: None,
                    connect_to,
                    private_networks: Vec::new(),
                });
            }
            Servers::Documented(address) => {
                let domain = address.domain();
                let (record, group) = catalogue
                    .find(domain)
                    .ok_or_else(|| ProbeError::UnknownDomain(domain.as_str().to_owned()))?;
                provider = Some(record.name.clone());
                let services = group.services.iter();
                targets.extend(services.map(|service| target(record, service, domain)));
            }
        }
    }
    for target in &mut targets {
        let Endpoint { host, port, .. } = &target.endpoint;
        let named = options
            .connect_to
            .iter()
            .find(|other| other.host == *host && other.port == *port);
        target.connect_to = named.map(|other| other.to).or(target.connect_to);
    }
    Ok((targets, provider))
}

fn credentials(options: &ProbeOptions) -> Result<Option<Credentials>, ProbeError> {
    let address = options.what.iter().find_map(|what| match what {
        Servers::Documented(AddressOrDomain::Address(address)) => Some(address.to_string()),
        _ => None,
    });
    if !options.password_stdin {
        return if options.user.is_some() {
            Err(ProbeError::NoPassword)
        } else {
            Ok(None)
        };
    }
    let user = options.user.clone().or(address).ok_or(ProbeError::NoUser)?;
    let mut password = String::new();
    // Longer input is not a password; `Credentials` refuses it.
    io::stdin()
        .take(4096)
        .read_to_string(&mut password)
        .map_err(ProbeError::Unreadable)?;
    let line = password.strip_suffix('\n').unwrap_or(&password);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let credentials = Credentials::new(user, SecretString::from(line))?;
    Ok(Some(credentials))
}
