//! Keeps a copy of the first bytes that a server sends during the TLS handshake.
//!
//! rustls calls everything that is not TLS by one name. Only the bytes tell a mail greeting on the
//! wrong port from garbage. The copy is made for whoever holds it: once it is dropped, because there is
//! nothing left to explain, nothing more is kept.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::tls::flight::MAX_FLIGHT_LEN;

/// A stream of which the first bytes can be read again.
pub(super) struct Tee<S> {
    inner: S,
    /// What is done with the stream whenever it was used.
    used: fn(&S),
    copy: Weak<Mutex<Vec<u8>>>,
}

/// The first bytes that arrived.
#[derive(Default)]
pub(super) struct TeeBuffer(Arc<Mutex<Vec<u8>>>);

impl TeeBuffer {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl<S> Tee<S> {
    pub(super) fn new(inner: S, used: fn(&S)) -> (Self, TeeBuffer) {
        let copy = TeeBuffer::default();
        (
            Self {
                inner,
                used,
                copy: Arc::downgrade(&copy.0),
            },
            copy,
        )
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tee<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(context, buffer);
        (self.used)(&self.inner);
        if let Some(copy) = self.copy.upgrade() {
            let mut copy = copy.lock().unwrap_or_else(PoisonError::into_inner);
            let bytes = &buffer.filled()[before..];
            let room = MAX_FLIGHT_LEN.saturating_sub(copy.len());
            copy.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tee<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(context, bytes);
        (self.used)(&self.inner);
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn only_the_first_bytes_are_kept_and_none_after_the_end() {
        let sent = vec![7; MAX_FLIGHT_LEN + 1];
        let (mut tee, copy) = Tee::new(sent.as_slice(), |_| {});
        let mut received = vec![0; 10];
        tee.read_exact(&mut received).await.unwrap();
        assert_eq!(copy.bytes().len(), 10);
        tee.read_to_end(&mut received).await.unwrap();
        assert_eq!(copy.bytes().len(), MAX_FLIGHT_LEN);

        let (mut tee, copy) = Tee::new(sent.as_slice(), |_| {});
        tee.read_exact(&mut received[..10]).await.unwrap();
        drop(copy);
        received.clear();
        tee.read_to_end(&mut received).await.unwrap();
        assert_eq!(received.len(), MAX_FLIGHT_LEN - 9);
        assert!(tee.copy.upgrade().is_none());
    }
}
