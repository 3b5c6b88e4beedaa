//! Set-up files: what mail programs fetch or scan so that nobody has to type settings, and the record that follows
//! from such files.
//!
//! Everything here is pure: a [`Record`](crate::record::Record), one of its groups and perhaps an address go in,
//! the text of a file comes out, and the other way round. Who asks, and over which host, belongs to the server.
//!
//! | module | idea |
//! |---|---|
//! | [`order`] | which services go into a file, the best first |
//! | [`service_names`] | the names by which services are looked up in the DNS |
//! | [`write`] | one writer for each format |
//! | [`read`] | from the bytes of a set-up file to the settings in it |
//! | [`draft`] | from the settings that were found to a record in which every value has a source |

pub mod draft;
pub mod order;
pub mod read;
pub mod service_names;
pub mod write;

#[cfg(test)]
mod round_trip;
