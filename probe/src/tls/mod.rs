//! TLS as far as it is the same over every transport: trust, certificates, and the reading of handshakes.
//!
//! | module | idea |
//! |---|---|
//! | `client` | whom to trust, and with which cryptography |
//! | `handshake` | how a transport runs a handshake, and what came of it |
//! | `connect`, `tee` | runs a handshake over any stream, and copies its first bytes |
//! | `roots` | certificates that the operator trusts |
//! | `verifier` | verifies as rustls does, and keeps what the server showed |
//! | `certificate` | what a certificate says, and what exactly is wrong with it |
//! | `elements` | the elements of a value in DER |
//! | `signed_data` | checks a signature with the algorithms of the caller |
//! | `path`, `staple` | the chain that was verified, and what the server shows about revocation |
//! | `client_hello` | hellos that no TLS library would send |
//! | `flight` | the first flight of a server, as far as it is in the clear |
//! | `facts`, `ciphers` | what was agreed on, in the words of the standards |
//! | `failure` | why a handshake failed |

pub(crate) mod certificate;
pub(crate) mod ciphers;
mod client;
pub(crate) mod client_hello;
mod connect;
mod elements;
pub(crate) mod facts;
pub(crate) mod failure;
pub(crate) mod flight;
mod handshake;
pub(crate) mod path;
mod roots;
mod signed_data;
pub(crate) mod staple;
mod tee;
mod verifier;

pub use client::{TlsClient, TlsClientError};
pub(crate) use connect::{EncryptedStream, connect};
pub(crate) use handshake::VerifiedStream;
pub use roots::{RootsError, read_roots};
pub(crate) use verifier::offered_schemes;
