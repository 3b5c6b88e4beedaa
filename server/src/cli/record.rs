//! What can be typed about records.

use std::net::SocketAddr;
use std::path::PathBuf;

use app::record::{Domain, HttpsUrl};
use clap::{Args, Subcommand};

use super::language::language;
use super::servers::ConnectTo;
use super::trust::TrustOptions;
use crate::socket_address::to_connect_to;

/// What to do with records.
#[derive(Clone, Debug, Subcommand)]
pub enum RecordCommand {
    /// Write a record from what a domain publishes
    #[command(after_help = NEW_HELP)]
    New(NewOptions),
    /// Write a record from a set-up file of mail programs
    #[command(after_help = IMPORT_HELP)]
    Import(ImportOptions),
    /// Print the settings of a domain
    Show(ShowOptions),
}

/// Thunderbird's list of mail providers.
pub const LIST: &str = "https://v1.ispdb.net";

const NEW_HELP: &str = "\
Asked are autoconfig on its own host and at its well-known place, PACC, Autodiscover, SRV
records, Thunderbird's list of mail providers, and for domains that none of these know
the company that takes the mail of the domain. Nothing is sent but the domain. What was
found is tested without a password.

  mailguide record new example.net > example.toml

What the sources contradict each other in stands in the record as comments. Progress is
told on standard error. Exit status: 0 if there is a record, 2 if there is none.";

const IMPORT_HELP: &str = "\
The format is recognised: Thunderbird's autoconfig XML, also a file of its list of
providers, an Apple profile (.mobileconfig), an Autodiscover answer in XML, SRV
records as in a zone file, PACC's JSON, and the text of a QR code of Thunderbird
for Android.

  mailguide record import config-v1.1.xml > example.toml
  curl -s https://autoconfig.example.net/mail/config-v1.1.xml | mailguide record import -

The record is printed to standard output. What is not in it is told on standard error,
with file and line. Exit status: 0 if there is a record, 2 if there is none.";

/// A domain whose settings to look for.
#[derive(Clone, Debug, Args)]
pub struct NewOptions {
    /// Domain of mail addresses
    #[arg(value_name = "DOMAIN")]
    pub domain: Domain,

    /// Thunderbird's list of mail providers, or a copy of it
    #[arg(long, value_name = "URL", default_value = LIST)]
    pub ispdb: HttpsUrl,

    /// DNS server to ask in place of those of the system
    #[arg(long, value_name = "ADDR:PORT", value_parser = to_connect_to)]
    pub nameserver: Option<SocketAddr>,

    /// Connect to ADDR:PORT in place of HOST:PORT, as for `probe`; may be given several times
    #[arg(long, value_name = "HOST:PORT:ADDR:PORT[,ADDR:PORT...]")]
    pub connect_to: Vec<ConnectTo>,

    /// Trust in servers.
    #[command(flatten)]
    pub trust: TrustOptions,
}

/// A set-up file to read.
#[derive(Clone, Debug, Args)]
pub struct ImportOptions {
    /// Set-up file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Domain of the mail addresses, where the file does not have it; may be given several times
    #[arg(long, value_name = "DOMAIN")]
    pub domain: Vec<Domain>,

    /// Page from which the file was fetched. The record names it as the source of its values; without it the
    /// place where programs look for such a file
    #[arg(long, value_name = "URL")]
    pub url: Option<HttpsUrl>,
}

/// Which settings to print.
#[derive(Clone, Debug, Args)]
pub struct ShowOptions {
    /// Mail domain, or mail address
    #[arg(value_name = "DOMAIN")]
    pub domain: String,

    /// Provider record to use in place of the built-in one; may be given several times
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,

    /// Language of the texts
    #[arg(long, value_name = "NAME", default_value = "en", value_parser = language)]
    pub language: String,
}
