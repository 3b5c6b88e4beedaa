//! The service manager, where there is one: what it is told, and what it gives.

use std::io;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;

/// Says that requests are answered from now on.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// Says that no new requests are taken.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says that SIGHUP was heard; [`ready`] must follow, or the manager goes on waiting.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(cause) => tracing::warn!(%cause, "the service manager cannot be told of a reload"),
    }
}

/// Hears SIGHUP where nothing can be renewed. Otherwise the system would end the program, and a reload
/// would be a way to stop it.
///
/// # Errors
///
/// When the system does not give the signal.
pub async fn reload_nothing() -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    loop {
        hangup.recv().await;
        reloading();
        ready();
    }
}

/// Says again and again that the program is alive, if the service manager wants to hear it: a program that
/// hangs cannot, and is started anew.
pub async fn alive() {
    let half = sd_notify::watchdog_enabled().unwrap_or_default() / 2;
    if half.is_zero() {
        return std::future::pending().await;
    }
    // Twice in the time, as its manual advises.
    let mut beats = interval(half);
    loop {
        beats.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
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
