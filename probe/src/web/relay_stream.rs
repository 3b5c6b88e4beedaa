//! The bytes of a connection through the relay.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};
use futures_util::{Sink, Stream};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, WebSocketError};

use super::relay_end::{Closed, RelayEnd, RelayWatch};

/// More bytes than this are not collected before they are sent.
const MAX_PENDING_LEN: usize = 4 * 1024;

/// The stream to a mail server behind the relay. What is written goes out when it is flushed.
pub(super) struct RelayStream {
    socket: WebSocket,
    /// Told when it is the relay that ends the connection. Then nothing is read any more, because what would be
    /// read says nothing about the mail server.
    watch: RelayWatch,
    received: io::Cursor<Vec<u8>>,
    closed: Option<Closed>,
    pending: Vec<u8>,
}

impl RelayStream {
    /// A connection that the relay has opened.
    pub(super) fn new(socket: WebSocket, watch: RelayWatch) -> Self {
        Self {
            socket,
            watch,
            received: io::Cursor::default(),
            closed: None,
            pending: Vec::new(),
        }
    }

    fn send_pending(&mut self) -> io::Result<()> {
        // On a connection that is closed the next read says why.
        if self.pending.is_empty() || self.closed.is_some() {
            return Ok(());
        }
        let message = Message::Bytes(std::mem::take(&mut self.pending));
        Pin::new(&mut self.socket)
            .start_send(message)
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn close(&mut self, closed: Closed) {
        if let Closed::ByRelay(end) = &closed {
            self.watch.ended(end.clone());
        }
        self.closed = Some(closed);
    }
}

impl AsyncRead for RelayStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            let length = io::Read::read(&mut self.received, buffer)?;
            if length > 0 || buffer.is_empty() {
                return Poll::Ready(Ok(length));
            }
            match &self.closed {
                Some(Closed::ByServer) => return Poll::Ready(Ok(0)),
                Some(Closed::Reset) => {
                    return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
                }
                Some(Closed::ByRelay(_)) => return Poll::Pending,
                None => {}
            }
            let next = std::task::ready!(Pin::new(&mut self.socket).poll_next(context));
            match next {
                Some(Ok(Message::Bytes(bytes))) => self.received = io::Cursor::new(bytes),
                Some(Err(WebSocketError::ConnectionClose(event))) => self.close(event.into()),
                // What is said about it comes with the end.
                Some(Err(_)) => {}
                // Behind the connect step a relay has nothing to say in words.
                Some(Ok(Message::Text(_))) | None => {
                    self.close(Closed::ByRelay(RelayEnd::unreachable()));
                }
            }
        }
    }
}

impl AsyncWrite for RelayStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.pending.len() >= MAX_PENDING_LEN {
            self.send_pending()?;
        }
        let length = bytes.len().min(MAX_PENDING_LEN);
        self.pending.extend_from_slice(&bytes[..length]);
        Poll::Ready(Ok(length))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.send_pending())
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The socket is closed when it is dropped.
        Poll::Ready(self.send_pending())
    }
}

impl Drop for RelayStream {
    /// The last word of TLS, an alert, is written and not flushed.
    fn drop(&mut self) {
        let _ = self.send_pending();
    }
}
