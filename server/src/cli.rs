//! What can be typed on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::client::ProxyOptions;
use crate::commands::probe::{ConnectTo, Servers};
use crate::limits::LimitOptions;
use crate::listen::connections::ConnectionOptions;
use crate::listen::tls::TlsOptions;
use crate::log::LogFormat;
use crate::security_txt::Contact;

/// The help page that proves its own settings.
#[derive(Debug, Parser)]
#[command(
    name = "mailguide",
    version,
    about,
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    /// What to do; serving the site if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The options of `serve`.
    #[command(flatten)]
    pub serve: ServeOptions,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the site (the default)
    Serve(Box<ServeOptions>),
    /// Check provider records without serving them
    CheckConfig(CheckConfigOptions),
    /// Check mail servers from the command line
    #[command(after_help = PROBE_HELP)]
    Probe(ProbeOptions),
    /// List everything that a check can find
    Outcomes,
}

const PROBE_HELP: &str = "\
Servers are given as URLs: imaps:// pop3s:// smtps:// use TLS from the start;
imap:// pop3:// smtp:// start in the clear and must offer STARTTLS.

  mailguide probe centurylink.net
  mailguide probe imaps://mail.example.net smtp://smtp.example.net:587
  mailguide probe jane@centurylink.net --password-stdin < password.txt

Exit code: 0 all is well, 1 something failed, 2 bad usage or configuration.";

/// How to serve the site.
#[derive(Clone, Debug, Args)]
pub struct ServeOptions {
    /// Where to listen
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// A name under which the site is served; requests for other names are refused. May be given several
    /// times; without it every name is served
    #[arg(long, value_name = "NAME", value_parser = crate::host::parse)]
    pub host: Vec<String>,

    /// A provider record to use in place of the built-in one; may be given several times
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,

    /// The language of the pages
    #[arg(long, value_name = "NAME", default_value = "en", value_parser = language)]
    pub language: String,

    /// Serve /metrics, /healthz and /readyz here, for operators; nowhere if it is left out
    #[arg(long, value_name = "ADDR:PORT")]
    pub metrics_listen: Option<SocketAddr>,

    /// How many seconds what is under way may go on after the program was told to stop
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub stop_within: u16,

    /// Whom to tell of a hole, for /.well-known/security.txt; may be given several times
    #[arg(long, value_name = "URL", value_parser = Contact::parse)]
    pub security_contact: Vec<Contact>,

    /// How the log is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// HTTPS without a proxy.
    #[command(flatten)]
    pub tls: TlsOptions,

    /// How many connections are taken.
    #[command(flatten)]
    pub connections: ConnectionOptions,

    /// The proxies in front of the server.
    #[command(flatten)]
    pub proxies: ProxyOptions,

    /// How much the server does, and for whom.
    #[command(flatten)]
    pub limits: LimitOptions,

    /// How to reach and trust the mail servers.
    #[command(flatten)]
    pub trust: TrustOptions,
}

/// How to reach and trust the mail servers.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Mail servers")]
pub struct TrustOptions {
    /// Trust the certificates in this PEM file, besides the Mozilla roots
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,

    /// Connect to loopback and private addresses too, and accept `connect_to` in records
    #[arg(long)]
    pub allow_private: bool,
}

/// What to check without serving.
#[derive(Clone, Debug, Args)]
pub struct CheckConfigOptions {
    /// The records that would be given as `--config`
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// What to probe from the command line.
#[derive(Clone, Debug, Args)]
pub struct ProbeOptions {
    /// A mail domain, a mail address, or servers as URLs
    #[arg(required = true, value_name = "DOMAIN|URL")]
    pub what: Vec<Servers>,

    /// The user name to sign in with; an address given as DOMAIN is used if this is left out
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,

    /// Read the password from standard input
    #[arg(long)]
    pub password_stdin: bool,

    /// Connect to ADDR:PORT where HOST:PORT is meant; may be given several times
    #[arg(long, value_name = "HOST:PORT:ADDR:PORT")]
    pub connect_to: Vec<ConnectTo>,

    /// A provider record to use in place of the built-in one; may be given several times
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,

    /// Print one JSON document
    #[arg(long)]
    pub json: bool,

    /// Seconds after which a server is given up
    #[arg(long, value_name = "SECONDS", default_value = "45", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,

    /// How to reach and trust the servers.
    #[command(flatten)]
    pub trust: TrustOptions,
}

/// Accepts the languages that have a folder.
fn language(name: &str) -> Result<String, String> {
    let languages = app::content::languages();
    if languages.iter().any(|known| known == name) {
        Ok(name.to_owned())
    } else {
        Err(format!("expected one of: {}", languages.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_option_is_described_for_operators_with_its_default() {
        let text = include_str!("../../docs/operations.md");
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
