//! Every limit that an operator can set.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::rate::{Rate, parse};

/// How much the server does, and for whom.
///
/// A rate is a number and a time: `30/10m` is thirty in ten minutes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitOptions {
    /// How many connection tests one client may start; a client is an IPv4 address or an IPv6 /64. Together
    /// the clients of a /56 may do 4 times, and those of a /48 16 times what one may; so with every limit
    /// on clients
    #[arg(long, value_name = "N[/TIME]", default_value = "30/10m", value_parser = parse::<600>)]
    pub tests_per_client: Rate,

    /// How many connection tests of one client may run at once
    #[arg(long, value_name = "N", default_value = "4")]
    pub tests_at_once_per_client: NonZeroUsize,

    /// How many connection tests may run at once
    #[arg(long, value_name = "N", default_value = "64")]
    pub tests_at_once: NonZeroU32,

    /// How many connection tests may wait until another one has ended
    #[arg(long, value_name = "N", default_value = "64")]
    pub queue: usize,

    /// How many seconds a connection test may wait
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = duration)]
    pub queue_wait: Duration,

    /// How often one account may be signed in to
    #[arg(long, value_name = "N[/TIME]", default_value = "10/10m", value_parser = parse::<600>)]
    pub sign_ins_per_account: Rate,

    /// How many accounts one client may sign in to
    #[arg(long, value_name = "N[/TIME]", default_value = "5/1h", value_parser = parse::<3600>)]
    pub accounts_per_client: Rate,

    /// How often the password of one account may be refused, over all clients
    #[arg(long, value_name = "N[/TIME]", default_value = "5/15m", value_parser = parse::<900>)]
    pub failed_sign_ins_per_account: Rate,

    /// How many passwords of one provider may be refused before none of its is tested for the same time;
    /// from half of them on each sign-in waits longer, up to 5 seconds
    #[arg(long, value_name = "N[/TIME]", default_value = "200/15m", value_parser = parse::<900>)]
    pub failed_sign_ins: Rate,

    /// For how many seconds everybody gets the same result of a service that is tested without a
    /// password
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = duration)]
    pub share_results: Duration,

    /// How many pages that are made for one request, such as searches, one client may ask for
    #[arg(long, value_name = "N[/TIME]", default_value = "300/1m", value_parser = parse::<60>)]
    pub pages_per_client: Rate,

    /// How many such pages of one client may be rendered or not yet sent at once
    #[arg(long, value_name = "N", default_value = "8")]
    pub pages_at_once_per_client: NonZeroUsize,

    /// How many such pages may be rendered or not yet sent at once
    #[arg(long, value_name = "N", default_value = "256")]
    pub pages_at_once: NonZeroUsize,

    /// The secret with which clients and accounts are hashed before they are counted; a new one for
    /// each start if this is left out
    #[arg(long, value_name = "FILE")]
    pub limits_secret: Option<PathBuf>,
}

impl Default for LimitOptions {
    /// What holds if nothing is said.
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
