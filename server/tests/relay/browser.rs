//! The browser's end of a relay.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use probe::Step;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::program::Program;

const SUBPROTOCOL: &str = "mailguide.relay.v1";

/// The time after which a test fails.
const LONG: Duration = Duration::from_secs(60);

/// An open relay.
pub(crate) struct Browser(pub(crate) WebSocketStream<TcpStream>);

/// How a relay was closed: its code and its reason.
pub(crate) type Closed = (u16, String);

impl Browser {
    /// Opens a relay as a page of the site does.
    pub(crate) async fn open(program: &Program, service: &str) -> Self {
        let origin = format!("http://{}", program.address);
        let headers = [
            ("origin", origin.as_str()),
            ("sec-websocket-protocol", SUBPROTOCOL),
        ];
        let query = format!("record=lab&service={service}");
        Self::with(program, &query, &headers).await.unwrap()
    }

    /// Opens a relay with these headers, or none for no query.
    ///
    /// # Errors
    ///
    /// The status of the refusal.
    pub(crate) async fn with(
        program: &Program,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let address = &program.address;
        let stream = TcpStream::connect(address).await.unwrap();
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("ws://{address}/api/relay{mark}{query}");
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).unwrap();
            request.headers_mut().insert(*name, value);
        }
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        let message = Message::Binary(bytes.to_vec().into());
        // Whoever was refused before cannot send any more, which the test sees at the end.
        let _ = self.0.send(message).await;
    }

    /// Opens a relay of a site over HTTPS, from a page with this origin.
    ///
    /// # Errors
    ///
    /// The status of the refusal.
    pub(crate) async fn over_https(
        stream: TlsStream<TcpStream>,
        address: &str,
        origin: &str,
    ) -> Result<WebSocketStream<TlsStream<TcpStream>>, u16> {
        let url = format!("wss://{address}/api/relay?record=lab&service=imap");
        let mut request = url.into_client_request().unwrap();
        for (name, value) in [("origin", origin), ("sec-websocket-protocol", SUBPROTOCOL)] {
            let value = HeaderValue::from_str(value).unwrap();
            request.headers_mut().insert(name, value);
        }
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    async fn next(&mut self) -> Option<Message> {
        let message = timeout(LONG, self.0.next()).await.expect("something comes");
        message.and_then(Result::ok)
    }

    /// The steps up to the connection.
    pub(crate) async fn steps(&mut self) -> [Step; 2] {
        [self.step().await, self.step().await]
    }

    pub(crate) async fn step(&mut self) -> Step {
        match self.next().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Whether it begins, with its first step; otherwise how it is closed.
    pub(crate) async fn begins(&mut self) -> Result<(), Closed> {
        match self.next().await {
            Some(Message::Text(_)) => Ok(()),
            Some(Message::Close(Some(frame))) => Err((frame.code.into(), frame.reason.to_string())),
            other => panic!("{other:?}"),
        }
    }

    /// The next bytes of the mail server.
    pub(crate) async fn bytes(&mut self) -> Vec<u8> {
        match self.next().await {
            Some(Message::Binary(bytes)) => bytes.into(),
            other => panic!("{other:?}"),
        }
    }

    /// How it is closed, and what came before that.
    pub(crate) async fn closed(&mut self) -> (Closed, usize) {
        let mut len = 0;
        loop {
            match self.next().await {
                Some(Message::Binary(bytes)) => len += bytes.len(),
                Some(Message::Close(Some(frame))) => {
                    return ((frame.code.into(), frame.reason.to_string()), len);
                }
                Some(_) => {}
                None => panic!("it was closed without a word"),
            }
        }
    }

    /// The bytes of the relay as a stream, without its steps, and what went over the WebSocket, once it is closed.
    pub(crate) fn into_stream(self) -> (DuplexStream, tokio::task::JoinHandle<Vec<u8>>) {
        let Self(mut socket) = self;
        let (own, mut other) = duplex(64 * 1024);
        let carrying = tokio::spawn(async move {
            let (mut seen, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
            loop {
                tokio::select! {
                    read = other.read(&mut buffer) => match read {
                        Ok(len @ 1..) => {
                            seen.extend_from_slice(&buffer[..len]);
                            let message = Message::Binary(buffer[..len].to_vec().into());
                            if socket.send(message).await.is_err() {
                                break;
                            }
                        }
                        _ => break,
                    },
                    message = socket.next() => match message {
                        Some(Ok(Message::Binary(bytes))) => {
                            seen.extend_from_slice(&bytes);
                            other.write_all(&bytes).await.unwrap();
                        }
                        Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_))) => {}
                        _ => break,
                    },
                }
            }
            let _ = socket.close(None).await;
            seen
        });
        (own, carrying)
    }
}
