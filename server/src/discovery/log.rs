//! What is told while the sources are asked.

use std::fmt::Display;

use crate::terminal;

/// Tells something about a source.
pub(super) fn tell(source: &str, message: impl Display) {
    terminal::print_error(format_args!("{source}: {message}"));
}
