//! A file or directory that was named on the command line, and what is said where it cannot be used.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A path, and the option that has named it. Shown as both were typed: `--config example.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPath {
    option: Option<&'static str>,
    path: PathBuf,
}

/// Why a file or directory that was named cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{named}: {cause}{}: expected {expected}", Looked(named))]
pub struct PathError {
    /// What was named.
    pub named: NamedPath,
    /// What the system says.
    pub cause: io::Error,
    /// What should be there.
    pub expected: &'static str,
}

/// Nothing that is read whole is as long as this, in bytes. It bounds what a device or a pipe gives.
const MAX_LEN: u64 = 16 * 1024 * 1024;

impl NamedPath {
    /// A path that an option has named.
    pub fn of_option(option: &'static str, path: impl Into<PathBuf>) -> Self {
        Self {
            option: Some(option),
            path: path.into(),
        }
    }

    /// A path that stands on the command line by itself.
    pub fn argument(path: impl Into<PathBuf>) -> Self {
        Self {
            option: None,
            path: path.into(),
        }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file, which should be what is `expected`.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is longer than anything that is expected.
    pub fn read(&self, expected: &'static str) -> Result<Vec<u8>, PathError> {
        let mut bytes = Vec::new();
        let read = File::open(&self.path)
            .and_then(|file| file.take(MAX_LEN + 1).read_to_end(&mut bytes))
            .and_then(|_| match bytes.len() as u64 > MAX_LEN {
                true => Err(io::Error::other("it is longer than 16 MiB")),
                false => Ok(()),
            });
        match read {
            Ok(()) => Ok(bytes),
            Err(cause) => Err(self.error(cause, expected)),
        }
    }

    /// The error that says why it cannot be used, and that it should be what is `expected`.
    pub fn error(&self, cause: io::Error, expected: &'static str) -> PathError {
        PathError {
            named: self.clone(),
            cause,
            expected,
        }
    }
}

impl fmt::Display for NamedPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(option) = self.option {
            write!(out, "{option} ")?;
        }
        write!(out, "{}", self.path.display())
    }
}

/// Where a path was looked for that does not say it itself: a service manager starts programs in another directory
/// than a person does.
struct Looked<'a>(&'a NamedPath);

impl fmt::Display for Looked<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::env::current_dir() {
            Ok(directory) if self.0.path.is_relative() => {
                write!(out, " in {}", directory.display())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_said_with_what_was_typed() {
        let here = std::env::current_dir().unwrap();
        let here = here.display();
        for (path, expected) in [
            (
                "/nothing/x".to_owned(),
                "--x /nothing/x: No such file or directory (os error 2): expected a record"
                    .to_owned(),
            ),
            (
                "nothing/x".to_owned(),
                format!(
                    "--x nothing/x: No such file or directory (os error 2) in {here}: expected a record"
                ),
            ),
            (
                "/".to_owned(),
                "--x /: Is a directory (os error 21): expected a record".to_owned(),
            ),
            (
                "/dev/zero".to_owned(),
                "--x /dev/zero: it is longer than 16 MiB: expected a record".to_owned(),
            ),
        ] {
            let error = NamedPath::of_option("--x", &path).read("a record");
            assert_eq!(error.unwrap_err().to_string(), expected);
        }
        let argument = NamedPath::argument("/nothing/x").read("a record");
        assert!(
            argument
                .unwrap_err()
                .to_string()
                .starts_with("/nothing/x: No")
        );
    }
}
