//! Guides to what is no mail program of its own: printers, websites, any other program.

use std::sync::Arc;

use probe::Protocol;
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::program::{Form, OtherGuide, OtherPart};
use super::prose::{Prose, Steps};
use crate::content::file::File;

/// What the structure says of such a guide.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OtherTable {
    /// The protocols that it is about.
    protocols: Vec<Spanned<About>>,
    /// The ids of its parts, in the order in which they are shown.
    #[serde(default)]
    pub(super) parts: Vec<Spanned<String>>,
}

/// The protocol that a form of a program is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About(pub(super) Protocol);

impl About {
    const NAMES: [(&str, Protocol); 3] = [
        ("imap", Protocol::Imap),
        ("pop", Protocol::Pop3),
        ("smtp", Protocol::Smtp),
    ];

    pub(super) fn name(self) -> &'static str {
        let mut names = Self::NAMES.into_iter();
        names
            .find(|(_, protocol)| *protocol == self.0)
            .map_or("", |(name, _)| name)
    }
}

impl AsRef<str> for About {
    fn as_ref(&self) -> &str {
        self.name()
    }
}

impl<'de> Deserialize<'de> for About {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let mut names = Self::NAMES.into_iter();
        let known = names.find(|(name, _)| *name == word);
        let known = known.map(|(_, protocol)| Self(protocol));
        known.ok_or_else(|| {
            de::Error::custom(format!("unknown word `{word}`, expected imap, pop or smtp"))
        })
    }
}

impl OtherTable {
    /// Makes sure that nothing is there twice, and that no form is about a protocol that is not spoken.
    pub(super) fn check<'a>(
        &'a self,
        file: &File,
        mut forms: impl Iterator<Item = &'a Spanned<About>>,
    ) -> Result<(), String> {
        file.unique("protocol", &self.protocols)?;
        file.unique("part", &self.parts)?;
        match forms.find(|form| !self.speaks(form.get_ref().0)) {
            None => Ok(()),
            Some(form) => {
                let message = format!(
                    "`{}` is not among the protocols of this guide",
                    form.get_ref().name()
                );
                Err(file.fault_at(form, message))
            }
        }
    }

    /// The guide in the words of one language.
    pub(super) fn guide(
        &self,
        file: &File,
        forms: Vec<Arc<Form>>,
        add: Steps,
        parts: Vec<OtherPart>,
    ) -> Result<OtherGuide, String> {
        let texts = parts.iter().map(|part| &part.text);
        let steps = parts.iter().flat_map(|part| part.steps.iter());
        let fields = forms.iter().flat_map(|form| &form.fields);
        let fields = fields.map(|field| &field.value);
        let mut texts = texts.chain(steps).chain(add.iter()).chain(fields);
        let strange = |text: &&Prose| text.protocols().any(|protocol| !self.speaks(protocol));
        if let Some(text) = texts.find(strange) {
            let message = format!(
                "`{}` has a value of a protocol that this guide is not about",
                text.plain()
            );
            return Err(file.fault(message));
        }
        let protocols = self.protocols.iter().map(|protocol| protocol.get_ref().0);
        Ok(OtherGuide {
            protocols: protocols.collect(),
            forms,
            add,
            parts,
        })
    }

    fn speaks(&self, protocol: Protocol) -> bool {
        let mut protocols = self.protocols.iter();
        protocols.any(|spoken| spoken.get_ref().0 == protocol)
    }
}
