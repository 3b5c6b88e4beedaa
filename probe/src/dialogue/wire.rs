//! Reads lines from a server that may send anything, or nothing, for as long as it likes.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use futures_util::future::{Either, select};
use futures_util::{AsyncReadExt, AsyncWriteExt};

use super::clock::Clock;
use super::fault::Fault;
use super::recognise::complains;
use super::said::{LOOKED_AT, Redactor};
use crate::outcome::Outcome;

/// The longest line that is read, in bytes, without its end. RFC 5321 and RFC 1939 allow 512, IMAP
/// sets no limit, and real capability lines stay below 2,000.
pub(crate) const LONGEST_LINE: usize = 8 * 1024;

/// The most lines that are read in one stage.
pub(crate) const MOST_LINES: usize = 1000;

/// The most bytes that are read in one stage.
pub(crate) const MOST_BYTES: usize = 64 * 1024;

/// The most bytes that are taken from the stream at once.
pub(crate) const MOST_AT_ONCE: usize = 2 * 1024;

/// How much of what a server said is kept, to be quoted when something goes wrong. No less than is
/// looked at, so that no secret is cut in two before it is looked for.
const HEARD: usize = 2 * LOOKED_AT;

/// One connection: writes commands and reads lines, within the time and size of the current stage.
pub struct Wire<S, C> {
    stream: S,
    clock: C,
    redactor: Arc<Redactor>,
    client_name: String,
    deadline: Duration,
    inbox: Vec<u8>,
    lines: usize,
    bytes: usize,
    heard: Vec<u8>,
    broken: Option<io::Error>,
}

/// A stream that may be encrypted now: nothing that was sent before TLS can be taken for a part of it.
pub struct Upgrade<S> {
    stream: S,
}

impl<S> Upgrade<S> {
    /// A connection on which nothing has been read yet, for TLS from the first byte on.
    pub fn fresh(stream: S) -> Self {
        Self { stream }
    }

    /// The same connection, taken out of a wrapper that holds back no bytes.
    #[cfg(feature = "net")]
    pub(crate) fn map<T>(self, unwrap: impl FnOnce(S) -> T) -> Upgrade<T> {
        Upgrade {
            stream: unwrap(self.stream),
        }
    }

    /// The stream, for the TLS handshake.
    pub fn into_stream(self) -> S {
        self.stream
    }
}

impl<S, C> Wire<S, C> {
    /// A connection with no time to do anything, until a stage is begun.
    ///
    /// `client_name` is what an SMTP server is told, a domain or an address literal (RFC 5321 §4.1.3).
    pub fn new(stream: S, clock: C, redactor: Arc<Redactor>, client_name: String) -> Self {
        Self {
            stream,
            clock,
            redactor,
            client_name,
            deadline: Duration::ZERO,
            inbox: Vec::new(),
            lines: 0,
            bytes: 0,
            heard: Vec::new(),
            broken: None,
        }
    }

    /// The name by which this client introduces itself.
    pub fn client_name(&self) -> &str {
        &self.client_name
    }

    /// How many bytes have arrived that no reply has taken yet.
    pub fn buffered(&self) -> usize {
        self.inbox.len()
    }

    /// The error of the stream itself that ended the conversation, if one did.
    ///
    /// The dialogue knows only that the line went dead; whoever made the stream can tell more.
    pub fn broken(&self) -> Option<&io::Error> {
        self.broken.as_ref()
    }

    /// Gives the stream away for the TLS handshake.
    ///
    /// # Errors
    ///
    /// [`Outcome::StarttlsInjection`] when any byte is left over, a whole line or not: it came in the
    /// clear, and after the handshake it could not be told from what the server says inside TLS.
    /// [`Outcome::StarttlsBroken`] when it is the server's excuse for not beginning TLS after all.
    pub fn into_upgrade(self) -> Result<Upgrade<S>, Fault> {
        if self.inbox.is_empty() {
            return Ok(Upgrade {
                stream: self.stream,
            });
        }
        let outcome = if complains(&self.inbox) {
            Outcome::StarttlsBroken
        } else {
            Outcome::StarttlsInjection
        };
        Err(self.fault(outcome, &self.inbox))
    }

    /// The server's words, made safe to show.
    pub(super) fn quote(&self, words: &[u8]) -> Option<String> {
        self.redactor.clean(words)
    }

    /// A fault for which the server's last words are the reason.
    pub(super) fn fault(&self, outcome: Outcome, words: &[u8]) -> Fault {
        Fault {
            outcome,
            server_said: self.quote(words),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin, C: Clock> Wire<S, C> {
    /// Begins a stage, which must end within `budget` however slowly the bytes come in.
    pub fn begin(&mut self, budget: Duration) {
        self.deadline = self.clock.now() + budget;
        self.lines = 0;
        self.bytes = 0;
        self.heard.clear();
    }

    /// Writes one command, line end included, in one piece.
    ///
    /// A connection that the server has closed is not an error here: its last words may still be on
    /// their way, and the next read finds either them or the end.
    ///
    /// # Errors
    ///
    /// [`Outcome::NoReply`] when the server takes nothing in until the stage is over.
    pub(crate) async fn send(&mut self, command: &[u8]) -> Result<(), Fault> {
        let stream = &mut self.stream;
        let written = async {
            stream.write_all(command).await?;
            stream.flush().await
        };
        match within(&self.clock, self.deadline, written).await {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => {
                self.broken = Some(error);
                Ok(())
            }
            None => Err(self.lost(Outcome::NoReply)),
        }
    }

    /// Reads one line, without its end. A lone LF ends a line, too.
    ///
    /// # Errors
    ///
    /// [`Outcome::NoReply`], [`Outcome::ClosedEarly`], [`Outcome::ReplyTooLong`], and
    /// [`Outcome::MalformedReply`] for a NUL byte. The fault quotes what arrived before it.
    pub(crate) async fn line(&mut self) -> Result<Vec<u8>, Fault> {
        let mut searched = 0;
        loop {
            let found = self.inbox[searched..]
                .iter()
                .position(|byte| *byte == b'\n');
            if let Some(position) = found {
                return self.take_line(searched + position);
            }
            searched = self.inbox.len();
            // One byte more than the line, because the CR of its end may already be there.
            if searched > LONGEST_LINE + 1 {
                return Err(self.lost(Outcome::ReplyTooLong));
            }
            self.fill().await?;
        }
    }

    /// Waits until at least so many bytes are there and shows, without taking them, all that are.
    ///
    /// # Errors
    ///
    /// [`Outcome::NoReply`] and [`Outcome::ClosedEarly`].
    pub(crate) async fn peek(&mut self, at_least: usize) -> Result<&[u8], Fault> {
        while self.inbox.len() < at_least {
            self.fill().await?;
        }
        Ok(&self.inbox)
    }

    /// Closes the connection, and waits no longer than the stage for the other side to notice.
    pub async fn close(&mut self) {
        let closed = self.stream.close();
        // There is nobody left to tell about an error.
        let _ = within(&self.clock, self.deadline, closed).await;
    }

    fn take_line(&mut self, end: usize) -> Result<Vec<u8>, Fault> {
        let mut line: Vec<u8> = self.inbox.drain(..=end).collect();
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        self.lines += 1;
        self.bytes += line.len();
        let room = HEARD.saturating_sub(self.heard.len());
        self.heard.extend_from_slice(&line[..line.len().min(room)]);
        self.heard.push(b' ');
        // What has arrived behind this line is by chance, and not what is wrong.
        if line.len() > LONGEST_LINE || self.lines > MOST_LINES || self.bytes > MOST_BYTES {
            Err(self.fault(Outcome::ReplyTooLong, &self.heard))
        } else if line.contains(&0) {
            Err(self.fault(Outcome::MalformedReply, &self.heard))
        } else {
            Ok(line)
        }
    }

    async fn fill(&mut self) -> Result<(), Fault> {
        let mut bytes = [0; MOST_AT_ONCE];
        let read = self.stream.read(&mut bytes);
        match within(&self.clock, self.deadline, read).await {
            Some(Ok(0)) => Err(self.lost(Outcome::ClosedEarly)),
            Some(Ok(length)) => {
                self.inbox.extend_from_slice(&bytes[..length]);
                Ok(())
            }
            Some(Err(error)) => {
                self.broken = Some(error);
                Err(self.lost(Outcome::ClosedEarly))
            }
            None => Err(self.lost(Outcome::NoReply)),
        }
    }

    /// A fault in the middle of a reply, quoting what there is of it.
    fn lost(&self, outcome: Outcome) -> Fault {
        let rest = &self.inbox[..self.inbox.len().min(HEARD)];
        self.fault(outcome, &[&self.heard, rest].concat())
    }
}

/// Runs a future until it is done or the time is up, and tells which by `None`.
async fn within<T>(
    clock: &impl Clock,
    deadline: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    // The clock is asked first, so that a server that never pauses cannot outrun it.
    match select(pin!(clock.sleep_until(deadline)), pin!(work)).await {
        Either::Left(_) => None,
        Either::Right((done, _)) => Some(done),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::script::{Script, wire};

    #[test]
    fn lines_end_in_lf_with_or_without_cr() {
        let mut wire = wire(Script::new(b"one\r\ntwo\nthree\r\r\n\r\nfour"));
        for expected in [&b"one"[..], b"two", b"three\r", b""] {
            assert_eq!(wire.line().now_or_never().unwrap().unwrap(), expected);
        }
        let fault = wire.line().now_or_never().unwrap().unwrap_err();
        assert_eq!(fault.outcome, Outcome::ClosedEarly);
        assert!(fault.server_said.unwrap().ends_with("four"));
    }

    #[test]
    fn what_is_read_is_bounded() {
        for (bytes, outcome) in [
            (vec![b'a'; 1 << 20], Outcome::ReplyTooLong),
            (
                [vec![b'a'; LONGEST_LINE + 1], b"\r\n".to_vec()].concat(),
                Outcome::ReplyTooLong,
            ),
            (b"\n".repeat(MOST_LINES + 1), Outcome::ReplyTooLong),
            (
                [vec![b'a'; 999], b"\n".to_vec()].concat().repeat(66),
                Outcome::ReplyTooLong,
            ),
            (b"abc\0def\r\n".to_vec(), Outcome::MalformedReply),
            (
                [vec![b'a'; LONGEST_LINE], b"\r\n".to_vec()].concat(),
                Outcome::ClosedEarly,
            ),
            (b"\n".repeat(MOST_LINES), Outcome::ClosedEarly),
        ] {
            for step in [1, 2, 3, 1024, usize::MAX] {
                let mut wire = wire(Script::new(&bytes).in_steps_of(step));
                let fault = loop {
                    match wire.line().now_or_never().unwrap() {
                        Ok(_) => assert!(wire.buffered() <= LONGEST_LINE + 4096),
                        Err(fault) => break fault,
                    }
                };
                assert_eq!(fault.outcome, outcome, "{} bytes by {step}", bytes.len());
            }
        }
    }

    #[test]
    fn a_drip_of_bytes_does_not_move_the_deadline() {
        // Every read lets a second pass; the stage lasts ten.
        let mut wire = wire(
            Script::new(&[b'a'; 100])
                .in_steps_of(1)
                .taking(Duration::from_secs(1)),
        );
        wire.begin(Duration::from_secs(10));
        let fault = wire.line().now_or_never().unwrap().unwrap_err();
        assert_eq!(fault.outcome, Outcome::NoReply);
        assert!((9..=11).contains(&fault.server_said.unwrap().len()));
    }

    #[test]
    fn one_byte_left_over_stops_the_upgrade() {
        use Outcome::{StarttlsBroken, StarttlsInjection};
        for (bytes, expected) in [
            (&b"220 go\r\n"[..], None),
            (b"220 go\n", None),
            (b"220 go\r\n.", Some(StarttlsInjection)),
            (b"220 go\r\n\r", Some(StarttlsInjection)),
            (b"220 go\r\n250 OK\r\n", Some(StarttlsInjection)),
            (b"220 go\r\n\x16\x03\x03", Some(StarttlsInjection)),
            (b"220 go\r\n-ERR failed\r\n", Some(StarttlsBroken)),
            (b"220 go\r\nm1 NO failed\r\n", Some(StarttlsBroken)),
            (b"220 go\r\n454 failed\r\n", Some(StarttlsBroken)),
        ] {
            // However much of it has come by then, it is never taken for a part of what is protected.
            for length in bytes.len().min(8)..=bytes.len() {
                let mut wire = wire(Script::new(&bytes[..length]));
                wire.line().now_or_never().unwrap().unwrap();
                let upgrade = wire.into_upgrade().map_err(|fault| fault.outcome);
                let clean = bytes[..length].ends_with(b" go\r\n") || expected.is_none();
                assert_eq!(upgrade.is_ok(), clean, "{bytes:?}");
                if length == bytes.len() {
                    assert_eq!(upgrade.err(), expected, "{bytes:?}");
                }
            }
        }
    }

    /// What should be read of this, written down once more in the simplest way.
    fn lines_of(bytes: &[u8]) -> (Vec<Vec<u8>>, Outcome) {
        let mut all: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        let rest = all.pop().unwrap_or_default();
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for line in all {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let together = lines.iter().map(Vec::len).sum::<usize>() + line.len();
            if line.len() > LONGEST_LINE || lines.len() == MOST_LINES || together > MOST_BYTES {
                return (lines, Outcome::ReplyTooLong);
            }
            if line.contains(&0) {
                return (lines, Outcome::MalformedReply);
            }
            lines.push(line.to_vec());
        }
        let too_long = rest.len() > LONGEST_LINE + 1;
        let end = if too_long {
            Outcome::ReplyTooLong
        } else {
            Outcome::ClosedEarly
        };
        (lines, end)
    }

    /// Short and long parts of lines, some many times.
    fn said() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop::sample::select(b"a\r\n\n\0 \xff".to_vec());
        let short = prop::collection::vec(byte, 0..8);
        let times = prop_oneof![8 => Just(1), 1 => 1..1100_usize];
        let many = (short, times).prop_map(|(part, times)| part.repeat(times));
        let long = (
            0..3_usize,
            prop::sample::select(vec![0, 1, LONGEST_LINE - 1, MOST_BYTES / 9]),
        );
        let long = long.prop_map(|(more, length)| vec![b'x'; length + more]);
        prop::collection::vec(prop_oneof![3 => many, 1 => long], 0..24)
            .prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn lines_are_the_same_in_any_pieces(
            bytes in said(),
            pieces in prop::collection::vec(1..3000_usize, 1..6),
        ) {
            let (lines, end) = lines_of(&bytes);
            for pieces in [&pieces[..], &[usize::MAX]] {
                let mut wire = wire(Script::new(&bytes).in_pieces(pieces));
                for line in &lines {
                    prop_assert_eq!(&wire.line().now_or_never().unwrap().unwrap(), line);
                }
                let fault = wire.line().now_or_never().unwrap().unwrap_err();
                prop_assert_eq!(fault.outcome, end);
                prop_assert!(wire.buffered() <= LONGEST_LINE + 2 + MOST_AT_ONCE);
            }
        }
    }
}
