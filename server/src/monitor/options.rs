//! The options of the monitor.

use clap::Args;

use super::alert::AlertOptions;
use super::canary::Canary;
use crate::interval::Interval;

/// How the documented services are monitored.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Monitor")]
pub struct MonitorOptions {
    /// How often to check each documented service without a password, such as 5m or 30s; with `off` none is checked
    #[arg(long, value_name = "TIME", default_value = "5m")]
    pub monitor_every: Interval<5>,

    /// Account of your own to sign in to now and then, and the file with its password, which only its owner may read,
    /// or a credential of systemd. A message from the account to itself goes along; one account for each record
    #[arg(long, value_name = "ADDRESS=FILE")]
    pub canary: Vec<Canary>,

    /// Who is told of what it finds.
    #[command(flatten)]
    pub alerts: AlertOptions,
}
