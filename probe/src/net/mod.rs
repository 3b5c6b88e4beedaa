//! Checks real servers: DNS, TCP, TLS and the order of the steps. Feature `net`.
//!
//! | module | idea |
//! |---|---|
//! | `run` | all endpoints at once, each until its time is up |
//! | `visit` | the steps of one endpoint, in order |
//! | `journal` | makes a [`Step`] of what happened and sends it off |
//! | `gate` | one sign-in leads, so that a wrong password is sent only once |
//! | `dns`, `address` | names to addresses, and which addresses may be connected to |
//! | `published`, `tlsa` | what else the DNS says about a service |
//! | `approach` | a second connection, up to where TLS begins |
//! | `connect` | Happy Eyeballs with every attempt's result |
//! | `resources` | whether it is this machine that has no socket left |
//! | `others` | the addresses that were not used |
//! | `tls`, `witness` | the handshake, and what the server showed in it |
//! | `tls_facts`, `ciphers` | what was agreed on, in the words of the standards |
//! | `tls_failure`, `tee`, `flight` | what it was when it fails |
//! | `second_look` | asks a server again that refused TLS without a reason |
//! | `certificate` | what a certificate says, and what exactly is wrong with it |
//! | `path`, `staple` | the chain that was verified, and what the server shows about revocation |

mod approach;
mod clock;
mod connect;
mod dns;
mod event;
mod gate;
mod handshake;
mod journal;
mod others;
mod permitted;
mod probe;
mod published;
mod resources;
mod run;
mod second_look;
mod shared;
mod target;
mod tee;
mod tlsa;
mod visit;

pub use crate::tls::{RootsError, read_roots};
pub use dns::{RootKeys, RootKeysError};
pub use event::Event;
pub use gate::Disclosure;
pub use probe::{Options, Probe, SetupError};
pub use run::Run;
pub use target::{SignIn, Target};
