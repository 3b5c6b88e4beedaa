//! The message that a customer sends to itself.

use getrandom::u64;
use mail_builder::MessageBuilder;

use crate::dialogue::OutgoingMessage;
use crate::envelope_address::EnvelopeAddress;
use crate::outcome::Outcome;

/// Writes a message from and to this address, with a random Message-ID by which it is found again.
///
/// # Errors
///
/// [`Outcome::LocalResourcesExhausted`] when the operating system has no randomness.
pub fn self_message(
    address: &EnvelopeAddress,
    subject: &str,
    text: &str,
) -> Result<OutgoingMessage, Outcome> {
    let random = u64().map_err(|_| Outcome::LocalResourcesExhausted)?;
    let id = format!("mailguide.{random:016x}@{}", address.domain());
    let content = MessageBuilder::new()
        .from(address.as_str())
        .to(address.as_str())
        .subject(subject)
        .message_id(id.as_str())
        // Nobody answers it by itself (RFC 3834 §5).
        .header(
            "Auto-Submitted",
            mail_builder::headers::raw::Raw::new("auto-generated"),
        )
        .text_body(text)
        .write_to_vec()
        .map_err(|_| Outcome::LocalResourcesExhausted)?;
    Ok(OutgoingMessage { id, content })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_whole_and_can_be_found_again() {
        let address: EnvelopeAddress = "jane@example.test".parse().unwrap();
        let text = "A first line.\n.\nEine Zeile mit Umlauten: äöü\n";
        let one = self_message(&address, "Test für Sie", text).unwrap();
        let content = String::from_utf8(one.content.clone()).unwrap();
        let (header, body) = content.split_once("\r\n\r\n").unwrap();
        for field in [
            "From: <jane@example.test>",
            "To: <jane@example.test>",
            &format!("Message-ID: <{}>", one.id),
            "Auto-Submitted: auto-generated",
        ] {
            assert!(header.contains(field), "{field}: {header}");
        }
        assert!(header.contains("Date: "), "{header}");
        assert!(
            content.is_ascii() && body.contains("A first line."),
            "{content}"
        );
        assert!(
            one.id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".@-".contains(&byte))
        );
        let two = self_message(&address, "Test", text).unwrap();
        assert_ne!(one.id, two.id);
    }
}
