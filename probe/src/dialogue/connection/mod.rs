//! Reads lines from a server that may send anything, or nothing, for as long as it likes.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{AsyncReadExt, AsyncWriteExt};

use crate::dialogue::clock::{Clock, until};
use crate::dialogue::fault::Fault;
use crate::dialogue::recognise::is_negative_reply;
use crate::dialogue::redact::{MAX_SCANNED_LEN, Redactor};
use crate::dialogue::stream::Stream;
use crate::outcome::Outcome;

/// The longest line that is read, in bytes, without its end. RFC 5321 and RFC 1939 allow 512, IMAP
/// sets no limit. Real capability lines stay below 2,000, but a mailbox with a thousand keywords has flags of
/// 20,000.
pub(crate) const MAX_LINE_LEN: usize = 32 * 1024;

/// The most lines that are read in one stage.
pub(crate) const MAX_STAGE_LINES: usize = 1000;

/// The most bytes that are read in one stage.
pub(crate) const MAX_STAGE_BYTES: usize = 64 * 1024;

/// The most bytes that are taken from the stream at once.
pub(crate) const READ_BUFFER_LEN: usize = 2 * 1024;

/// How many received bytes of a stage are kept, to be quoted in a fault. The redactor scans fewer, so no
/// secret is cut in two before it is searched for.
const MAX_RECEIVED_LEN: usize = 2 * MAX_SCANNED_LEN;

/// One connection: writes commands and reads lines, within the time and size of the current stage.
pub struct Connection<S, C> {
    stream: S,
    clock: C,
    redactor: Arc<Redactor>,
    client_name: String,
    /// When the stage must be over.
    deadline: Duration,
    /// Received bytes that are not consumed yet.
    buffer: Vec<u8>,
    /// Lines and bytes that were consumed in this stage, and the beginning of the latter.
    lines: usize,
    bytes: usize,
    received: Vec<u8>,
    stream_error: Option<io::Error>,
    /// Whether the server has accepted the password. What it refuses then is about the account, not the client.
    pub(in crate::dialogue) signed_in: bool,
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

impl<S, C> Connection<S, C> {
    /// A connection whose first stage has not begun; until then every read and write times out.
    ///
    /// `client_name` is the argument of EHLO, a domain or an address literal (RFC 5321 §4.1.3).
    pub fn new(stream: S, clock: C, redactor: Arc<Redactor>, client_name: String) -> Self {
        Self {
            stream,
            clock,
            redactor,
            client_name,
            deadline: Duration::ZERO,
            buffer: Vec::new(),
            lines: 0,
            bytes: 0,
            received: Vec::new(),
            stream_error: None,
            signed_in: false,
        }
    }

    /// The argument of EHLO.
    pub fn client_name(&self) -> &str {
        &self.client_name
    }

    /// How many received bytes are not consumed yet.
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// The error of the stream that ended the conversation, if one did.
    ///
    /// The dialogue only sees that the connection ended; the layer below may know why.
    pub fn stream_error(&self) -> Option<&io::Error> {
        self.stream_error.as_ref()
    }

    /// Gives the stream away for the TLS handshake.
    ///
    /// # Errors
    ///
    /// [`Outcome::StarttlsInjection`] when any byte is left over, a whole line or not: it came in the
    /// clear, and after the handshake it could not be told from what the server says inside TLS.
    /// [`Outcome::StarttlsBroken`] when it is an error reply in place of TLS.
    pub fn into_upgrade(self) -> Result<Upgrade<S>, Fault> {
        if self.buffer.is_empty() {
            return Ok(Upgrade {
                stream: self.stream,
            });
        }
        let outcome = if is_negative_reply(&self.buffer) {
            Outcome::StarttlsBroken
        } else {
            Outcome::StarttlsInjection
        };
        Err(self.fault(outcome, &self.buffer))
    }

    /// The server's words, made safe to show.
    pub(in crate::dialogue) fn quote(&self, words: &[u8]) -> Option<String> {
        self.redactor.sanitize(words)
    }

    /// A fault for which the server's last words are the reason.
    pub(in crate::dialogue) fn fault(&self, outcome: Outcome, words: &[u8]) -> Fault {
        Fault {
            outcome,
            server_reply: self.quote(words),
        }
    }
}

impl<S: Stream, C: Clock> Connection<S, C> {
    /// Begins a stage, which must end within `timeout` however slowly the bytes come in.
    pub fn begin_stage(&mut self, timeout: Duration) {
        self.deadline = self.clock.now() + timeout;
        self.begin_round();
    }

    /// Begins another round of a stage that asks the same again and again: what was read before does not count
    /// any more, and the end of the stage stays.
    pub(crate) fn begin_round(&mut self) {
        self.lines = 0;
        self.bytes = 0;
        self.received.clear();
    }

    /// Writes one command, line end included, at once.
    ///
    /// A connection that the server has closed is not an error here: its last words may still be on
    /// their way, and the next read finds either them or the end.
    ///
    /// # Errors
    ///
    /// [`Outcome::NoReply`] when the server does not accept the bytes before the stage is over.
    pub(crate) async fn send(&mut self, command: &[u8]) -> Result<(), Fault> {
        let stream = &mut self.stream;
        let written = async {
            stream.write_all(command).await?;
            stream.flush().await
        };
        match until(&self.clock, self.deadline, written).await {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => {
                self.stream_error = Some(error);
                Ok(())
            }
            None => Err(self.cut_short(Outcome::NoReply)),
        }
    }

    /// Reads one line, without its end. A lone LF ends a line, too.
    ///
    /// # Errors
    ///
    /// [`Outcome::NoReply`], [`Outcome::ClosedEarly`], [`Outcome::ReplyTooLong`], and
    /// [`Outcome::MalformedReply`] for a NUL byte. The fault quotes what arrived before it.
    pub(crate) async fn read_line(&mut self) -> Result<Vec<u8>, Fault> {
        let mut searched = 0;
        loop {
            let found = self.buffer[searched..]
                .iter()
                .position(|byte| *byte == b'\n');
            if let Some(position) = found {
                return self.take_line(searched + position);
            }
            searched = self.buffer.len();
            // One byte more than the line, because the CR of its end may already be there.
            if searched > MAX_LINE_LEN + 1 {
                return Err(self.cut_short(Outcome::ReplyTooLong));
            }
            self.read_more().await?;
        }
    }

    /// Lowers what is left of the stage, and returns the end that it had, for [`Connection::end_at`].
    pub(crate) fn shorten(&mut self, time: Duration) -> Duration {
        let whole = self.deadline;
        self.deadline = whole.min(self.clock.now() + time);
        whole
    }

    /// Puts the end of the stage back.
    pub(crate) fn end_at(&mut self, deadline: Duration) {
        self.deadline = deadline;
    }

    /// Reads one line, or nothing when it has not come within this time; what has come of it is kept.
    ///
    /// # Errors
    ///
    /// As [`Connection::read_line`].
    pub(crate) async fn read_line_within(
        &mut self,
        time: Duration,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let whole = self.shorten(time);
        let line = self.read_line().await;
        self.end_at(whole);
        match line {
            Ok(line) => Ok(Some(line)),
            Err(fault) if fault.outcome == Outcome::NoReply && !self.time_left().is_zero() => {
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Reads so many bytes, whatever they are.
    ///
    /// # Errors
    ///
    /// [`Outcome::NoReply`] and [`Outcome::ClosedEarly`], and [`Outcome::ReplyTooLong`] when the stage has
    /// read too much.
    pub(crate) async fn read_exact(&mut self, length: usize) -> Result<Vec<u8>, Fault> {
        if self.bytes + length > MAX_STAGE_BYTES {
            return Err(self.cut_short(Outcome::ReplyTooLong));
        }
        self.peek(length).await?;
        self.bytes += length;
        Ok(self.buffer.drain(..length).collect())
    }

    /// The time by the clock of the connection.
    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// The time until the stage must be over.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.saturating_sub(self.clock.now())
    }

    /// Waits, but not longer than the stage.
    pub(crate) async fn pause(&self, time: Duration) {
        let moment = self.deadline.min(self.clock.now() + time);
        self.clock.sleep_until(moment).await;
    }

    /// Waits until at least so many bytes have arrived, and returns all without consuming them.
    ///
    /// # Errors
    ///
    /// [`Outcome::NoReply`] and [`Outcome::ClosedEarly`].
    pub(crate) async fn peek(&mut self, at_least: usize) -> Result<&[u8], Fault> {
        while self.buffer.len() < at_least {
            self.read_more().await?;
        }
        Ok(&self.buffer)
    }

    /// Closes the connection, and waits no longer than the stage for the other side to notice.
    pub async fn close(&mut self) {
        let closed = self.stream.close();
        // Nothing follows that an error could change.
        let _ = until(&self.clock, self.deadline, closed).await;
    }

    fn take_line(&mut self, end: usize) -> Result<Vec<u8>, Fault> {
        let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        self.lines += 1;
        self.bytes += line.len();
        let room = MAX_RECEIVED_LEN.saturating_sub(self.received.len());
        self.received
            .extend_from_slice(&line[..line.len().min(room)]);
        self.received.push(b' ');
        // How much has arrived behind this line is chance, so it is not quoted.
        if line.len() > MAX_LINE_LEN || self.lines > MAX_STAGE_LINES || self.bytes > MAX_STAGE_BYTES
        {
            Err(self.fault(Outcome::ReplyTooLong, &self.received))
        } else if line.contains(&0) {
            Err(self.fault(Outcome::MalformedReply, &self.received))
        } else {
            Ok(line)
        }
    }

    async fn read_more(&mut self) -> Result<(), Fault> {
        let mut bytes = [0; READ_BUFFER_LEN];
        let read = self.stream.read(&mut bytes);
        match until(&self.clock, self.deadline, read).await {
            Some(Ok(0)) => Err(self.cut_short(Outcome::ClosedEarly)),
            Some(Ok(length)) => {
                self.buffer.extend_from_slice(&bytes[..length]);
                Ok(())
            }
            Some(Err(error)) => {
                self.stream_error = Some(error);
                Err(self.cut_short(Outcome::ClosedEarly))
            }
            None => Err(self.cut_short(Outcome::NoReply)),
        }
    }

    /// A fault in the middle of a reply. It quotes what has arrived of it.
    fn cut_short(&self, outcome: Outcome) -> Fault {
        let rest = &self.buffer[..self.buffer.len().min(MAX_RECEIVED_LEN)];
        self.fault(outcome, &[&self.received, rest].concat())
    }
}
