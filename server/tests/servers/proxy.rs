//! The network between one server and the database, which can be cut so that nobody is told.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

/// A TCP proxy on a port of its own. While it is cut, nothing comes through and nothing is closed, as where packets
/// vanish.
pub(crate) struct Network {
    pub(crate) port: u16,
    link: Arc<Link>,
}

struct Link {
    to: u16,
    state: Mutex<State>,
    changed: Condvar,
    connections: AtomicUsize,
}

#[derive(Clone, Copy)]
struct State {
    cut: bool,
    /// Connections with a lower number were forgotten on the way, and stay silent for ever.
    forgotten_below: usize,
}

impl Network {
    /// A network that leads to this port of the machine.
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let network = Self {
            port: listener.local_addr().unwrap().port(),
            link: Arc::new(Link {
                to: port,
                state: Mutex::new(State {
                    cut: false,
                    forgotten_below: 0,
                }),
                changed: Condvar::new(),
                connections: AtomicUsize::new(0),
            }),
        };
        let link = Arc::clone(&network.link);
        // The threads end with the process.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let link = Arc::clone(&link);
                std::thread::spawn(move || link.connect(client));
            }
        });
        network
    }

    /// From now on nothing comes through.
    pub(crate) fn cut(&self) {
        self.link.state.lock().unwrap().cut = true;
    }

    /// All goes on, also what was sent meanwhile.
    pub(crate) fn mend(&self) {
        self.link.state.lock().unwrap().cut = false;
        self.link.changed.notify_all();
    }

    /// New connections come through. Those from before were forgotten by a machine on the way, and stay silent.
    pub(crate) fn mend_for_new_connections(&self) {
        let begun = self.link.connections.load(Ordering::SeqCst);
        self.link.state.lock().unwrap().forgotten_below = begun;
        self.mend();
    }
}

impl Link {
    fn connect(self: &Arc<Self>, client: TcpStream) {
        let number = self.connections.fetch_add(1, Ordering::SeqCst);
        self.wait(number);
        let Ok(database) = TcpStream::connect(("127.0.0.1", self.to)) else {
            return;
        };
        let (from, to) = (client.try_clone().unwrap(), database.try_clone().unwrap());
        let link = Arc::clone(self);
        std::thread::spawn(move || link.carry(number, from, to));
        self.carry(number, database, client);
    }

    /// Carries what is sent from one end to the other, until one closes; also that does not come through a cut.
    fn carry(&self, number: usize, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 4096];
        loop {
            let read = from.read(&mut buffer).unwrap_or(0);
            self.wait(number);
            if read == 0 || to.write_all(&buffer[..read]).is_err() {
                let _ = to.shutdown(Shutdown::Both);
                let _ = from.shutdown(Shutdown::Both);
                return;
            }
        }
    }

    /// Waits while this connection is cut.
    fn wait(&self, number: usize) {
        let state = self.state.lock().unwrap();
        let is_silent = |state: &mut State| state.cut || number < state.forgotten_below;
        drop(self.changed.wait_while(state, is_silent).unwrap());
    }
}
