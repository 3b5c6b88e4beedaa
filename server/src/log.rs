//! What the server says of itself, on standard error.

use std::io::{self, IsTerminal};
use std::panic::PanicHookInfo;

use clap::ValueEnum;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
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

/// Who is not heard unless he is named. The DNS client warns of odd answers, with all that is in them; here
/// those are a test's result, and which domains are tested is not for the log. HTTP/2 and TLS warn of odd
/// clients and mail servers, who could fill a disk with that.
const QUIET: &str = "hickory_net=off,hickory_resolver=off,h2=off,rustls=off";

/// How many lines may wait until they are written. What comes on top of that is lost.
const MAX_WAITING_LINES: usize = 8 * 1024;

/// Begins to write the log, until what is returned is dropped. What is in it is set by `MAILGUIDE_LOG`.
///
/// A thread of its own does the writing. Where nobody reads the log, or the disk is full, lines are lost,
/// and nothing waits for them or fails because of them.
pub fn start(format: LogFormat) -> WorkerGuard {
    let wanted = std::env::var("MAILGUIDE_LOG");
    let filter = filter(wanted.as_deref().unwrap_or("info"));
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(MAX_WAITING_LINES)
        .thread_name("log")
        .finish(io::stderr());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would complain with a macro that panics when it cannot write either.
        .log_internal_errors(false)
        .with_writer(writer);
    match format {
        LogFormat::Text => log.with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    // A panic goes into the log like everything else, with the id of the request that caused it.
    std::panic::set_hook(Box::new(panicked));
    guard
}

/// What was wanted comes last, so that it prevails. What is no filter is left out of it.
fn filter(wanted: &str) -> EnvFilter {
    EnvFilter::new(format!("{QUIET},{wanted}"))
}

fn panicked(panic: &PanicHookInfo<'_>) {
    // Its message is left out: it may quote the text that was being read, and so a password.
    let place = panic.location().map(ToString::to_string);
    tracing::error!(place, "something panicked");
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A log that is kept.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn odd_clients_and_mail_servers_do_not_fill_the_log() {
        for (wanted, lines) in [("info", 1), ("trace", 1), ("info,h2=warn", 2), ("off", 0)] {
            let log = Log::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_env_filter(filter(wanted))
                .with_writer(move || writer.clone())
                .finish();
            tracing::subscriber::with_default(subscriber, || {
                tracing::warn!(target: "h2::proto::streams::recv", "a stream was reset");
                tracing::warn!(target: "rustls::common_state", "an alert was sent");
                tracing::warn!(target: "hickory_net::udp", "an odd answer");
                tracing::warn!("something of our own");
            });
            let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
            assert_eq!(told.lines().count(), lines, "{told}");
        }
    }

    #[test]
    fn a_panic_is_told_by_its_place_and_not_by_what_it_read() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(panicked));
            let text = String::from("canary-7c1f-\u{e9}");
            let caught = std::panic::catch_unwind(|| text[..13].len());
            std::panic::set_hook(before);
            assert!(caught.is_err());
        });
        let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(told.contains("something panicked"), "{told}");
        assert!(told.contains("log.rs:"), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
}
