//! From what was typed to the options.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use super::Cli;
use super::requirements::{RequirementError, check};

/// What was typed cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// An option that there is not, or a value that it does not have; or help was asked for.
    #[error(transparent)]
    Clap(#[from] clap::Error),
    /// A value is no text.
    #[error("{0}: expected text in UTF-8")]
    NotUnicode(String),
    /// An option means nothing without another one, or contradicts it.
    #[error(transparent)]
    Requirement(#[from] RequirementError),
}

/// Reads the arguments, of which the first is the name of the program.
///
/// # Errors
///
/// When they cannot be used, or ask for help.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, ParseError> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let matches = Cli::command().try_get_matches_from(&arguments);
    let matches = match matches {
        Err(error) if error.kind() == ErrorKind::InvalidUtf8 => {
            return Err(
                not_unicode(arguments).map_or(ParseError::Clap(error), ParseError::NotUnicode)
            );
        }
        matches => matches?,
    };
    check(&matches)?;
    Ok(Cli::from_arg_matches(&matches)?)
}

/// The argument that must be text and is not, with the option before it. The parser does not say which it is, and the
/// names of files may have any bytes.
fn not_unicode(mut arguments: Vec<OsString>) -> Option<String> {
    for index in 1..arguments.len() {
        if arguments[index].to_str().is_some() {
            continue;
        }
        let text = arguments[index].to_string_lossy().into_owned();
        arguments[index] = text.clone().into();
        let others = Cli::command().try_get_matches_from(&arguments);
        if others.is_err_and(|error| error.kind() == ErrorKind::InvalidUtf8) {
            continue;
        }
        let before = arguments[index - 1].to_str().unwrap_or_default();
        return Some(match before.starts_with("--") && !text.starts_with("--") {
            true => format!("{before} {text}"),
            false => text,
        });
    }
    None
}
