//! Trust in mail servers, and connections to them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::socket_address::to_connect_to;

/// Trust in mail servers, and connections to them.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Mail servers")]
pub struct TrustOptions {
    /// PEM file with certificates to trust in addition to the Mozilla roots
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,

    /// Allow connections to loopback and private addresses, and `connect_to` in records
    #[arg(long)]
    pub allow_private: bool,

    /// Host that always answers. When no mail server can be reached and none of these hosts either, the test
    /// reports that it is offline itself. May be given several times; without it the name servers of the
    /// top-level domain are connected to, on port 53
    #[arg(long, value_name = "ADDR:PORT", value_parser = to_connect_to)]
    pub control_host: Vec<SocketAddr>,
}
