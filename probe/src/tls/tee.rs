//! Keeps a copy of the first bytes that a server sends during the TLS handshake.
//!
//! rustls calls everything that is not TLS by one name. Only the bytes tell a mail greeting on the
//! wrong port from garbage. The copy is made for whoever holds it: once it is dropped, because there is
//! nothing left to explain, nothing more is kept.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};

use super::flight::MAX_FLIGHT_LEN;

/// A stream of which the first bytes can be read again.
pub(crate) struct Tee<S> {
    inner: S,
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
    pub(super) fn new(inner: S) -> (Self, TeeBuffer) {
        let copy = TeeBuffer::default();
        (
            Self {
                inner,
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
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_read(context, buffer);
        if let Poll::Ready(Ok(length)) = result
            && let Some(copy) = self.copy.upgrade()
        {
            let mut copy = copy.lock().unwrap_or_else(PoisonError::into_inner);
            let room = MAX_FLIGHT_LEN.saturating_sub(copy.len());
            copy.extend_from_slice(&buffer[..length.min(room)]);
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
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(context)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{AsyncReadExt, FutureExt};

    use super::*;

    #[test]
    fn only_the_first_bytes_are_kept_and_none_after_the_end() {
        let sent = vec![7; MAX_FLIGHT_LEN + 1];
        let (mut tee, copy) = Tee::new(sent.as_slice());
        let mut received = vec![0; 10];
        let read = tee.read_exact(&mut received).now_or_never();
        assert!(read.unwrap().is_ok());
        assert_eq!(copy.bytes().len(), 10);
        let read = tee.read_to_end(&mut received).now_or_never();
        assert!(read.unwrap().is_ok());
        assert_eq!(copy.bytes().len(), MAX_FLIGHT_LEN);

        let (mut tee, copy) = Tee::new(sent.as_slice());
        let read = tee.read_exact(&mut received[..10]).now_or_never();
        assert!(read.unwrap().is_ok());
        drop(copy);
        received.clear();
        let read = tee.read_to_end(&mut received).now_or_never();
        assert!(read.unwrap().is_ok());
        assert_eq!(received.len(), MAX_FLIGHT_LEN - 9);
        assert!(tee.copy.upgrade().is_none());
    }
}
