//! The log, on standard error.

use std::io::{self, IsTerminal};
use std::panic::PanicHookInfo;

use clap::ValueEnum;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// The format of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines of text
    #[default]
    Text,
    /// One JSON object per line
    Json,
}

/// Libraries that do not log unless they are named. The DNS client warns of odd answers and quotes them; here
/// they are the result of a test, and which domains are tested is not logged. HTTP/2 and TLS warn of odd clients
/// and mail servers, which could fill a disk. PostgreSQL notices at each start that the tables are there already.
const SILENCED: &str =
    "hickory_net=off,hickory_resolver=off,h2=off,rustls=off,sqlx::postgres::notice=off";

/// How many lines are buffered. Further lines are lost.
const MAX_BUFFERED_LINES: usize = 8 * 1024;

/// Starts the log, until the guard is dropped. `MAILGUIDE_LOG` sets its filter.
///
/// A thread of its own writes it. Where nothing reads the log, or the disk is full, lines are lost, and nothing
/// waits or fails because of that.
pub fn start(format: LogFormat) -> WorkerGuard {
    let wanted = std::env::var("MAILGUIDE_LOG");
    let filter = filter(wanted.as_deref().unwrap_or("info"));
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(MAX_BUFFERED_LINES)
        .thread_name("log")
        .finish(io::stderr());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // An internal error would be printed with a macro that panics where nothing can be written.
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

/// The configured filter comes last, so that it prevails. Parts of it that are no filter are ignored.
fn filter(wanted: &str) -> EnvFilter {
    EnvFilter::new(format!("{SILENCED},{wanted}"))
}

fn panicked(panic: &PanicHookInfo<'_>) {
    // Its message is left out: it may quote the text that was being read, and so a password.
    let place = panic.location().map(ToString::to_string);
    tracing::error!(place, "a task panicked");
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
        assert!(told.contains("a task panicked"), "{told}");
        assert!(told.contains("log.rs:"), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
}
