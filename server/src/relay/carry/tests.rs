//! Relays between a browser and a mail server in memory, on a paused clock.

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
