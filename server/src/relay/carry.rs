//! Carries bytes between a browser and a mail server.
//!
//! One task does it, in turn: it reads from one side only when the other has taken what was read before, so a relay
//! holds a few buffers and never a queue.

use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use probe::Step;
use probe::net::{Probe, Target};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{Instant, sleep_until, timeout};

use super::end::{End, LIMITED};
use super::upward::Upward;
use crate::limits::relay_permit::RelayDenial;

/// All that a relay carries down, in bytes.
const MAX_DOWN_LEN: usize = 96 * 1024;

/// How long a relay lives.
const MAX_TIME: Duration = Duration::from_secs(45);

/// How long a browser may leave the mail server without the next bytes. What the mail server takes to answer is no
/// fault of the browser.
const IDLE: Duration = Duration::from_secs(15);

/// The same inside of TLS, where a test waits until another service has answered to the password.
const IDLE_INSIDE_TLS: Duration = Duration::from_secs(30);

/// How many messages a browser may send. What it has to say fits into a few dozen.
const MAX_MESSAGES: usize = 512;

/// How much is read from the mail server at once, in bytes.
const CHUNK_LEN: usize = 8 * 1024;

/// How long the end may take: the close message out, and the answer to it in.
const CLOSE_TIME: Duration = Duration::from_secs(2);

/// A WebSocket.
trait Socket:
    Stream<Item = Result<Message, axum::Error>> + Sink<Message, Error = axum::Error> + Unpin
{
}

impl<S> Socket for S where
    S: Stream<Item = Result<Message, axum::Error>> + Sink<Message, Error = axum::Error> + Unpin
{
}

/// How much a relay has carried, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    /// Up, from the browser.
    pub(crate) up: usize,
    /// Down, to the browser.
    pub(crate) down: usize,
}

/// A relay that runs, over a WebSocket.
struct Relay<'a, W> {
    socket: &'a mut W,
    upward: Upward,
    carried: Carried,
    messages: usize,
    /// When the mail server last said something. `None` while its answer is waited for.
    browsers_turn_since: Option<Instant>,
}

/// Runs a relay to its end, and closes it. `stopping` ends it.
pub(crate) async fn carry(
    mut socket: WebSocket,
    upward: Upward,
    probe: &Probe,
    target: &Target,
    stopping: impl Future<Output = ()>,
) -> (End, Carried) {
    let mut relay = Relay::new(&mut socket, upward);
    let carrying = async |relay: &mut Relay<_>| {
        let mut early = Vec::new();
        match relay.connect(probe, target, &mut early).await {
            Ok(server) => relay.exchange(server, early).await,
            Err(end) => end,
        }
    };
    let end = tokio::select! {
        biased;
        () = stopping => End::Stopping,
        end = in_time(carrying(&mut relay)) => end,
    };
    let carried = relay.carried;
    if end != End::BrowserGone {
        close(socket, end.code(), end.name().to_owned()).await;
    }
    (end, carried)
}

/// Closes a relay that a limit does not allow.
pub(crate) async fn refuse(socket: WebSocket, denial: RelayDenial) {
    let seconds = denial.wait.as_secs() + 1;
    close(socket, LIMITED, format!("{} {seconds}", denial.limit)).await;
}

/// Closes at once. Whoever asked for no service only wanted to know whether a WebSocket can be opened.
pub(crate) async fn close_at_once(socket: WebSocket) {
    close(socket, close_code::NORMAL, String::new()).await;
}

/// Says why, and waits a moment for the browser to have heard it: a connection that is closed before may take the
/// message with it.
async fn close(mut socket: WebSocket, code: u16, reason: String) {
    let farewell = async {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        socket.send(Message::Close(Some(frame))).await?;
        while let Some(Ok(_)) = socket.recv().await {}
        Ok::<_, axum::Error>(())
    };
    let _ = timeout(CLOSE_TIME, farewell).await;
}

/// Ends what takes longer than a relay lives.
async fn in_time(carrying: impl Future<Output = End>) -> End {
    timeout(MAX_TIME, carrying).await.unwrap_or(End::TooLong)
}

/// What happens to a relay next.
enum Event {
    FromBrowser(Vec<u8>),
    FromServer(usize),
    Idle,
}

impl<'a, W: Socket> Relay<'a, W> {
    fn new(socket: &'a mut W, upward: Upward) -> Self {
        Self {
            socket,
            upward,
            carried: Carried::default(),
            messages: 0,
            browsers_turn_since: None,
        }
    }

    /// Carries bytes both ways, until one side ends. What the browser has sent `early` goes first.
    async fn exchange(&mut self, server: impl AsyncRead + AsyncWrite, early: Vec<u8>) -> End {
        let server = pin!(server);
        match self.carry_both_ways(server, early).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn carry_both_ways(
        &mut self,
        mut server: Pin<&mut (impl AsyncRead + AsyncWrite)>,
        early: Vec<u8>,
    ) -> Result<Infallible, End> {
        self.browsers_turn_since = self.upward.browser_begins().then(Instant::now);
        self.up(&mut server, &early).await?;
        let mut chunk = vec![0; CHUNK_LEN];
        loop {
            let idle = self.idle_at();
            let event = tokio::select! {
                read = server.read(&mut chunk) => Event::FromServer(read.map_err(broken)?),
                message = receive(self.socket, &mut self.messages) => Event::FromBrowser(message?),
                () = passed(idle) => Event::Idle,
            };
            match event {
                Event::FromServer(0) => return Err(End::Closed),
                Event::FromServer(len) => self.down(&chunk[..len]).await?,
                Event::FromBrowser(bytes) => {
                    let mut pass = Vec::new();
                    self.upward.take(&bytes, &mut pass)?;
                    self.up(&mut server, &pass).await?;
                }
                Event::Idle => return Err(End::Idle),
            }
        }
    }

    /// Connects, and tells the browser each step. What it sends meanwhile is judged and kept.
    async fn connect(
        &mut self,
        probe: &Probe,
        target: &Target,
        early: &mut Vec<u8>,
    ) -> Result<TcpStream, End> {
        let (sender, mut steps) = unbounded_channel();
        let connecting = async {
            let connection = probe.connect(target, |step| drop(sender.send(step))).await;
            drop(sender);
            connection
        };
        tokio::pin!(connecting);
        let mut connection = None;
        loop {
            tokio::select! {
                biased;
                step = steps.recv() => match step {
                    Some(step) => self.tell(&step).await?,
                    // The sender has gone with the end of the connecting.
                    None => return connection.flatten().ok_or(End::NotReached),
                },
                connected = &mut connecting, if connection.is_none() => connection = Some(connected),
                message = receive(self.socket, &mut self.messages) => {
                    self.upward.take(&message?, early)?;
                }
            }
        }
    }

    /// Tells the browser a step.
    async fn tell(&mut self, step: &Step) -> Result<(), End> {
        // Steps have nothing that cannot be written as JSON.
        let text = serde_json::to_string(step).unwrap_or_default();
        self.send(Message::Text(text.into())).await
    }

    /// Carries bytes up that may pass.
    async fn up(
        &mut self,
        server: &mut Pin<&mut impl AsyncWrite>,
        bytes: &[u8],
    ) -> Result<(), End> {
        if bytes.is_empty() {
            return Ok(());
        }
        server.write_all(bytes).await.map_err(broken)?;
        self.carried.up += bytes.len();
        self.browsers_turn_since = None;
        Ok(())
    }

    /// Carries bytes down.
    async fn down(&mut self, bytes: &[u8]) -> Result<(), End> {
        self.upward.server_spoke(bytes);
        if self.carried.down + bytes.len() > MAX_DOWN_LEN {
            return Err(End::TooManyBytes);
        }
        self.send(Message::Binary(bytes.to_vec().into())).await?;
        self.carried.down += bytes.len();
        self.browsers_turn_since = Some(Instant::now());
        Ok(())
    }

    /// Sends a message. A browser that takes nothing is not waited for.
    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(IDLE, self.socket.send(message)).await {
            Ok(sent) => sent.map_err(|_| End::BrowserGone),
            Err(_) => Err(End::Idle),
        }
    }

    /// How long the browser may take, as long as it is its turn.
    fn idle_at(&self) -> Option<Instant> {
        let patience = match self.upward.is_inside_tls() {
            true => IDLE_INSIDE_TLS,
            false => IDLE,
        };
        self.browsers_turn_since.map(|since| since + patience)
    }
}

/// Waits until this moment; without one, for ever.
async fn passed(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// The next bytes of the browser. Messages that carry none are counted, too, so that nobody keeps a relay busy with
/// them.
async fn receive(socket: &mut impl Socket, messages: &mut usize) -> Result<Vec<u8>, End> {
    loop {
        let message = match socket.next().await {
            Some(Ok(message)) => message,
            // A message that is too long, or against the protocol, is an error as well; the socket is then of no use.
            Some(Err(_)) | None => return Err(End::BrowserGone),
        };
        *messages += 1;
        if *messages > MAX_MESSAGES {
            return Err(End::WrongMessage);
        }
        match message {
            Message::Binary(bytes) => return Ok(bytes.into()),
            Message::Text(_) => return Err(End::WrongMessage),
            Message::Close(_) => return Err(End::Closed),
            Message::Ping(_) | Message::Pong(_) => {}
        }
    }
}

fn broken(_: io::Error) -> End {
    End::Broken
}

#[cfg(test)]
mod tests;
