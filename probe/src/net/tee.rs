//! Keeps a copy of the first bytes that a server sends during the TLS handshake.
//!
//! rustls calls everything that is not TLS by one name. Only the bytes tell a mail greeting on the
//! wrong port from garbage.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// As many bytes as are kept: more than any greeting, and all of a ServerHello, which is 1,200 bytes
/// long when it answers a post-quantum key share.
const KEPT: usize = 2048;

/// A stream of which the first bytes can be read again.
pub(super) struct Tee<S> {
    inner: S,
    copy: Copy,
}

/// The first bytes that arrived.
#[derive(Clone, Default)]
pub(super) struct Copy(Arc<Mutex<Vec<u8>>>);

impl Copy {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn add(&self, bytes: &[u8]) {
        let mut copy = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT - copy.len();
        copy.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

impl<S> Tee<S> {
    pub(super) fn new(inner: S) -> (Self, Copy) {
        let copy = Copy::default();
        (
            Self {
                inner,
                copy: copy.clone(),
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
        self.copy.add(&buffer.filled()[before..]);
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

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
