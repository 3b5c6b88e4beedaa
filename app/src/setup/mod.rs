//! The set-up files of mail programs: what is read from them, and the record that follows.
//!
//! | module | idea |
//! |---|---|
//! | [`read`] | from the bytes of a set-up file to the settings in it |
//! | [`draft`] | from the settings that were found to a record in which every value has a source |

pub mod draft;
pub mod read;
