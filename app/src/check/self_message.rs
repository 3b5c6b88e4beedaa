//! The message from a customer to the customer.

use probe::dialogue::OutgoingMessage;
use probe::net::self_message;
use probe::{EnvelopeAddress, Outcome};
use serde::Deserialize;

use super::TestWords;
use crate::content::Files;
use crate::content::template::Plain;

/// The message that is sent from this address to itself, in a built-in language.
///
/// # Errors
///
/// There is no such language, or the system has no randomness for the name of the message.
pub fn message_to_self(
    language: &str,
    address: &EnvelopeAddress,
) -> Result<OutgoingMessage, String> {
    let files = Files::built_in()?;
    let words = TestWords::read(&files.folder(language).file("test.toml")?)?;
    words
        .message
        .to_self(address)
        .map_err(|outcome| outcome.meaning().to_owned())
}

/// What stands in the message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageWords {
    subject: Plain,
    /// Its paragraphs.
    text: Vec<Plain>,
}

impl MessageWords {
    /// The message that is sent from this address to itself.
    ///
    /// # Errors
    ///
    /// As [`self_message`].
    pub(super) fn to_self(&self, address: &EnvelopeAddress) -> Result<OutgoingMessage, Outcome> {
        self_message(address, self.subject(), &self.text())
    }

    /// Its subject.
    pub(super) fn subject(&self) -> &str {
        &self.subject.0
    }

    /// Its text, in lines of any length.
    pub(super) fn text(&self) -> String {
        let paragraphs = self.text.iter().map(|text| text.0.as_str());
        paragraphs.collect::<Vec<_>>().join("\n\n")
    }
}
