//! Carries bytes between a browser and a mail server.
//!
//! One task does it, in turn: it reads from one side only when the other has taken what was read before, so a relay
//! holds a few buffers and never a queue.

use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use probe::Step;
use probe::net::{Probe, Target};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{Instant, sleep_until, timeout};

use super::end::{End, LIMITED};
use super::upward::Upward;
use crate::limits::relay::RelayDenial;

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
mod tests {
    use futures_util::sink;
    use futures_util::stream;
    use probe::{Endpoint, Protocol, Security};
    use tokio::io::{DuplexStream, duplex};
    use tokio::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::testing::endpoint;

    /// The end of a WebSocket that a test holds.
    struct Browser {
        to_relay: Sender<Message>,
        from_relay: Receiver<Message>,
    }

    /// A socket whose other end reads as much as it likes.
    fn socket() -> (impl Socket, Browser) {
        let (to_relay, messages) = channel(1);
        let (sender, from_relay) = channel::<Message>(1);
        let messages = stream::unfold(messages, async |mut messages| {
            messages.recv().await.map(|message| (Ok(message), messages))
        });
        let answers = sink::unfold(sender, async |sender, message| {
            let sent = sender.send(message).await;
            sent.map(|()| sender).map_err(axum::Error::new)
        });
        let both = Both(Box::pin(messages), Box::pin(answers));
        (
            both,
            Browser {
                to_relay,
                from_relay,
            },
        )
    }

    struct Both<R, W>(Pin<Box<R>>, Pin<Box<W>>);

    impl<R: Stream, W> Stream for Both<R, W> {
        type Item = R::Item;
        fn poll_next(
            mut self: Pin<&mut Self>,
            task: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<R::Item>> {
            self.0.as_mut().poll_next(task)
        }
    }

    impl<R, W: Sink<Message>> Sink<Message> for Both<R, W> {
        type Error = W::Error;
        fn poll_ready(
            mut self: Pin<&mut Self>,
            task: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), W::Error>> {
            self.1.as_mut().poll_ready(task)
        }
        fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), W::Error> {
            self.1.as_mut().start_send(message)
        }
        fn poll_flush(
            mut self: Pin<&mut Self>,
            task: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), W::Error>> {
            self.1.as_mut().poll_flush(task)
        }
        fn poll_close(
            mut self: Pin<&mut Self>,
            task: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), W::Error>> {
            self.1.as_mut().poll_close(task)
        }
    }

    /// How a relay ends and after how many seconds, while this is done at its two ends.
    async fn end(
        security: Security,
        act: impl AsyncFnOnce(&mut Browser, &mut DuplexStream),
    ) -> (End, u64) {
        let endpoint = Endpoint {
            protocol: Protocol::Imap,
            security,
            ..endpoint()
        };
        let (mut socket, mut browser) = socket();
        let (server, mut mail) = duplex(64 * 1024);
        let mut relay = Relay::new(&mut socket, Upward::new(&endpoint).unwrap());
        let begun = Instant::now();
        let acting = async {
            act(&mut browser, &mut mail).await;
            std::future::pending::<()>().await;
        };
        let end = tokio::select! {
            end = in_time(relay.exchange(server, Vec::new())) => end,
            () = acting => unreachable!("it is pending"),
        };
        (end, begun.elapsed().as_secs())
    }

    fn hello() -> Message {
        Message::Binary([&[22, 3, 1, 0, 50, 1][..], &[0; 49]].concat().into())
    }

    fn data() -> Message {
        Message::Binary(vec![23, 3, 3, 0, 1, 0].into())
    }

    const SERVER_HELLO: &[u8] = &[22, 3, 3, 0, 1, 2];

    #[tokio::test(start_paused = true)]
    async fn nobody_keeps_a_relay_for_long() {
        let silent = async |_: &mut Browser, _: &mut DuplexStream| {};
        assert_eq!(end(Security::Tls, silent).await, (End::Idle, 15));
        // What the mail server takes is no fault of the browser.
        assert_eq!(end(Security::Starttls, silent).await, (End::TooLong, 45));
        let greeted = end(Security::Starttls, async |browser, mail| {
            sleep_until(Instant::now() + Duration::from_secs(25)).await;
            mail.write_all(b"* OK ready\r\n").await.unwrap();
            browser.from_relay.recv().await.unwrap();
        });
        assert_eq!(greeted.await, (End::Idle, 40));
        let asked = end(Security::Tls, async |browser, _| {
            browser.to_relay.send(hello()).await.unwrap();
        });
        assert_eq!(asked.await, (End::TooLong, 45));
        let answered = end(Security::Tls, async |browser, mail| {
            browser.to_relay.send(hello()).await.unwrap();
            sleep_until(Instant::now() + Duration::from_secs(5)).await;
            mail.write_all(SERVER_HELLO).await.unwrap();
            browser.from_relay.recv().await.unwrap();
        });
        assert_eq!(answered.await, (End::Idle, 20));
        // Inside of TLS it may have to wait for another service.
        let inside = end(Security::Tls, async |browser, mail| {
            browser.to_relay.send(hello()).await.unwrap();
            mail.write_all(SERVER_HELLO).await.unwrap();
            browser.from_relay.recv().await.unwrap();
            browser.to_relay.send(data()).await.unwrap();
            sleep_until(Instant::now() + Duration::from_secs(5)).await;
            mail.write_all(&[23, 3, 3, 0, 1, 0]).await.unwrap();
            browser.from_relay.recv().await.unwrap();
        });
        assert_eq!(inside.await, (End::Idle, 35));
        // Pings are no bytes.
        let pinging = end(Security::Tls, async |browser, _| {
            for _ in 0..40 {
                browser
                    .to_relay
                    .send(Message::Ping(Vec::new().into()))
                    .await
                    .unwrap();
                sleep_until(Instant::now() + Duration::from_secs(1)).await;
            }
        });
        assert_eq!(pinging.await, (End::Idle, 15));
        // A trickle of records, each in time.
        let trickle = end(Security::Tls, async |browser, mail| {
            browser.to_relay.send(hello()).await.unwrap();
            loop {
                mail.write_all(SERVER_HELLO).await.unwrap();
                browser.from_relay.recv().await.unwrap();
                sleep_until(Instant::now() + Duration::from_secs(10)).await;
                browser.to_relay.send(data()).await.unwrap();
            }
        });
        assert_eq!(trickle.await, (End::TooLong, 45));
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_that_reads_nothing_holds_one_chunk_and_not_for_long() {
        let (end, seconds) = end(Security::Tls, async |browser, mail| {
            browser.to_relay.send(hello()).await.unwrap();
            // The pipe to the relay takes 64 KiB; more fits only if the relay reads on.
            let flood = mail.write_all(&[22; 90 * 1024]);
            assert!(timeout(Duration::from_secs(1), flood).await.is_err());
        })
        .await;
        assert_eq!((end, seconds), (End::Idle, 15));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_carried_has_an_end() {
        let flood = end(Security::Tls, async |browser, mail| {
            browser.to_relay.send(hello()).await.unwrap();
            let mut read = 0;
            let (mut write, reading) = (
                pin!(mail.write_all(&[22; 200 * 1024])),
                &mut browser.from_relay,
            );
            loop {
                tokio::select! {
                    _ = &mut write => {}
                    message = reading.recv() => match message {
                        Some(message) => read += message.into_data().len(),
                        None => break,
                    }
                }
                assert!(read <= MAX_DOWN_LEN);
            }
        });
        assert_eq!(flood.await, (End::TooManyBytes, 0));
        let chatter = end(Security::Tls, async |browser, _| {
            while browser
                .to_relay
                .send(Message::Pong(Vec::new().into()))
                .await
                .is_ok()
            {}
        });
        assert_eq!(chatter.await, (End::WrongMessage, 0));
        let text = end(Security::Starttls, async |browser, mail| {
            mail.write_all(b"* OK ready\r\n").await.unwrap();
            browser.from_relay.recv().await.unwrap();
            browser
                .to_relay
                .send(Message::Text("m0123abc STARTTLS\r\n".into()))
                .await
                .unwrap();
        });
        assert_eq!(text.await, (End::WrongMessage, 0));
    }
}
