//! For tests: a scripted server in memory, and a clock that its reads advance.

#![allow(clippy::unwrap_used, reason = "only tests and fuzzing use it")]

use std::collections::VecDeque;
use std::future::{Future, ready};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};

use crate::credentials::Credentials;
#[cfg(test)]
use crate::dialogue::Connection;
use crate::dialogue::{Clock, Redactor, Sealed, VerifiedConnection, VerifiedTls};

/// Stands in a script for the tag of the last IMAP command.
pub(crate) const TAG: u8 = 1;

/// A server that speaks first and then answers each command with the next reply. Then it hangs up.
pub(crate) struct Script {
    replies: Vec<Vec<u8>>,
    current: VecDeque<u8>,
    /// How many bytes each read brings, over and over again.
    fragments: Vec<usize>,
    reads: usize,
    /// As many bytes come before one read ends and the next begins.
    cut: usize,
    /// Whether it says nothing more at the end, instead of hanging up.
    stalls: bool,
    taking: Duration,
    time: TestClock,
    sent: Sent,
    taken: Arc<AtomicUsize>,
    flushed: bool,
}

/// What the client sent, one entry a flight.
#[derive(Clone, Default)]
pub(crate) struct Sent(Arc<Mutex<Vec<String>>>);

impl Sent {
    /// All that was sent.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0
            .lock()
            .expect("no test panics while it writes")
            .clone()
    }
}

impl Script {
    pub(crate) fn new(greeting: &[u8]) -> Self {
        Self {
            replies: Vec::new(),
            current: greeting.to_vec().into(),
            fragments: vec![usize::MAX],
            reads: 0,
            cut: usize::MAX,
            stalls: false,
            taking: Duration::ZERO,
            time: TestClock::default(),
            sent: Sent::default(),
            taken: Arc::default(),
            flushed: true,
        }
    }

    /// A server that greets with the first element and answers with the others in turn.
    pub(crate) fn of(replies: &[&[u8]]) -> Self {
        let mut script = Self::new(replies[0]);
        script.replies = replies[1..]
            .iter()
            .rev()
            .map(|reply| reply.to_vec())
            .collect();
        script
    }

    #[cfg(test)]
    pub(crate) fn in_steps_of(self, step: usize) -> Self {
        self.in_fragments(&[step])
    }

    /// The same, but each read brings so many bytes, over and over again.
    pub(crate) fn in_fragments(mut self, fragments: &[usize]) -> Self {
        self.fragments = fragments.to_vec();
        self
    }

    /// The same, but the bytes before this place and those behind it never come together.
    #[cfg(test)]
    pub(crate) fn cut_at(mut self, place: usize) -> Self {
        self.cut = place;
        self
    }

    /// The same, but at the end it says nothing more instead of hanging up.
    #[cfg(test)]
    pub(crate) fn stalling(mut self) -> Self {
        self.stalls = true;
        self
    }

    #[cfg(test)]
    pub(crate) fn taking(mut self, time: Duration) -> Self {
        self.taking = time;
        self
    }

    pub(crate) fn sent(&self) -> Sent {
        self.sent.clone()
    }

    /// How many bytes were taken so far.
    pub(crate) fn taken(&self) -> Arc<AtomicUsize> {
        self.taken.clone()
    }
}

/// A connection to the script in the middle of a long stage.
#[cfg(test)]
pub(crate) fn connection_to(script: Script) -> Connection<Script, TestClock> {
    let clock = script.time.clone();
    let mut connection = Connection::new(script, clock, Arc::default(), "[192.0.2.1]".into());
    connection.begin_stage(Duration::from_secs(1_000_000));
    connection
}

/// The script as if it were a verified server.
pub(crate) fn verified_connection_to(
    script: Script,
    credentials: &Credentials,
) -> VerifiedConnection<Script, TestClock> {
    let clock = script.time.clone();
    let redactor = Arc::new(Redactor::new(Some(credentials)));
    let mut protected = VerifiedConnection::new(script, clock, redactor, "[192.0.2.1]".into());
    protected
        .connection()
        .begin_stage(Duration::from_secs(1_000_000));
    protected
}

impl Sealed for Script {}
impl VerifiedTls for Script {}

impl AsyncRead for Script {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.time
            .0
            .fetch_add(self.taking.as_millis() as u64, Ordering::Relaxed);
        if self.stalls && self.current.is_empty() {
            return Poll::Pending;
        }
        let cut = if self.cut == 0 { usize::MAX } else { self.cut };
        let fragment = self.fragments[self.reads % self.fragments.len()];
        let length = self.current.len().min(fragment).min(buffer.len()).min(cut);
        self.cut = cut.saturating_sub(length);
        self.reads += 1;
        self.taken.fetch_add(length, Ordering::Relaxed);
        for (to, from) in buffer.iter_mut().zip(self.current.drain(..length)) {
            *to = from;
        }
        Poll::Ready(Ok(length))
    }
}

impl AsyncWrite for Script {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut flights = self.sent.0.lock().unwrap();
        if self.flushed {
            flights.push(String::new());
        }
        flights
            .last_mut()
            .unwrap()
            .push_str(&String::from_utf8_lossy(bytes));
        drop(flights);
        self.flushed = false;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.flushed {
            self.flushed = true;
            // An answer to a challenge has no tag; the one of its command stays.
            let flights = self.sent.all();
            let command = flights
                .iter()
                .rev()
                .find_map(|flight| flight.split_once(' '));
            let tag = command.map_or("", |(tag, _)| tag).as_bytes();
            for byte in self.replies.pop().unwrap_or_default() {
                match byte {
                    TAG => self.current.extend(tag),
                    _ => self.current.push_back(byte),
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A clock that counts the reads of a script.
#[derive(Clone, Default)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl Clock for TestClock {
    type Sleep = Pin<Box<dyn Future<Output = ()>>>;

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn sleep_until(&self, moment: Duration) -> Self::Sleep {
        if self.now() >= moment {
            Box::pin(ready(()))
        } else {
            Box::pin(std::future::pending())
        }
    }
}

/// A clock for which every moment has come.
#[cfg(test)]
pub(crate) struct Impatient;

#[cfg(test)]
impl Clock for Impatient {
    type Sleep = std::future::Ready<()>;

    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep_until(&self, _: Duration) -> Self::Sleep {
        ready(())
    }
}
