//! The options of the limits.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::rate::{Rate, parse};

/// Limits on tests and pages.
///
/// A rate is a number and a time: `30/10m` is thirty in ten minutes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitOptions {
    /// Maximum rate of connection tests of one client, which is an IPv4 address or an IPv6 /64. The clients
    /// of a /56 together may do 4 times as much, those of a /48 16 times; so with every limit on clients
    #[arg(long, value_name = "N[/TIME]", default_value = "30/10m", value_parser = parse::<600>)]
    pub tests_per_client: Rate,

    /// Maximum number of connection tests of one client at once
    #[arg(long, value_name = "N", default_value = "4")]
    pub tests_at_once_per_client: NonZeroUsize,

    /// Maximum number of connection tests at once
    #[arg(long, value_name = "N", default_value = "64")]
    pub tests_at_once: NonZeroU32,

    /// Maximum number of connection tests that wait for another one to end
    #[arg(long, value_name = "N", default_value = "64")]
    pub queue: usize,

    /// Maximum time that a connection test waits, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = duration)]
    pub queue_wait: Duration,

    /// Maximum rate of sign-ins to one account
    #[arg(long, value_name = "N[/TIME]", default_value = "10/10m", value_parser = parse::<600>)]
    pub sign_ins_per_account: Rate,

    /// Maximum rate of messages that a test sends from one account to itself
    #[arg(long, value_name = "N[/TIME]", default_value = "1/15m", value_parser = parse::<900>)]
    pub messages_per_account: Rate,

    /// Maximum number of accounts that one client may sign in to
    #[arg(long, value_name = "N[/TIME]", default_value = "5/1h", value_parser = parse::<3600>)]
    pub accounts_per_client: Rate,

    /// Maximum number of refused passwords of one account, over all clients
    #[arg(long, value_name = "N[/TIME]", default_value = "5/15m", value_parser = parse::<900>)]
    pub failed_sign_ins_per_account: Rate,

    /// Maximum number of refused passwords of one provider; then its sign-ins are paused for the same time.
    /// From half of them on each sign-in is delayed, by up to 5 seconds
    #[arg(long, value_name = "N[/TIME]", default_value = "200/15m", value_parser = parse::<900>)]
    pub failed_sign_ins: Rate,

    /// Maximum rate of relays of one client, through which its browser signs in to a mail server itself: one for each
    /// service of a test. At once it may have 4 times as many as tests
    #[arg(long, value_name = "N[/TIME]", default_value = "40/10m", value_parser = parse::<600>)]
    pub relays_per_client: Rate,

    /// Maximum rate of relays to one service, over all clients. At once there may be 8 times as many as one client may
    /// have tests
    #[arg(long, value_name = "N[/TIME]", default_value = "200/10m", value_parser = parse::<600>)]
    pub relays_per_service: Rate,

    /// Maximum number of relays at once
    #[arg(long, value_name = "N", default_value = "128")]
    pub relays_at_once: NonZeroU32,

    /// How long the result of a service that is tested without a password is shared, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = duration)]
    pub share_results: Duration,

    /// Maximum rate of pages that are rendered for one request of one client, such as searches
    #[arg(long, value_name = "N[/TIME]", default_value = "300/1m", value_parser = parse::<60>)]
    pub pages_per_client: Rate,

    /// Maximum number of such pages of one client that are rendered or not yet sent at once
    #[arg(long, value_name = "N", default_value = "8")]
    pub pages_at_once_per_client: NonZeroUsize,

    /// Maximum number of such pages that are rendered or not yet sent at once
    #[arg(long, value_name = "N", default_value = "256")]
    pub pages_at_once: NonZeroUsize,

    /// File with the secret for the keyed hashes of clients and accounts; a random one at each start without
    /// it
    #[arg(long, value_name = "FILE")]
    pub limits_secret: Option<PathBuf>,
}

impl Default for LimitOptions {
    /// The defaults of the options.
    fn default() -> Self {
        #[derive(clap::Parser)]
        struct Nothing {
            #[command(flatten)]
            limits: LimitOptions,
        }
        <Nothing as clap::Parser>::parse_from(["mailguide"]).limits
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    match text.parse::<u32>() {
        Ok(seconds) => Ok(Duration::from_secs(seconds.into())),
        Err(_) => Err("expected a number of seconds".into()),
    }
}
