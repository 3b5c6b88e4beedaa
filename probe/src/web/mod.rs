//! Checks mail servers from within a browser, through the relay of the site. Feature `web`.
//!
//! The session is the same as over the sockets of a server; only what lies below it differs. The relay looks the
//! name up and connects, and carries bytes that it cannot read.
//!
//! | module | idea |
//! |---|---|
//! | `entry` | what the script of the worker calls |
//! | `request`, `event` | what the page says, and what it is told |
//! | `run` | all services at once, each until its time is up |
//! | `relay` | a connection through the relay |
//! | `relay_step`, `relay_stream`, `relay_end` | what the relay did for it, its bytes, and why it ended |
//! | `relay_transport`, `relay_visitor` | what a session needs: TLS, and further connections |
//! | `provider` | the cryptography |
//! | `clock` | the timers of the browser, and the time of the site |

mod clock;
mod entry;
mod event;
mod provider;
mod relay;
mod relay_end;
mod relay_step;
mod relay_stream;
mod relay_transport;
mod relay_visitor;
mod request;
mod run;

pub use entry::check;
