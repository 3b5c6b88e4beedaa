//! What is printed to standard output and standard error.
//!
//! `println!` panics when nothing more can be written, for example when a disk is full. Here it is an
//! error with a reason.

use std::fmt;
use std::io::Write;

/// Standard output cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("standard output: {0}")]
pub struct OutputError(std::io::Error);

/// Prints a text to standard output, and colors in it only where a person reads them.
///
/// # Errors
///
/// When not all of it could be written.
pub fn print(text: impl fmt::Display) -> Result<(), OutputError> {
    let mut output = anstream::stdout();
    write!(output, "{text}")
        .and_then(|()| output.flush())
        .map_err(OutputError)
}

/// Prints a message of the program to standard error. Where that cannot be written there is nobody left to
/// tell.
pub fn print_error(message: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "mailguide: {message}");
}
