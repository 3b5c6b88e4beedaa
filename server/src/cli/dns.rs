//! What can be typed about the DNS.

use std::net::SocketAddr;
use std::path::PathBuf;

use app::record::Domain;
use clap::Args;
use probe::HostName;

use super::trust::TrustOptions;
use crate::socket_address::to_connect_to;

pub(super) const DNS_HELP: &str = "\
  mailguide dns example.net --site help.example.net
  mailguide dns example.net --site help.example.net --seen --check

Without --site only the mail services are printed, and not the names of the set-up
files. With --check each line begins with right, missing, differs, or unknown where
the DNS does not answer. Exit status: 0 if all is right or only printed, 1 if not, 2
for wrong usage or configuration.";

/// What to publish, and whether to compare.
#[derive(Clone, Debug, Args)]
pub struct DnsOptions {
    /// Domain of mail addresses that a record has
    #[arg(value_name = "DOMAIN")]
    pub domain: Domain,

    /// Host name or address of the site that serves the set-up files
    #[arg(long, value_name = "HOST")]
    pub site: Option<HostName>,

    /// Connect to the mail servers, without a password, and add the keys of their certificates (TLSA). A server
    /// whose certificate cannot be verified is left out
    #[arg(long)]
    pub seen: bool,

    /// Compare with what is published, in place of printing a part of a zone file
    #[arg(long)]
    pub check: bool,

    /// DNS server to ask in place of those of the system
    #[arg(long, value_name = "ADDR:PORT", value_parser = to_connect_to)]
    pub nameserver: Option<SocketAddr>,

    /// Provider record to use in place of the built-in one; may be given several times
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,

    /// Trust in mail servers.
    #[command(flatten)]
    pub trust: TrustOptions,
}
