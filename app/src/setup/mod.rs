//! Set-up files: what mail programs fetch or scan so that nobody has to type settings.
//!
//! Everything here is pure: a [`Record`](crate::record::Record), one of its groups and perhaps an address go in,
//! the text of a file comes out. Who asks, and over which host, belongs to the server.
//!
//! | module | idea |
//! |---|---|
//! | [`order`] | which services go into a file, the best first |
//! | [`write`] | one writer for each format |

pub mod order;
pub mod write;
