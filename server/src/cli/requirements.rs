//! Which options mean nothing without others, and which contradict each other.
//!
//! An option that is accepted and does nothing is worse than one that is refused: an operator believes that alerts are
//! sent. All of this stands here, and not with the options, so that it is said in one form.

use app::check::SignInWays;
use clap::ArgMatches;
use clap::parser::ValueSource;

use super::servers::Servers;
use crate::interval::Interval;
use crate::monitor::alert::SmtpUrl;

/// An option cannot be used as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequirementError {
    /// It means nothing alone.
    #[error("{option} needs {}: {why}", .needs.join(" or "))]
    Needs {
        /// The option.
        option: &'static str,
        /// What it needs, of which one is enough.
        needs: &'static [&'static str],
        /// Why.
        why: &'static str,
    },
    /// It contradicts another one.
    #[error("{option} cannot be used with {other}: {why}")]
    Contradicts {
        /// The option.
        option: &'static str,
        /// The other one.
        other: &'static str,
        /// Why.
        why: &'static str,
    },
}

/// What an option of a command needs, of which one is enough, and why.
type Need = (&'static str, &'static [&'static str], &'static str);

/// Two options that contradict each other, and why.
type Contradiction = (&'static str, &'static str, &'static str);

const MONITORED: &str = "with off nothing is monitored, and there is nothing to tell";
const A_PAIR: &str = "a certificate is used with its private key";
const MAIL_SERVER: &str = "mails are handed to a mail server";
const PROXIES: &str = "what it says is believed from proxies that are trusted";
const ONE_PLACE: &str = "the history is kept in one place";
const NO_RELAY: &str = "only browsers that sign in themselves use a relay";
const PASSWORD: &str = "a user name is sent with a password";

const SERVE: &[Need] = &[
    ("--tls-cert", &["--tls-key"], A_PAIR),
    ("--tls-key", &["--tls-cert"], A_PAIR),
    ("--profile-certificate", &["--profile-key"], A_PAIR),
    ("--profile-key", &["--profile-certificate"], A_PAIR),
    (
        "--redirect-listen",
        &["--tls-cert"],
        "it redirects to HTTPS, which is not served",
    ),
    (
        "--hsts",
        &["--tls-cert", "--trusted-proxy"],
        "the header is sent over HTTPS only",
    ),
    ("--proxy-headers", &["--trusted-proxy"], PROXIES),
    ("--proxy-protocol", &["--trusted-proxy"], PROXIES),
    (
        "--queue-wait",
        &["--queue"],
        "with 0 no test waits for another one",
    ),
    ("--relays-per-client", &[BROWSER], NO_RELAY),
    ("--relays-per-service", &[BROWSER], NO_RELAY),
    ("--relays-at-once", &[BROWSER], NO_RELAY),
    ("--canary", &["--monitor-every"], MONITORED),
    ("--alert-webhook", &["--monitor-every"], MONITORED),
    ("--alert-mail", &["--monitor-every"], MONITORED),
    ("--alert-mail", &["--alert-smtp"], MAIL_SERVER),
    (
        "--alert-smtp",
        &["--alert-mail"],
        "mails are sent to nobody",
    ),
    ("--alert-smtp-password", &["--alert-smtp"], MAIL_SERVER),
    ("--alert-smtp-password", &[USER_OF_ALERTS], PASSWORD),
    (USER_OF_ALERTS, &["--alert-smtp-password"], PASSWORD),
];

const SERVE_CONTRADICTIONS: &[Contradiction] = &[
    ("--data", "--database", ONE_PLACE),
    ("--data", "--database-file", ONE_PLACE),
    ("--database", "--database-file", ONE_PLACE),
];

const PROBE: &[Need] = &[
    ("--user", &["--password-stdin"], PASSWORD),
    ("--password-stdin", &["--user", AN_ADDRESS], PASSWORD),
    (
        "--send-to-self",
        &["--password-stdin"],
        "a mail server takes messages after a sign-in",
    ),
    (
        "--config",
        &[A_DOMAIN],
        "a server that is given as a URL has no record",
    ),
];

const DNS: &[Need] = &[
    (
        "--nameserver",
        &["--check", "--seen"],
        "without them nothing is looked up",
    ),
    (
        "--cacert",
        &["--seen"],
        "without it no mail server is connected to",
    ),
    (
        "--control-host",
        &["--seen"],
        "without it no mail server is connected to",
    ),
];

/// What is no option of its own, but a part of one.
const USER_OF_ALERTS: &str = "a user name in --alert-smtp";
const BROWSER: &str = "browser in --sign-in";
const AN_ADDRESS: &str = "a mail address";
const A_DOMAIN: &str = "a domain or mail address";

/// Checks what was typed.
///
/// # Errors
///
/// The first option that means nothing as it was typed.
pub(super) fn check(matches: &ArgMatches) -> Result<(), RequirementError> {
    let (needs, contradictions, matches) = match matches.subcommand() {
        None => (SERVE, SERVE_CONTRADICTIONS, matches),
        Some(("serve", serve)) => (SERVE, SERVE_CONTRADICTIONS, serve),
        Some(("probe", probe)) => (PROBE, &[][..], probe),
        Some(("dns", dns)) => (DNS, &[][..], dns),
        Some(_) => return Ok(()),
    };
    for (option, other, why) in contradictions.iter().copied() {
        if is_used(matches, option) && is_used(matches, other) {
            return Err(RequirementError::Contradicts { option, other, why });
        }
    }
    for (option, needs, why) in needs.iter().copied() {
        if is_used(matches, option) && !needs.iter().any(|need| is_there(matches, need)) {
            return Err(RequirementError::Needs { option, needs, why });
        }
    }
    Ok(())
}

/// Whether this was typed, and asks for something.
fn is_used(matches: &ArgMatches, name: &str) -> bool {
    match name {
        // No header is sent then, as without HTTPS.
        "--hsts" => is_typed(matches, name) && matches.get_one::<u32>("hsts") != Some(&0),
        _ => is_there(matches, name),
    }
}

/// Whether what this needs is there, typed or by default.
fn is_there(matches: &ArgMatches, name: &str) -> bool {
    match name {
        "--monitor-every" => {
            let every = matches.get_one::<Interval<5>>("monitor_every");
            every.is_some_and(|every| every.0.is_some())
        }
        "--queue" => matches.get_one::<usize>("queue") != Some(&0),
        BROWSER => {
            let ways = matches.get_one::<SignInWays>("sign_in");
            ways.is_some_and(|ways| ways.browser)
        }
        USER_OF_ALERTS => {
            let server = matches.get_one::<SmtpUrl>("alert_smtp");
            server.is_some_and(SmtpUrl::has_user)
        }
        AN_ADDRESS => what(matches).any(Servers::is_address),
        A_DOMAIN => what(matches).any(|what| matches!(what, Servers::Documented(_))),
        name => is_typed(matches, name),
    }
}

fn is_typed(matches: &ArgMatches, name: &str) -> bool {
    let id = name.trim_start_matches('-').replace('-', "_");
    matches.value_source(&id) == Some(ValueSource::CommandLine)
}

fn what(matches: &ArgMatches) -> impl Iterator<Item = &Servers> {
    matches.get_many::<Servers>("what").into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::Cli;
    use super::super::parse::parse;
    use super::*;

    fn said(line: &str) -> Result<(), String> {
        let arguments = ["mailguide"].into_iter().chain(line.split_whitespace());
        let parsed = parse(arguments.map(Into::into));
        parsed.map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn an_option_that_means_nothing_is_refused_with_what_it_needs() {
        let tls = "--tls-cert a --tls-key b";
        let smtp = "--alert-mail a@example.net --alert-smtp";
        for (line, expected) in [
            ("", None),
            ("serve", None),
            ("--tls-cert a", Some("--tls-cert needs --tls-key: ")),
            ("serve --tls-key a", Some("--tls-key needs --tls-cert: ")),
            (tls, None),
            (
                "serve --profile-certificate a",
                Some("--profile-certificate needs --profile-key: "),
            ),
            (
                "serve --profile-key a",
                Some("--profile-key needs --profile-certificate: "),
            ),
            (
                "serve --redirect-listen 127.0.0.1:80",
                Some("--redirect-listen needs --tls-cert: "),
            ),
            (
                "serve --hsts 60",
                Some("--hsts needs --tls-cert or --trusted-proxy: "),
            ),
            ("serve --hsts 0", None),
            ("serve --hsts 60 --trusted-proxy 10.0.0.1", None),
            ("serve --hsts 60 --tls-cert a --tls-key b", None),
            (
                "serve --proxy-headers forwarded",
                Some("--proxy-headers needs --trusted-proxy: "),
            ),
            (
                "serve --proxy-protocol",
                Some("--proxy-protocol needs --trusted-proxy: "),
            ),
            ("serve --proxy-protocol --trusted-proxy 10.0.0.1", None),
            ("serve --queue-wait 5", None),
            (
                "serve --queue-wait 5 --queue 0",
                Some("--queue-wait needs --queue: "),
            ),
            ("serve --relays-at-once 5", None),
            ("serve --relays-at-once 5 --sign-in browser", None),
            (
                "serve --relays-at-once 5 --sign-in server",
                Some("--relays-at-once needs browser in --sign-in: "),
            ),
            (
                "serve --relays-per-client 5 --sign-in off",
                Some("--relays-per-client needs browser in --sign-in: "),
            ),
            (
                "serve --relays-per-service 5 --sign-in off",
                Some("--relays-per-service needs browser in --sign-in: "),
            ),
            (
                "serve --monitor-every off --canary a@example.net=x",
                Some("--canary needs --monitor-every: "),
            ),
            ("serve --canary a@example.net=x", None),
            (
                "serve --monitor-every off --alert-webhook https://example.net/x",
                Some("--alert-webhook needs --monitor-every: with off nothing is monitored"),
            ),
            ("serve --alert-webhook https://example.net/x", None),
            (
                &format!("serve --monitor-every off {smtp} smtps://example.net"),
                Some("--alert-mail needs --monitor-every: "),
            ),
            (
                "serve --alert-mail a@example.net",
                Some("--alert-mail needs --alert-smtp: "),
            ),
            (
                "serve --alert-smtp smtps://example.net",
                Some("--alert-smtp needs --alert-mail: "),
            ),
            (
                "serve --alert-smtp-password x",
                Some("--alert-smtp-password needs --alert-smtp: "),
            ),
            (&format!("serve {smtp} smtps://example.net"), None),
            (
                &format!("serve {smtp} smtps://example.net --alert-smtp-password x"),
                Some("--alert-smtp-password needs a user name in --alert-smtp: "),
            ),
            (
                &format!("serve {smtp} smtps://jane@example.net"),
                Some("a user name in --alert-smtp needs --alert-smtp-password: "),
            ),
            (
                &format!("serve {smtp} smtps://jane@example.net --alert-smtp-password x"),
                None,
            ),
            (
                "serve --data x --database postgres://y",
                Some("--data cannot be used with --database: "),
            ),
            (
                "serve --data x --database-file y",
                Some("--data cannot be used with --database-file: "),
            ),
            (
                "serve --database x --database-file y",
                Some("--database cannot be used with --database-file: "),
            ),
            (
                "probe example.net --user jane",
                Some("--user needs --password-stdin: "),
            ),
            (
                "probe example.net --password-stdin",
                Some("--password-stdin needs --user or a mail address: "),
            ),
            ("probe jane@example.net --password-stdin", None),
            ("probe example.net --password-stdin --user jane", None),
            (
                "probe jane@example.net --send-to-self",
                Some("--send-to-self needs --password-stdin: "),
            ),
            (
                "probe imaps://example.net --config x",
                Some("--config needs a domain or mail address: "),
            ),
            ("probe imaps://example.net example.net --config x", None),
            (
                "dns example.net --nameserver 192.0.2.1:53",
                Some("--nameserver needs --check or --seen: "),
            ),
            ("dns example.net --nameserver 192.0.2.1:53 --check", None),
            (
                "dns example.net --cacert x --check",
                Some("--cacert needs --seen: "),
            ),
            (
                "dns example.net --control-host 192.0.2.1:53",
                Some("--control-host needs --seen: "),
            ),
            ("dns example.net --cacert x --seen", None),
        ] {
            let said = said(line);
            match (said, expected) {
                (Ok(()), None) => {}
                (Err(said), Some(begin)) => {
                    assert!(said.starts_with(begin), "{line}: {said}");
                    assert!(said.len() > begin.len() + 5, "{line}: {said}");
                }
                (said, _) => panic!("{line}: {said:?}, expected {expected:?}"),
            }
        }
    }

    #[test]
    fn every_option_that_is_named_is_there() {
        let cli = Cli::command();
        for (command, needs) in [("serve", SERVE), ("probe", PROBE), ("dns", DNS)] {
            let command = cli.find_subcommand(command).unwrap();
            let pairs = SERVE_CONTRADICTIONS.iter().map(|pair| [pair.0, pair.1]);
            let pairs = pairs.filter(|_| command.get_name() == "serve").flatten();
            let names = needs
                .iter()
                .flat_map(|(option, needs, _)| [option].into_iter().chain(*needs));
            for name in names.copied().chain(pairs) {
                let Some(long) = name.strip_prefix("--") else {
                    continue;
                };
                let mut options = command.get_arguments();
                let option = options.find(|option| option.get_long() == Some(long));
                let id = option
                    .unwrap_or_else(|| panic!("there is no {name}"))
                    .get_id();
                assert_eq!(id.as_str(), long.replace('-', "_"));
            }
        }
    }
}
