//! `mailguide probe`: the checks of the site, on the command line.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use app::check::target;
use app::record::{AddressOrDomain, Catalogue, SignInMethod};
use app::words::OutcomeWords;
use futures_util::StreamExt;
use probe::dialogue::OutgoingMessage;
use probe::net::{ClientSimulation, Options, Probe, ProbeEvent, SignIn, Target};
use probe::{
    Credentials, CredentialsError, Endpoint, EndpointReport, EnvelopeAddress, Outcome, Step,
};
use secrecy::SecretString;

use crate::cli::ProbeOptions;
use crate::cli::servers::Servers;
use crate::records::{self, ConfigError};
use crate::report::{self, clients};
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
    /// A password with servers of several accounts.
    #[error(
        "--password-stdin sends the password to servers of one account only: give one address, or --user NAME with its servers"
    )]
    SeveralAccounts,
    /// A message to oneself without an address.
    #[error(
        "--send-to-self needs a mail address of plain letters, digits and signs, in place of the domain or as --user"
    )]
    NoAddress,
    /// The message to oneself cannot be written.
    #[error("the message cannot be written: {0}")]
    Message(String),
    /// A password for mail servers that take none.
    #[error(
        "the mail servers of {0} take no password: programs sign in through the provider's own page (OAuth2)"
    )]
    PasswordNotTaken(String),
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
    let Selection {
        targets,
        provider,
        user,
    } = Selection::new(&options, &catalogue)?;
    let sign_in = sign_in(&options, user, &targets)?;
    let deadline = Duration::from_secs(options.timeout);
    let probe = records::probe(
        &options.trust,
        Options {
            deadline,
            ..Options::default()
        },
    )?;
    let words = OutcomeWords::built_in(&options.language).map_err(ProbeError::Content)?;
    let runtime = tokio::runtime::Runtime::new().map_err(ProbeError::Runtime)?;
    let (reports, simulations) = runtime.block_on(async {
        let reports = check(&probe, targets.clone(), sign_in).await;
        let simulations = match options.programs {
            true => simulate(&probe, &targets, &reports).await,
            false => Vec::new(),
        };
        (reports, simulations)
    });

    let findings = report::findings(&reports, &words, provider.as_deref());
    if options.json {
        let programs = options.programs.then_some(simulations.as_slice());
        let document = report::json(&reports, &findings, programs)?;
        terminal::print(format_args!("{document}\n"))?;
    } else {
        terminal::print(report::tree(&reports, &findings, &words))?;
        terminal::print(clients::list(&simulations, &words))?;
    }
    // The advice is written for customers; an operator may want to test a private address.
    let refused = |report: &EndpointReport| report.outcome == Outcome::AddressNotPublic;
    if reports.iter().any(refused) {
        terminal::print_error("--allow-private connects to private addresses too");
    }
    let failed = reports
        .iter()
        .any(|report| report.outcome.severity() == probe::Severity::Failure);
    Ok(ExitCode::from(u8::from(failed)))
}

/// Checks all targets at once. There is a report for each, in their order.
async fn check(
    probe: &Probe,
    targets: Vec<Target>,
    sign_in: Option<SignIn>,
) -> Vec<EndpointReport> {
    let mut reports = vec![None; targets.len()];
    let mut events = probe.run(targets, sign_in);
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
            None => return reports.into_iter().flatten().collect(),
        }
    }
}

/// Asks the servers which mail programs fit, one server after the other, because several endpoints are often
/// one machine. Stops at the signal, with what is known until then.
async fn simulate(
    probe: &Probe,
    targets: &[Target],
    reports: &[EndpointReport],
) -> Vec<ClientSimulation> {
    let mut simulations = Vec::new();
    let cancelled = |step: &Step| step.outcome == Outcome::Cancelled;
    let mut steps = reports.iter().flat_map(|report| &report.steps);
    if steps.any(cancelled) {
        return simulations;
    }
    // Every target has a report, in the same order.
    for (target, report) in targets.iter().zip(reports) {
        tokio::select! {
            simulation = probe.simulate_clients(target, report) => simulations.push(simulation),
            Ok(()) = tokio::signal::ctrl_c() => break,
        }
    }
    simulations
}

/// What the command line asks for, with the records looked up.
#[derive(Debug)]
struct Selection {
    targets: Vec<Target>,
    /// The name of the provider, where all that is asked for is of one.
    provider: Option<String>,
    /// The user name of the one address that was given.
    user: Option<String>,
}

impl Selection {
    fn new(options: &ProbeOptions, catalogue: &Catalogue) -> Result<Self, ProbeError> {
        let mut targets: Vec<Target> = Vec::new();
        let mut providers = BTreeSet::new();
        let mut user = None;
        for what in &options.what {
            match what {
                Servers::One(endpoint) => targets.push(server(endpoint)),
                Servers::Documented(address) => {
                    let domain = address.domain();
                    let (record, group) = catalogue
                        .find(domain)
                        .ok_or_else(|| ProbeError::UnknownDomain(domain.as_str().to_owned()))?;
                    providers.insert(record.name.clone());
                    if options.password_stdin && group.sign_in.method == SignInMethod::OAuth2 {
                        return Err(ProbeError::PasswordNotTaken(domain.as_str().to_owned()));
                    }
                    if let AddressOrDomain::Address(address) = address {
                        user = Some(group.user_name.form.of(address));
                    }
                    let services = group.services.iter();
                    targets.extend(services.map(|service| target(record, service, domain)));
                }
            }
        }
        let documented = |what: &&Servers| matches!(what, Servers::Documented(_));
        let documented = options.what.iter().filter(documented).count();
        // A password must reach no other servers than those of its own account.
        let is_of_one_account = match options.user {
            Some(_) => documented <= 1,
            None => documented == 0 || options.what.len() == 1,
        };
        if options.password_stdin && !is_of_one_account {
            return Err(ProbeError::SeveralAccounts);
        }
        for target in &mut targets {
            let Endpoint { host, port, .. } = &target.endpoint;
            let named = options.connect_to.iter();
            let named = named.filter(|other| other.host == *host && other.port == *port);
            let named: Vec<SocketAddr> = named.flat_map(|other| other.to.clone()).collect();
            if !named.is_empty() {
                target.connect_to = named;
            }
        }
        let provider = providers.pop_first().filter(|_| providers.is_empty());
        Ok(Self {
            targets,
            provider,
            user,
        })
    }
}

/// The target for a server that was given as a URL.
fn server(endpoint: &Endpoint) -> Target {
    let mut endpoint = endpoint.clone();
    endpoint.id = endpoint.to_string();
    // An address on the command line is intended, so it may be private.
    let typed = endpoint.host.address();
    let connect_to = typed.map(|address| SocketAddr::new(address, endpoint.port.get()));
    Target {
        endpoint,
        domain: None,
        connect_to: connect_to.into_iter().collect(),
        private_networks: Vec::new(),
        proxy_header: None,
    }
}

/// Reads the password, if there is one. `user` is the user name of the address that was given.
fn sign_in(
    options: &ProbeOptions,
    user: Option<String>,
    targets: &[Target],
) -> Result<Option<SignIn>, ProbeError> {
    if !options.password_stdin {
        return Ok(None);
    }
    let user = options.user.clone().or(user).ok_or(ProbeError::NoUser)?;
    let message = match options.send_to_self {
        true => Some(message_to_self(options, &user, targets)?),
        false => None,
    };
    let mut password = String::new();
    // Longer input is not a password; `Credentials` refuses it.
    io::stdin()
        .take(4096)
        .read_to_string(&mut password)
        .map_err(ProbeError::Unreadable)?;
    let line = password.strip_suffix('\n').unwrap_or(&password);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let credentials = Credentials::new(user, SecretString::from(line))?;
    Ok(Some(SignIn {
        message,
        ..SignIn::from(credentials)
    }))
}

fn message_to_self(
    options: &ProbeOptions,
    user: &str,
    targets: &[Target],
) -> Result<OutgoingMessage, ProbeError> {
    let domain = targets.iter().find_map(|target| target.domain.as_ref());
    let address = EnvelopeAddress::of_user(user, domain).ok_or(ProbeError::NoAddress)?;
    app::check::message_to_self(&options.language, &address).map_err(ProbeError::Message)
}

#[cfg(test)]
mod tests {
    use app::record::{self, RecordFile};
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn options(arguments: &[&str]) -> ProbeOptions {
        let cli = Cli::parse_from([&["mailguide", "probe"], arguments].concat());
        match cli.command {
            Some(Command::Probe(options)) => options,
            other => panic!("{other:?}"),
        }
    }

    /// The built-in record, with this form of user names.
    fn catalogue(form: &str) -> Catalogue {
        let text = include_str!("../../../app/records/centurylink.toml");
        let text = text.replace("full-address", form);
        let file = RecordFile::new("record.toml".to_owned(), text.into_bytes()).unwrap();
        Catalogue::read(&[file], false).unwrap()
    }

    #[test]
    fn the_user_name_has_the_form_that_the_record_documents() {
        let options = options(&["jane.doe@q.com"]);
        for (form, user) in [
            ("full-address", "jane.doe@q.com"),
            ("local-part", "jane.doe"),
        ] {
            let selection = Selection::new(&options, &catalogue(form)).unwrap();
            assert_eq!(selection.user.as_deref(), Some(user));
        }
    }

    #[test]
    fn the_provider_is_named_where_all_servers_are_of_one() {
        let catalogue = Catalogue::read(&[record::built_in()], false).unwrap();
        for (arguments, provider) in [
            (&["q.com", "centurylink.net"][..], Some("CenturyLink")),
            (&["imaps://mail.example.net"], None),
        ] {
            let selection = Selection::new(&options(arguments), &catalogue).unwrap();
            assert_eq!(selection.provider.as_deref(), provider, "{arguments:?}");
        }
    }

    #[test]
    fn a_password_is_not_for_servers_that_take_none() {
        let text = include_str!("../../../app/records/centurylink.toml");
        let text = text.replace("method = \"password\"", "method = \"oauth2\"");
        let file = RecordFile::new("record.toml".to_owned(), text.into_bytes()).unwrap();
        let catalogue = Catalogue::read(&[file], false).unwrap();
        for (arguments, refused) in [
            (&["a@q.com", "--password-stdin"][..], true),
            (&["a@q.com"], false),
        ] {
            let selection = Selection::new(&options(arguments), &catalogue);
            let found = matches!(selection, Err(ProbeError::PasswordNotTaken(_)));
            assert_eq!(found, refused, "{arguments:?}");
        }
    }

    #[test]
    fn a_password_is_for_the_servers_of_one_account() {
        let catalogue = Catalogue::read(&[record::built_in()], false).unwrap();
        let url = "imaps://mail.example.net";
        for (arguments, allowed) in [
            (&["a@q.com"][..], true),
            (&["a@q.com", "b@q.com"], false),
            (&["a@q.com", url], false),
            (&[url, "a@q.com"], false),
            (&["q.com", "--user", "a"], true),
            (&["q.com", url, "--user", "a"], true),
            (&[url, "smtps://smtp.example.net", "--user", "a"], true),
            (&["q.com", "centurylink.net", "--user", "a"], false),
        ] {
            let arguments = [arguments, &["--password-stdin"]].concat();
            let selection = Selection::new(&options(&arguments), &catalogue);
            assert_eq!(selection.is_ok(), allowed, "{arguments:?}");
        }
    }
}
