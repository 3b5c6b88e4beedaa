//! From a port to the router: connections, TLS, and who is at the other end.
//!
//! | module | idea |
//! |---|---|
//! | [`accept`] | the accept loop, and graceful shutdown |
//! | `connection` | one connection, from the PROXY header to its last request |
//! | [`transport`] | how connections are taken |
//! | `activity` | when a connection has been idle for too long |
//! | [`connections`] | how many connections there are |
//! | [`tls`] | the certificate, reloaded when its files change |
//! | `proxy_protocol` | the header in which a proxy names the client of a connection |
//! | [`redirect`] | the way from `http` to `https` |

pub mod accept;
mod activity;
mod connection;
pub mod connections;
mod proxy_protocol;
pub mod redirect;
#[cfg(test)]
mod tests;
pub mod tls;
pub mod transport;
