//! The accept loop, and graceful shutdown.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::application::Application;
use crate::listen::connection::{client_permit, connection};
use crate::listen::connections::Connections;
use crate::listen::listener_options::ListenerOptions;

/// Serves until `stop`, and then finishes what is under way within the shutdown timeout.
pub async fn serve(
    listener: TcpListener,
    transport: ListenerOptions,
    app: impl Application,
    stop: impl Future<Output = ()>,
) {
    let connections = TaskTracker::new();
    let shutdown = CancellationToken::new();
    let mut stop = pin!(stop);
    loop {
        let (permit, (stream, peer)) = tokio::select! {
            accepted = accept(&listener, &transport.connections) => accepted,
            () = &mut stop => break,
        };
        // Trusted proxies are exempt. With the PROXY protocol a connection is counted for the client that the
        // proxy names.
        let client_permit = if transport.proxies.trusts(peer.ip()) {
            None
        } else {
            let Ok(permit) = client_permit(&transport, peer.ip()) else {
                continue;
            };
            Some(permit)
        };
        let transport = transport.clone();
        let app = app.clone();
        let shutdown = shutdown.child_token();
        connections.spawn(async move {
            if let Err(cause) = connection(stream, peer, transport, app, shutdown).await {
                tracing::debug!(%cause, "connection ended");
            }
            drop((permit, client_permit));
        });
    }
    drop(listener);
    shutdown.cancel();
    connections.close();
    let closed = timeout(transport.shutdown_timeout, connections.wait()).await;
    if closed.is_err() {
        tracing::warn!("graceful shutdown timed out, closing the remaining connections");
    }
}

/// Accepts the next connection, as soon as there is a permit for one.
async fn accept(
    listener: &TcpListener,
    connections: &Connections,
) -> (OwnedSemaphorePermit, (TcpStream, SocketAddr)) {
    let Some(permit) = connections.permit().await else {
        // The semaphore is never closed, so this does not happen.
        return std::future::pending().await;
    };
    loop {
        match listener.accept().await {
            Ok(accepted) => return (permit, accepted),
            Err(cause) if concerns_one_connection(&cause) => {}
            Err(cause) => {
                // Most likely there are too many open files; some will be closed soon.
                tracing::error!(%cause, "accept failed, trying again in a second");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn concerns_one_connection(cause: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        cause.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
