//! The user name and password of one customer, held so that they do not leak.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// The longest user name or password, in bytes. RFC 4616 and every known server stay below it.
const MAX_LEN: usize = 255;

/// A user name and password that are fit to be sent.
///
/// Neither may hold a control character: a line break would end the command they stand in, and the
/// rest would be read as a command of its own. The password is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct Credentials {
    user: String,
    password: SecretString,
}

impl Credentials {
    /// Checks and keeps a user name and its password.
    ///
    /// # Errors
    ///
    /// When either is empty, longer than 255 bytes or holds a control character. The error never
    /// contains what was given.
    pub fn new(user: String, password: SecretString) -> Result<Self, CredentialsError> {
        check(&user).map_err(CredentialsError::User)?;
        check(password.expose_secret()).map_err(CredentialsError::Password)?;
        Ok(Self { user, password })
    }

    /// The name to sign in with.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// The password, for the encoders in `dialogue::sasl` and for the redactor.
    pub(crate) fn password(&self) -> &str {
        self.password.expose_secret()
    }
}

impl fmt::Debug for Credentials {
    /// Shows nothing: the user name is personal, too.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Credentials(..)")
    }
}

/// Why a user name or password cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// The user name is at fault.
    #[error("the user name {0}")]
    User(Unfit),
    /// The password is at fault.
    #[error("the password {0}")]
    Password(Unfit),
}

/// What is wrong with a user name or password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There is nothing to send.
    #[error("is empty")]
    Empty,
    /// It is longer than servers accept.
    #[error("is longer than {MAX_LEN} bytes")]
    TooLong,
    /// It holds a character that would break the command it stands in.
    #[error("contains a control character, such as a line break or a tab")]
    ControlCharacter,
}

fn check(text: &str) -> Result<(), Unfit> {
    if text.is_empty() {
        Err(Unfit::Empty)
    } else if text.len() > MAX_LEN {
        Err(Unfit::TooLong)
    } else if text.chars().any(char::is_control) {
        Err(Unfit::ControlCharacter)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_sent_is_accepted() {
        let long = "a".repeat(256);
        let limit = "a".repeat(255);
        for (user, password, expected) in [
            ("alice@example.test", "correct horse", Ok(())),
            ("alice", "pässwörd €", Ok(())),
            (&limit, &limit, Ok(())),
            ("", "secret", Err(CredentialsError::User(Unfit::Empty))),
            ("alice", "", Err(CredentialsError::Password(Unfit::Empty))),
            (&long, "secret", Err(CredentialsError::User(Unfit::TooLong))),
            (
                "alice",
                &long,
                Err(CredentialsError::Password(Unfit::TooLong)),
            ),
            (
                "al\rice",
                "secret",
                Err(CredentialsError::User(Unfit::ControlCharacter)),
            ),
            (
                "alice",
                "sec\nret",
                Err(CredentialsError::Password(Unfit::ControlCharacter)),
            ),
            (
                "alice",
                "sec\0ret",
                Err(CredentialsError::Password(Unfit::ControlCharacter)),
            ),
            (
                "alice",
                "sec\u{85}ret",
                Err(CredentialsError::Password(Unfit::ControlCharacter)),
            ),
        ] {
            let found = Credentials::new(user.to_owned(), password.to_owned().into()).map(|_| ());
            assert_eq!(found, expected, "{user:?} {password:?}");
        }
    }

    #[test]
    fn debug_shows_neither_name_nor_password() {
        let credentials = Credentials::new("alice".into(), "canary".to_owned().into()).unwrap();
        assert_eq!(format!("{credentials:?}"), "Credentials(..)");
    }
}
