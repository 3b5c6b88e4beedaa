//! A TCP connection whose kernel acknowledges at once what comes next.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::compat::Compat;

/// A connection on which no acknowledgement is held back.
///
/// Some servers write their part of the handshake in small pieces and wait with each for the
/// acknowledgement of the one before (RFC 896), which a kernel that expects an answer from us holds back
/// for 40 milliseconds (RFC 1122 §4.2.3.2).
pub(super) struct QuickAck(Compat<TcpStream>);

impl QuickAck {
    pub(super) fn new(stream: Compat<TcpStream>) -> Self {
        Self(stream)
    }

    /// The kernel forgets it with every use.
    fn renew(&self) {
        // Where it is not to be had, the check is only slower.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let _ = self.0.get_ref().set_quickack(true);
    }
}

impl AsyncRead for QuickAck {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.0).poll_read(context, buffer);
        self.renew();
        result
    }
}

impl AsyncWrite for QuickAck {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.0).poll_write(context, bytes);
        self.renew();
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(context)
    }
}
