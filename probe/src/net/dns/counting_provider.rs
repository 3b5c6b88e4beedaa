//! The sockets of the DNS client; counts those that this machine had no resources for.
//!
//! The DNS client does not report why a query failed: a socket that could not be opened and a server that
//! does not answer look alike.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hickory_resolver::net::runtime::{RuntimeProvider, TokioRuntimeProvider};

use crate::net::resources::exhausted;

/// Opens the sockets of Tokio. Clones share the count.
#[derive(Clone, Default)]
pub(super) struct CountingProvider {
    tokio: TokioRuntimeProvider,
    socket_failures: Arc<AtomicUsize>,
}

type Opening<T> = Pin<Box<dyn Send + Future<Output = io::Result<T>>>>;

impl CountingProvider {
    /// How often this machine had no resources for a socket so far.
    pub(super) fn socket_failures(&self) -> usize {
        self.socket_failures.load(Ordering::Relaxed)
    }

    /// Counts a socket that is not opened for lack of resources.
    fn counted<T: 'static>(
        &self,
        opening: Opening<T>,
        is_exhaustion: fn(&io::Error) -> bool,
    ) -> Opening<T> {
        let socket_failures = Arc::clone(&self.socket_failures);
        Box::pin(async move {
            let opened = opening.await;
            if opened.as_ref().is_err_and(is_exhaustion) {
                socket_failures.fetch_add(1, Ordering::Relaxed);
            }
            opened
        })
    }
}

impl RuntimeProvider for CountingProvider {
    type Handle = <TokioRuntimeProvider as RuntimeProvider>::Handle;
    type Timer = <TokioRuntimeProvider as RuntimeProvider>::Timer;
    type Udp = <TokioRuntimeProvider as RuntimeProvider>::Udp;
    type Tcp = <TokioRuntimeProvider as RuntimeProvider>::Tcp;

    fn create_handle(&self) -> Self::Handle {
        self.tokio.create_handle()
    }

    fn connect_tcp(
        &self,
        server: SocketAddr,
        bind: Option<SocketAddr>,
        wait_for: Option<Duration>,
    ) -> Opening<Self::Tcp> {
        self.counted(self.tokio.connect_tcp(server, bind, wait_for), exhausted)
    }

    fn bind_udp(&self, local: SocketAddr, server: SocketAddr) -> Opening<Self::Udp> {
        let is_exhaustion = if local.port() == 0 {
            // The system has no port left, while one that the client has chosen by lot may just be taken.
            |error: &io::Error| exhausted(error) || error.kind() == io::ErrorKind::AddrInUse
        } else {
            exhausted
        };
        self.counted(self.tokio.bind_udp(local, server), is_exhaustion)
    }
}
