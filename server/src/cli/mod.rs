//! The command line.

pub mod dns;
mod language;
pub mod monitor;
pub mod parse;
pub mod record;
mod requirements;
pub mod servers;
pub mod trust;

use std::net::SocketAddr;
use std::path::PathBuf;

use app::check::SignInWays;
use app::operator::{Contact, Operator};
use app::record::HttpsUrl;
use clap::{Args, Parser, Subcommand};

use self::dns::{DNS_HELP, DnsOptions};
use self::language::language;
use self::monitor::MONITOR_HELP;
pub use self::monitor::MonitorCommandOptions;
use self::record::RecordCommand;
use self::servers::{ConnectTo, Servers};
pub use self::trust::TrustOptions;
use crate::http::client::ProxyOptions;
use crate::interval::Interval;
use crate::limits::LimitOptions;
use crate::listen::connections::ConnectionOptions;
use crate::listen::tls::TlsOptions;
use crate::log::LogFormat;
use crate::monitor::MonitorOptions;
use crate::socket_address::to_listen_on;
use crate::storage::StorageOptions;

/// Serves a help page for mail settings that tests the mail servers itself
#[derive(Debug, Parser)]
#[command(
    name = "mailguide",
    version,
    about,
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    /// The command; `serve` if there is none.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The options of `serve`.
    #[command(flatten)]
    pub serve: ServeOptions,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the site (the default)
    Serve(Box<ServeOptions>),
    /// Check provider records and exit
    CheckConfig(CheckConfigOptions),
    /// Test mail servers and print the results
    #[command(after_help = PROBE_HELP)]
    Probe(ProbeOptions),
    /// Check every documented service once, for cron and CI
    #[command(after_help = MONITOR_HELP)]
    Monitor(MonitorCommandOptions),
    /// Write records from what others publish, and print what is in them
    #[command(subcommand)]
    Record(RecordCommand),
    /// Print what to publish in the DNS for a domain, or compare it with what is published
    #[command(after_help = DNS_HELP)]
    Dns(DnsOptions),
    /// Print every outcome of a test as Markdown
    Outcomes,
}

const PROBE_HELP: &str = "\
Servers are given as URLs: imaps:// pop3s:// smtps:// use TLS from the start;
imap:// pop3:// smtp:// require STARTTLS.

  mailguide probe centurylink.net
  mailguide probe imaps://mail.example.net smtp://smtp.example.net:587
  mailguide probe jane@centurylink.net --password-stdin < password.txt
  mailguide probe imaps://mail.example.net --programs

Exit status: 0 if every test passed, 1 if one failed, 2 for wrong usage or configuration.";

/// Who runs the site, at the foot of every page.
#[derive(Clone, Debug, Args)]
pub struct OperatorOptions {
    /// Name of whoever runs the site, for the foot of every page
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,

    /// Page that says what becomes of the visitors' data, for the foot of every page
    #[arg(long, value_name = "URL", value_parser = str::parse::<HttpsUrl>)]
    pub privacy_page: Option<HttpsUrl>,

    /// Contact for questions about the site, for the foot of every page
    #[arg(long, value_name = "URL", value_parser = Contact::parse)]
    pub contact: Option<Contact>,
}

impl From<OperatorOptions> for Operator {
    fn from(options: OperatorOptions) -> Self {
        Self {
            name: options.operator,
            privacy: options.privacy_page,
            contact: options.contact,
        }
    }
}

/// Signatures of the profiles for Apple devices.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Profiles for iPhone, iPad and Mac")]
pub struct ProfileOptions {
    /// Sign profiles with the certificate chain in this PEM file, in place of the one of --tls-cert. The files are
    /// reloaded when they change, and on SIGHUP. Without any certificate profiles are not signed
    #[arg(long, value_name = "FILE")]
    pub profile_certificate: Option<PathBuf>,

    /// Private key of that certificate, in PEM: RSA, or ECDSA with a curve of NIST
    #[arg(long, value_name = "FILE")]
    pub profile_key: Option<PathBuf>,
}

/// How to serve the site.
#[derive(Clone, Debug, Args)]
pub struct ServeOptions {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:3000", value_parser = to_listen_on)]
    pub listen: SocketAddr,

    /// Host name of the site; requests for other names are refused with 421, but for set-up files of mail programs
    /// under the names of the mail domains. May be given several times; without it requests for every name are
    /// answered
    #[arg(long, value_name = "NAME", value_parser = crate::http::host::parse)]
    pub host: Vec<String>,

    /// Provider record to use in place of the built-in one; may be given several times
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,

    /// Default language, for requests that accept none of the others
    #[arg(long, value_name = "NAME", default_value = "en", value_parser = language)]
    pub language: String,

    /// Address and port for /metrics, /healthz and /readyz; not served without it
    #[arg(long, value_name = "ADDR:PORT", value_parser = to_listen_on)]
    pub metrics_listen: Option<SocketAddr>,

    /// How often to look at what the domains of the records publish for mail programs, such as 30m or 6h; with
    /// `off` nobody is asked
    #[arg(long, value_name = "TIME", default_value = "1h")]
    pub published_settings_every: Interval,

    /// Graceful shutdown timeout in seconds: after it, open connections are closed
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub stop_within: u16,

    /// Who runs the site.
    #[command(flatten)]
    pub operator: OperatorOptions,

    /// Security contact for /.well-known/security.txt; may be given several times
    #[arg(long, value_name = "URL", value_parser = Contact::parse)]
    pub security_contact: Vec<Contact>,

    /// Format of the log
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// HTTPS without a proxy.
    #[command(flatten)]
    pub tls: TlsOptions,

    /// Signatures of profiles.
    #[command(flatten)]
    pub profiles: ProfileOptions,

    /// Limits on connections.
    #[command(flatten)]
    pub connections: ConnectionOptions,

    /// The proxies in front of the server.
    #[command(flatten)]
    pub proxies: ProxyOptions,

    /// Limits on tests and pages.
    #[command(flatten)]
    pub limits: LimitOptions,

    /// Ways in which customers may sign in for a test: `browser` signs in itself, through a relay that cannot read what
    /// it carries; with `server` the password passes through this server. `off` tests without passwords only
    #[arg(long, value_name = "WAYS", default_value = "browser,server")]
    pub sign_in: SignInWays,

    /// The monitor.
    #[command(flatten)]
    pub monitor: MonitorOptions,

    /// Where the history is kept.
    #[command(flatten)]
    pub storage: StorageOptions,

    /// Trust in mail servers.
    #[command(flatten)]
    pub trust: TrustOptions,
}

/// What to check without serving.
#[derive(Clone, Debug, Args)]
pub struct CheckConfigOptions {
    /// Provider records, as for `--config`
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// What to probe from the command line.
#[derive(Clone, Debug, Args)]
pub struct ProbeOptions {
    /// Mail domain, mail address, or servers as URLs
    #[arg(required = true, value_name = "DOMAIN|URL")]
    pub what: Vec<Servers>,

    /// User name for the sign-in; the address, if one is given as DOMAIN, without it
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,

    /// Read the password from standard input
    #[arg(long)]
    pub password_stdin: bool,

    /// Send a message from the address to itself, and watch it arrive over IMAP
    #[arg(long)]
    pub send_to_self: bool,

    /// Connect to ADDR:PORT in place of HOST:PORT. Several addresses, separated by commas or in options of
    /// their own, are treated as those of the host; may be given several times
    #[arg(long, value_name = "HOST:PORT:ADDR:PORT[,ADDR:PORT...]")]
    pub connect_to: Vec<ConnectTo>,

    /// Provider record to use in place of the built-in one; may be given several times
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,

    /// Language of the results
    #[arg(long, value_name = "NAME", default_value = "en", value_parser = language)]
    pub language: String,

    /// Print the results as one JSON document
    #[arg(long)]
    pub json: bool,

    /// Ask each server which mail programs and older versions of them can connect to it. This opens up to 23
    /// more connections to the server, one after the other
    #[arg(long)]
    pub programs: bool,

    /// Timeout for each server in seconds
    #[arg(long, value_name = "SECONDS", default_value = "45", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,

    /// Trust in mail servers.
    #[command(flatten)]
    pub trust: TrustOptions,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn results_are_in_a_language_that_there_is() {
        let parse = |arguments: &[&str]| {
            let all = ["mailguide", "probe", "example.net"]
                .iter()
                .chain(arguments);
            Cli::try_parse_from(all)
        };
        assert!(parse(&[]).is_ok());
        assert!(parse(&["--language", "en"]).is_ok());
        let error = parse(&["--language", "xx"]).unwrap_err().to_string();
        assert!(error.contains("expected one of: en"), "{error}");
    }

    #[test]
    fn every_option_is_described_for_operators_with_its_default() {
        let text = include_str!("../../../docs/operations.md");
        let cli = Cli::command();
        let serve = cli.find_subcommand("serve").unwrap();
        for option in serve.get_arguments() {
            let Some(name) = option.get_long().filter(|name| *name != "help") else {
                continue;
            };
            let name = format!("`--{name}");
            let row = text.lines().find(|line| {
                let cell = line
                    .strip_prefix("| ")
                    .and_then(|line| line.split(" |").next());
                let mut names = cell.unwrap_or_default().split(", ");
                names.any(|named| named.trim_end_matches('`').split(' ').next() == Some(&name))
            });
            let row = row.unwrap_or_else(|| panic!("{name}` is not described"));
            let shown = row.split('|').nth(2).unwrap_or_default().trim();
            for default in option.get_default_values() {
                let default = default.to_string_lossy();
                // Switches have none that can be typed.
                if default != "false" {
                    assert_eq!(shown, default, "{name}`");
                }
            }
        }
    }
}
