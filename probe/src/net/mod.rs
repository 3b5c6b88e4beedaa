//! Checks real servers: DNS, TCP, timers, and what is checked beside a session. Feature `net`.
//!
//! | module | idea |
//! |---|---|
//! | `probe`, `target`, `event` | the entry, what it is given and the events of a run |
//! | `run`, `run_context` | all endpoints at once, each until its time is up |
//! | `endpoint_check` | the check of one endpoint |
//! | `event_sink`, `tcp_transport` | what a session needs: where its steps go, and TCP with TLS |
//! | `dns`, `permitted` | names to addresses, and which addresses may be connected to |
//! | `patience` | how long a server may take before it speaks |
//! | `connect`, `resources` | Happy Eyeballs, and whether it is this machine that has no socket left |
//! | `connectivity`, `controls` | whether it is this machine that is offline |
//! | `handshake`, `tee` | runs the TLS handshake, and copies its first bytes |
//! | `hello_exchange` | a hello that was written by hand, and what comes back for it |
//! | `second_looks` | how often a server is visited besides its session |
//! | `prepare_tls` | another connection, up to where TLS begins |
//! | `other_addresses` | the addresses of the host that were not used |
//! | `published`, `tlsa` | what else the DNS says about a service |
//! | `names` | what else the DNS says of a domain, and connections to other than mail servers |
//! | `client_simulation` | asks a server what it would choose for each mail program |
//! | `tls_diagnosis` | asks a server again that refused TLS without a reason |

mod client_simulation;
mod clock;
mod connect;
mod connectivity;
mod controls;
mod dns;
mod endpoint_check;
mod event;
mod event_sink;
mod handshake;
mod hello_exchange;
mod names;
mod other_addresses;
mod patience;
mod permitted;
mod prepare_tls;
mod probe;
mod published;
mod resources;
mod run;
mod run_context;
mod second_looks;
mod self_message;
mod target;
mod tcp_transport;
mod tee;
mod tls_diagnosis;
mod tlsa;

pub use crate::session::Disclosure;
pub use client_simulation::{ClientSimulation, SimulatedClient};
pub use dns::{RootKeys, RootKeysError};
pub use event::ProbeEvent;
pub use names::ServiceLocation;
pub use patience::Patience;
pub use probe::{Options, Probe, SetupError};
pub use run::Run;
pub use self_message::self_message;
pub use target::{SignIn, Target};
