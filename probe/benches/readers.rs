//! How fast the replies of servers are read, from memory.

use std::future::{Pending, pending};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_io::{AsyncRead, AsyncWrite};
use futures_util::FutureExt;
use probe::Protocol;
use probe::dialogue::{Clock, Connection, capabilities, greeting};

/// A server whose replies have all arrived already.
struct RecordedServer {
    bytes: Arc<[u8]>,
    at: usize,
}

impl AsyncRead for RecordedServer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let rest = &self.bytes[self.at..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.at += length;
        Poll::Ready(Ok(length))
    }
}

impl AsyncWrite for RecordedServer {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A clock that stands still.
struct StoppedClock;

impl Clock for StoppedClock {
    type Sleep = Pending<()>;

    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep_until(&self, _: Duration) -> Self::Sleep {
        pending()
    }
}

fn read(protocol: Protocol, bytes: &Arc<[u8]>, asks: bool) {
    let stream = RecordedServer {
        bytes: Arc::clone(bytes),
        at: 0,
    };
    let mut connection = Connection::new(
        stream,
        StoppedClock,
        Arc::default(),
        "[192.0.2.1]".to_owned(),
    );
    connection.begin_stage(Duration::from_secs(1));
    let greeted = greeting(protocol, &mut connection).now_or_never();
    assert!(greeted.is_some_and(|greeted| greeted.is_ok()));
    if asks {
        let found = capabilities(protocol, &mut connection).now_or_never();
        assert!(found.is_some_and(|found| found.is_ok()));
    }
}

fn readers(criterion: &mut Criterion) {
    let imap = |words: usize| {
        let more = " XWORD".repeat(words);
        format!(
            "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE AUTH=PLAIN{more}] ready\r\n"
        )
    };
    let pop3 = |words: usize| {
        let more = "XWORD\r\n".repeat(words);
        format!("+OK ready\r\n+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nSASL PLAIN\r\n{more}.\r\n")
    };
    let smtp = |words: usize| {
        let more = "250-XWORD\r\n".repeat(words);
        format!(
            "220 ready\r\n250-me\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n{more}250 AUTH PLAIN\r\n"
        )
    };
    let mut group = criterion.benchmark_group("replies");
    // Replies of ordinary length, and some near the limit of what is read.
    for (name, protocol, asks, replies) in [
        ("imap", Protocol::Imap, false, imap(0)),
        ("imap, very long", Protocol::Imap, false, imap(1300)),
        ("pop3", Protocol::Pop3, true, pop3(0)),
        ("pop3, very long", Protocol::Pop3, true, pop3(950)),
        ("smtp", Protocol::Smtp, true, smtp(0)),
        ("smtp, very long", Protocol::Smtp, true, smtp(950)),
    ] {
        let bytes: Arc<[u8]> = replies.into_bytes().into();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| read(protocol, &bytes, asks));
        });
    }
    group.finish();
}

criterion_group!(benches, readers);
criterion_main!(benches);
