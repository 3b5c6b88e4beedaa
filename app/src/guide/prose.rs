//! Short texts with a little Markdown and with places for the customer's own values.

use std::ops::Deref;
use std::sync::Arc;

use probe::Protocol;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use serde::Deserialize;

use crate::content::template::{self, Placeholder, readable};

/// A text of one paragraph, checked when it is read. Pages share it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Prose(pub Arc<[Piece]>);

/// What to do, step by step. Pages share it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<Prose>")]
pub struct Steps(Arc<[Prose]>);

/// A text about no group of addresses in particular: the only value in it is the name of the provider.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Prose")]
pub struct GeneralProse(Prose);

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Text(String),
    /// The exact label of something in a program (`**label**`).
    Label(Vec<Self>),
    /// Something to type as it stands (`` `text` ``).
    Code(Vec<Self>),
    /// One of the customer's values.
    Slot(Slot),
}

/// A value that comes from the provider's record or from the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The name of the provider.
    Provider,
    /// The user name that belongs to the customer's address.
    User,
    /// The name of a server.
    Host(Protocol),
    /// The number of its port.
    Port(Protocol),
    /// How the connection is protected, in the words of the program that the text is about.
    Security(Protocol),
    /// The name of the server for sending where the recommended one is blocked.
    OtherHost,
    /// The number of its port.
    OtherPort,
    /// How the connection to it is protected, in the words of the program.
    OtherSecurity,
    /// How much the mailbox holds.
    MailboxSize,
    /// How big a message may be.
    MessageSize,
}

impl Placeholder for Slot {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("imap.host", Self::Host(Protocol::Imap)),
        ("imap.port", Self::Port(Protocol::Imap)),
        ("imap.security", Self::Security(Protocol::Imap)),
        ("pop.host", Self::Host(Protocol::Pop3)),
        ("pop.port", Self::Port(Protocol::Pop3)),
        ("pop.security", Self::Security(Protocol::Pop3)),
        ("smtp.host", Self::Host(Protocol::Smtp)),
        ("smtp.port", Self::Port(Protocol::Smtp)),
        ("smtp.security", Self::Security(Protocol::Smtp)),
        ("smtp.other.host", Self::OtherHost),
        ("smtp.other.port", Self::OtherPort),
        ("smtp.other.security", Self::OtherSecurity),
        ("user", Self::User),
        ("provider", Self::Provider),
        ("mailbox.megabytes", Self::MailboxSize),
        ("message.megabytes", Self::MessageSize),
    ];
}

impl TryFrom<String> for Prose {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // Line breaks are left to Markdown.
        readable(&text.replace('\n', " "))?;
        // The pieces of each element that is still open; the outermost is the text itself.
        let mut open = vec![Vec::new()];
        for event in Parser::new(&text) {
            match event {
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                Event::Start(Tag::Strong) => open.push(Vec::new()),
                Event::End(TagEnd::Strong) => {
                    let label = Piece::Label(open.pop().unwrap_or_default());
                    add(&mut open, [label]);
                }
                Event::Text(text) => {
                    let pieces = pieces(&text)?;
                    add(&mut open, pieces);
                }
                Event::Code(text) => {
                    let code = Piece::Code(pieces(&text)?);
                    add(&mut open, [code]);
                }
                Event::SoftBreak => add(&mut open, [Piece::Text(" ".to_owned())]),
                _ => {
                    return Err(
                        "only **labels**, `code` and {placeholders} may stand in a text".to_owned(),
                    );
                }
            }
        }
        let mut pieces = open.pop().unwrap_or_default();
        // A menu path is written with >, which reads better as an arrow.
        for piece in &mut pieces {
            if let Piece::Text(text) = piece {
                *text = text.replace(" > ", " › ");
            }
        }
        Ok(Self(pieces.into()))
    }
}

impl From<Vec<Prose>> for Steps {
    fn from(steps: Vec<Prose>) -> Self {
        Self(steps.into())
    }
}

impl Deref for Steps {
    type Target = [Prose];

    fn deref(&self) -> &[Prose] {
        &self.0
    }
}

impl GeneralProse {
    /// The text.
    pub fn prose(&self) -> &Prose {
        &self.0
    }
}

impl TryFrom<Prose> for GeneralProse {
    type Error = String;

    fn try_from(prose: Prose) -> Result<Self, Self::Error> {
        match prose
            .slots()
            .into_iter()
            .find(|slot| *slot != Slot::Provider)
        {
            None => Ok(Self(prose)),
            Some(slot) => {
                let name = slot.name();
                Err(format!(
                    "{{{name}}} is not known in this text, expected {{provider}} only"
                ))
            }
        }
    }
}

impl Slot {
    fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        names
            .find(|(_, slot)| *slot == self)
            .map_or("", |(name, _)| name)
    }
}

impl Prose {
    /// Whether it is words only, without values and marks.
    pub fn is_plain(&self) -> bool {
        self.0.iter().all(|piece| matches!(piece, Piece::Text(_)))
    }

    /// Every value in it.
    pub(super) fn slots(&self) -> Vec<Slot> {
        fn add(pieces: &[Piece], slots: &mut Vec<Slot>) {
            for piece in pieces {
                match piece {
                    Piece::Text(_) => {}
                    Piece::Label(inner) | Piece::Code(inner) => add(inner, slots),
                    Piece::Slot(slot) => slots.push(*slot),
                }
            }
        }
        let mut slots = Vec::new();
        add(&self.0, &mut slots);
        slots
    }

    /// Whether it holds a value of this service.
    pub fn names(&self, protocol: Protocol) -> bool {
        self.slots().into_iter().any(|slot| match slot {
            Slot::Host(of) | Slot::Port(of) | Slot::Security(of) => of == protocol,
            Slot::OtherHost | Slot::OtherPort | Slot::OtherSecurity => protocol == Protocol::Smtp,
            Slot::Provider | Slot::User | Slot::MailboxSize | Slot::MessageSize => false,
        })
    }

    /// Whether it holds a value that differs from address to address.
    pub fn has_values(&self) -> bool {
        let general = [Slot::Provider, Slot::MailboxSize, Slot::MessageSize];
        self.slots()
            .into_iter()
            .any(|slot| !general.contains(&slot))
    }

    /// The text without its values and marks, as it is searched and counted.
    pub fn plain(&self) -> String {
        fn write(pieces: &[Piece], out: &mut String) {
            for piece in pieces {
                match piece {
                    Piece::Text(text) => out.push_str(text),
                    Piece::Label(inner) | Piece::Code(inner) => write(inner, out),
                    Piece::Slot(slot) => out.push_str(&format!("{{{}}}", slot.name())),
                }
            }
        }
        let mut out = String::new();
        write(&self.0, &mut out);
        out
    }
}

fn add(open: &mut [Vec<Piece>], pieces: impl IntoIterator<Item = Piece>) {
    let Some(last) = open.last_mut() else {
        return;
    };
    for piece in pieces {
        // The parser of Markdown ends a text wherever a mark might have begun.
        match (last.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(more)) => before.push_str(&more),
            (_, piece) => last.push(piece),
        }
    }
}

/// Splits a text at its placeholders.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let pieces = template::split::<Slot>(text)?.into_iter();
    let pieces = pieces.map(|piece| match piece {
        template::Piece::Text(text) => Piece::Text(text),
        template::Piece::Value(slot) => Piece::Slot(slot),
    });
    Ok(pieces.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_with_their_labels_and_values() {
        let text = |words: &str| Piece::Text(words.to_owned());
        let label = |words: &str| Piece::Label(vec![text(words)]);
        for (written, pieces) in [
            ("Wait.", vec![text("Wait.")]),
            (
                "Choose **File** > **Info**.",
                vec![
                    text("Choose "),
                    label("File"),
                    text(" › "),
                    label("Info"),
                    text("."),
                ],
            ),
            (
                "Type {imap.host}, then {user}",
                vec![
                    text("Type "),
                    Piece::Slot(Slot::Host(Protocol::Imap)),
                    text(", then "),
                    Piece::Slot(Slot::User),
                ],
            ),
            (
                "Type `{smtp.port}`",
                vec![
                    text("Type "),
                    Piece::Code(vec![Piece::Slot(Slot::Port(Protocol::Smtp))]),
                ],
            ),
            ("1 < 2 & so on", vec![text("1 < 2 & so on")]),
        ] {
            assert_eq!(
                Prose::try_from(written.to_owned()),
                Ok(Prose(pieces.into())),
                "{written}"
            );
        }
    }

    #[test]
    fn a_general_text_names_the_provider_and_no_other_value() {
        let read = |text: &str| GeneralProse::try_from(Prose::try_from(text.to_owned()).unwrap());
        assert!(read("Ask {provider}, and press **OK**.").is_ok());
        for text in [
            "Type {imap.host}.",
            "Type `{imap.host}`.",
            "Type **{imap.host}**.",
        ] {
            let message = "{imap.host} is not known in this text, expected {provider} only";
            assert_eq!(read(text).unwrap_err(), message, "{text}");
        }
    }

    #[test]
    fn what_a_text_may_not_hold_is_refused() {
        for (written, message) in [
            (" ", "empty"),
            ("The {host}", "unknown placeholder {host}"),
            ("The {", "unbalanced brace"),
            ("[a](http://example.net)", "only **labels**"),
            ("# Heading", "only **labels**"),
            ("<b>bold</b>", "only **labels**"),
            ("one\n\n- two", "only **labels**"),
        ] {
            let error = Prose::try_from(written.to_owned()).unwrap_err();
            assert!(error.contains(message), "{written:?}: {error}");
        }
    }
}
