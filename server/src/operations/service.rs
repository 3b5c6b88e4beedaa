//! The service manager, where there is one: what it is told, and what it gives.

use std::io;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::net::TcpListener;

/// Says that requests are answered from now on.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// Says that no new requests are taken.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// The socket that the service manager has opened for us, if it has: then the program needs no right to
/// open low ports, and nobody is turned away while it restarts.
///
/// # Errors
///
/// When what was given is no socket that can be listened on.
pub fn socket() -> io::Result<Option<TcpListener>> {
    let Some(listener) = ListenFd::from_env().take_tcp_listener(0)? else {
        return Ok(None);
    };
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener).map(Some)
}

fn tell(state: &[NotifyState<'_>]) {
    // Without a service manager nobody listens, and that is no error.
    if let Err(cause) = sd_notify::notify(state) {
        tracing::warn!(%cause, "the service manager cannot be told how it goes");
    }
}
