//! `mailguide probe`: the same checks as the site, on the command line.

use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use app::check::target;
use app::record::{AddressOrDomain, Catalogue, parse_address};
use app::words::Words;
use futures_util::StreamExt;
use probe::net::{Options, ProbeEvent as Event, Target};
use probe::{
    Credentials, CredentialsError, Endpoint, EndpointReport, HostName, Protocol, Security,
};
use secrecy::SecretString;

use crate::cli::ProbeOptions;
use crate::records::{self, ConfigError};
use crate::report;
use crate::terminal::{self, OutputError};

/// What to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Servers {
    /// The documented services of an address or domain.
    Documented(AddressOrDomain),
    /// One server.
    One(Endpoint),
}

impl FromStr for Servers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains("://") {
            return parse_url(text).map(Self::One);
        }
        parse_address(text).map(Self::Documented).map_err(|error| {
            format!("{error}: expected a domain such as centurylink.net, or a URL such as imaps://mail.example.net")
        })
    }
}

/// Another address for one host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTo {
    host: HostName,
    port: NonZeroU16,
    to: SocketAddr,
}

impl FromStr for ConnectTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (host, rest) = split_host(text)?;
            let (port, to) = rest.strip_prefix(':')?.split_once(':')?;
            let (address, to_port) = split_host(to)?;
            let to_port = to_port.strip_prefix(':')?.parse::<NonZeroU16>().ok()?;
            let address: IpAddr = address.parse().ok()?;
            Some(Self {
                host: host.parse().ok()?,
                port: port.parse().ok()?,
                to: SocketAddr::new(address, to_port.get()),
            })
        };
        parse().ok_or_else(|| {
            "expected HOST:PORT:ADDR:PORT, such as mail.example.net:993:127.0.0.1:10993".into()
        })
    }
}

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// What it was given is not in order.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No record has the domain.
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
    /// What was found cannot be put into a document.
    #[error("the results cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// What was found cannot be printed.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Checks the servers and prints what was found.
///
/// # Errors
///
/// When nothing can be checked. A server that fails is no error but the exit code 1.
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
    let words = Words::english();
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
                // What is known already is still told. Without the signal there is only the end to wait for.
                Ok(()) = tokio::signal::ctrl_c() => {
                    events.cancel();
                    events.next().await
                }
            };
            match event {
                Some(Event::Done { endpoint, report }) => reports[endpoint] = Some(report),
                Some(Event::Step { .. }) => {}
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
    // The advice is written for customers; an operator may have meant the private address.
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
                // An address that the operator has typed is meant, wherever it leads.
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
    // More than a line of this length is no password; `Credentials` then says so.
    io::stdin()
        .take(4096)
        .read_to_string(&mut password)
        .map_err(ProbeError::Unreadable)?;
    let line = password.strip_suffix('\n').unwrap_or(&password);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let credentials = Credentials::new(user, SecretString::from(line))?;
    Ok(Some(credentials))
}

fn parse_url(text: &str) -> Result<Endpoint, String> {
    let expected = "expected imaps:// imap:// pop3s:// pop3:// smtps:// or smtp:// with a host and perhaps a port";
    let (scheme, rest) = text.split_once("://").ok_or(expected)?;
    let (protocol, security, usual) = match scheme.to_ascii_lowercase().as_str() {
        "imaps" => (Protocol::Imap, Security::Tls, 993),
        "imap" => (Protocol::Imap, Security::Starttls, 143),
        "pop3s" => (Protocol::Pop3, Security::Tls, 995),
        "pop3" => (Protocol::Pop3, Security::Starttls, 110),
        "smtps" => (Protocol::Smtp, Security::Tls, 465),
        "smtp" => (Protocol::Smtp, Security::Starttls, 587),
        _ => return Err(format!("unknown scheme {scheme:?}: {expected}")),
    };
    let (host, port) = split_host(rest.trim_end_matches('/')).ok_or(expected)?;
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => NonZeroU16::new(usual).ok_or(expected)?,
        None => return Err(expected.into()),
        Some(port) => port
            .parse()
            .map_err(|_| format!("port {port:?}: expected a number from 1 to 65535"))?,
    };
    let host = host
        .parse::<HostName>()
        .map_err(|error| error.to_string())?;
    Ok(Endpoint {
        id: String::new(),
        protocol,
        host,
        port,
        security,
    })
}

/// Splits `host:rest` or `[address]:rest` behind the host.
fn split_host(text: &str) -> Option<(&str, &str)> {
    if let Some(inner) = text.strip_prefix('[') {
        return inner.split_once(']');
    }
    let end = text.find(':').unwrap_or(text.len());
    Some(text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_parsed() {
        for (text, expected) in [
            (
                "imaps://mail.example.net",
                Ok("imaps://mail.example.net:993"),
            ),
            (
                "IMAP://mail.example.net/",
                Ok("imap://mail.example.net:143"),
            ),
            (
                "pop3s://mail.example.net:10995",
                Ok("pop3s://mail.example.net:10995"),
            ),
            ("smtp://[::1]:25", Ok("smtp://[::1]:25")),
            ("smtps://127.0.0.1", Ok("smtps://127.0.0.1:465")),
            ("http://mail.example.net", Err("unknown scheme")),
            ("imaps://", Err("is not a host name")),
            ("imaps://mail.example.net:0", Err("expected a number")),
            ("imaps://mail.example.net:99999", Err("expected a number")),
            (
                "imaps://mail.example.net:993/inbox",
                Err("expected a number"),
            ),
            ("centurylink", Err("expected a domain")),
        ] {
            let found = text.parse::<Servers>().map(|servers| match servers {
                Servers::One(endpoint) => endpoint.to_string(),
                Servers::Documented(address) => address.domain().to_string(),
            });
            match expected {
                Ok(url) => assert_eq!(found.as_deref(), Ok(url), "{text}"),
                Err(part) => assert!(
                    found.as_ref().is_err_and(|e| e.contains(part)),
                    "{text}: {found:?}"
                ),
            }
        }
    }

    #[test]
    fn connect_to_is_parsed() {
        for (text, expected) in [
            (
                "mail.example.net:993:127.0.0.1:10993",
                Some("127.0.0.1:10993"),
            ),
            ("mail.example.net:993:[::1]:10993", Some("[::1]:10993")),
            ("mail.example.net:993:other.example:10993", None),
            ("mail.example.net:993", None),
            ("mail.example.net:993:127.0.0.1:0", None),
            ("", None),
        ] {
            let found = text
                .parse::<ConnectTo>()
                .ok()
                .map(|connect_to| connect_to.to.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
