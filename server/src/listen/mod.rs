//! From a port to a request: connections, TLS, and the PROXY protocol.
//!
//! | module | idea |
//! |---|---|
//! | [`bind`] | from an option to a port |
//! | [`accept`] | the accept loop, and graceful shutdown |
//! | `connection` | one connection, from the PROXY header to its last request |
//! | [`listener_options`] | how connections are accepted |
//! | `activity` | when a connection has been idle for too long |
//! | [`connections`] | how many connections there are |
//! | [`tls`] | the certificate, reloaded when its files change |
//! | `proxy_protocol` | the header in which a proxy names the client of a connection |
//! | [`redirect`] | redirects from `http` to `https` |

pub mod accept;
mod activity;
pub mod bind;
mod connection;
pub mod connections;
pub mod listener_options;
mod proxy_protocol;
pub mod redirect;
#[cfg(test)]
mod tests;
pub mod tls;
