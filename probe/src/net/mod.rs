//! Checks real servers: DNS, TCP, timers, and what is checked beside a session. Feature `net`.
//!
//! | module | idea |
//! |---|---|
//! | `probe`, `target`, `event` | the entry, what it is given and the events of a run |
//! | `run`, `run_context` | all endpoints at once, each until its time is up |
//! | `endpoint_check` | the check of one endpoint |
//! | `reach` | from a service to an open connection |
//! | `event_sink`, `tcp_transport` | what a session needs: where its steps go, and TCP with TLS |
//! | `dns`, `permitted` | names to addresses, and which addresses may be connected to |
//! | `proxy_header` | says to a server for whom a connection is made |
//! | `connect`, `resources` | Happy Eyeballs, and whether it is this machine that has no socket left |
//! | `connectivity`, `controls` | whether it is this machine that is offline |
//! | `other_addresses` | the addresses of the host that were not used |
//! | `published`, `tlsa` | what else the DNS says about a service |
//! | `names` | what else the DNS says of a domain, and connections to other than mail servers |
//! | `client_simulation` | asks a server what it would choose for each mail program |
//! | `tcp_visitor` | further connections to the server of a session |
//! | `quick_ack` | has the kernel acknowledge at once what comes next |

mod client_simulation;
mod clock;
mod connect;
mod connectivity;
mod controls;
mod dns;
mod endpoint_check;
mod event;
mod event_sink;
mod names;
mod other_addresses;
mod permitted;
mod probe;
mod proxy_header;
mod published;
mod quick_ack;
mod reach;
mod resources;
mod run;
mod run_context;
mod self_message;
mod target;
mod tcp_transport;
mod tcp_visitor;
mod tlsa;

pub use crate::patience::Patience;
pub use crate::session::{Disclosure, SignIn};
pub use client_simulation::{ClientSimulation, SimulatedClient};
#[cfg(test)]
pub(crate) use clock::TokioClock;
pub use dns::{RootKeys, RootKeysError};
pub use event::ProbeEvent;
pub use names::ServiceLocation;
pub use probe::{Options, Probe, SetupError};
pub use proxy_header::ProxyHeader;
pub use run::Run;
pub use self_message::self_message;
pub use target::Target;
