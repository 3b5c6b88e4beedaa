//! A service manager that receives notifications.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The manager.
pub(crate) struct Manager {
    pub(crate) path: PathBuf,
    socket: UnixDatagram,
}

impl Manager {
    pub(crate) fn start() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        // The length of a socket path is limited.
        let name = format!("mailguide-{}-{number}.notify", std::process::id());
        let path = std::env::temp_dir().join(name);
        let socket = UnixDatagram::bind(&path).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        Self { path, socket }
    }

    /// The next notification.
    pub(crate) fn hears(&self) -> String {
        let mut text = [0; 200];
        let length = self.socket.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..length]).trim().to_owned()
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
