//! What can be typed about the monitor.

use std::path::PathBuf;

use clap::Args;

use super::trust::TrustOptions;
use crate::interval::Interval;

pub(super) const MONITOR_HELP: &str = "\
Every documented service of every record is checked as `serve` does it, without a
password and one at a time on a host. A service in trouble is looked at again, and is
as well as the better of the two looks found it.

  mailguide monitor --once
  mailguide monitor --once --json --config example.toml

Exit status: 0 if no service is down, 1 if one is, 2 for wrong usage or configuration,
or where nothing can be said of a service because of this machine or its network.";

/// What to check once.
#[derive(Clone, Debug, Args)]
pub struct MonitorCommandOptions {
    /// Check every service once and exit; `serve` does it all the time
    #[arg(long, required = true)]
    pub once: bool,

    /// Provider record to use in place of the built-in one; may be given several times
    #[arg(long, value_name = "FILE")]
    pub config: Vec<PathBuf>,

    /// Print the results as one JSON document
    #[arg(long)]
    pub json: bool,

    /// How long to wait before a second look at services in trouble; with `off` the first one counts
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub second_look: Interval<1>,

    /// Trust in mail servers.
    #[command(flatten)]
    pub trust: TrustOptions,
}
