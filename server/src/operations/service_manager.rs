//! Notifications to the service manager, where there is one, and the socket that it passes.

use std::io;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;

/// Notifies that requests are answered from now on.
pub fn ready() {
    notify(&[NotifyState::Ready]);
}

/// Notifies that no new connections are accepted.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// Notifies that SIGHUP was received; [`ready`] must follow, or the manager goes on waiting.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(cause) => tracing::warn!(%cause, "the service manager cannot be notified of a reload"),
    }
}

/// Handles SIGHUP where there is nothing to reload. Without a handler the signal would end the program.
///
/// # Errors
///
/// When the system does not give the signal.
pub async fn ignore_reloads() -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    loop {
        hangup.recv().await;
        reloading();
        ready();
    }
}

/// Sends keep-alive notifications, if the service manager asks for them (WatchdogSec=): it restarts a program
/// that hangs and so sends none.
pub async fn watchdog() {
    let half = sd_notify::watchdog_enabled().unwrap_or_default() / 2;
    if half.is_zero() {
        return std::future::pending().await;
    }
    // Twice in the interval, as sd_watchdog_enabled(3) recommends.
    let mut beats = interval(half);
    loop {
        beats.tick().await;
        notify(&[NotifyState::Watchdog]);
    }
}

/// The listening socket that the service manager passes, if it passes one: then the program needs no
/// capability for ports below 1024, and clients can connect while it restarts.
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

fn notify(state: &[NotifyState<'_>]) {
    // Without a service manager this does nothing and is no error.
    if let Err(cause) = sd_notify::notify(state) {
        tracing::warn!(%cause, "the service manager cannot be notified");
    }
}
