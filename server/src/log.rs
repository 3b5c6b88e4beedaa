//! What the server says of itself, on standard error.

use std::io::{self, IsTerminal};
use std::panic::PanicHookInfo;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Begins to write the log. What is in it is set by `MAILGUIDE_LOG`.
pub fn start(format: LogFormat) {
    // The DNS client warns of odd answers, with all that is in them. Here those are a test's result, and
    // which domains are tested is not for the log.
    let filter = EnvFilter::try_from_env("MAILGUIDE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,hickory_net=off,hickory_resolver=off"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    // A panic goes into the log like everything else, with the id of the request that caused it.
    std::panic::set_hook(Box::new(panicked));
}

fn panicked(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let message = panic.payload_as_str().unwrap_or_default();
    tracing::error!(message, place, "something panicked");
}
