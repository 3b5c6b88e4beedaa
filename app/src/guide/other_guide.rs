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
        let unspoken = About::NAMES.map(|(_, protocol)| protocol);
        let unspoken: Vec<_> = unspoken
            .into_iter()
            .filter(|one| !self.speaks(*one))
            .collect();
        let strange = |text: &&Prose| unspoken.iter().any(|protocol| text.names(*protocol));
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

#[cfg(test)]
mod tests {
    use crate::content::Files;
    use crate::guide::program::{OtherGuide, Status};
    use crate::texts::{Languages, Texts};
    use probe::Protocol;
    use std::sync::Arc;

    fn guide(texts: &Texts, slug: &str) -> Arc<OtherGuide> {
        match &texts.guide.program(slug).unwrap().status {
            Status::Other(guide) => guide.clone(),
            other => panic!("{slug}: {other:?}"),
        }
    }

    #[test]
    fn what_only_sends_has_one_form() {
        let texts = Texts::english();
        for slug in ["printer-scanner", "send-mail-as", "website"] {
            let guide = guide(&texts, slug);
            assert_eq!(guide.protocols, [Protocol::Smtp], "{slug}");
            assert_eq!(guide.forms.len(), 1, "{slug}");
        }
        assert_eq!(guide(&texts, "any-program").forms.len(), 3);
        assert!(guide(&texts, "old-systems").forms.is_empty());
    }

    #[test]
    fn what_does_not_belong_into_such_a_guide_is_refused() {
        let words = "en/programs/printer-scanner.toml";
        let structure = "structure/programs/printer-scanner.toml";
        for (path, old, new, fault) in [
            (
                words,
                "As server, type {smtp.host}.",
                "As server, type {imap.host}.",
                "`As server, type {imap.host}.` has a value of a protocol that this guide is not about",
            ),
            (
                words,
                "text = \"The sender’s address",
                "text = \"{pop.port} The sender’s address",
                "has a value of a protocol that this guide is not about",
            ),
            (
                structure,
                "value = \"{smtp.port}\"",
                "value = \"{imap.port}\"",
                "has a value of a protocol that this guide is not about",
            ),
            (
                structure,
                "about = \"smtp\"",
                "about = \"imap\"",
                "`imap` is not among the protocols of this guide",
            ),
            (
                structure,
                "[\"smtp\"]",
                "[\"smtp\", \"smtp\"]",
                "protocol `smtp` is there twice",
            ),
            (
                structure,
                "\"old\", ",
                "\"old\", \"old\", ",
                "part `old` is there twice",
            ),
            (
                structure,
                "[other]",
                "[retired]\ninstead = [\"geary\"]\n\n[other]",
                "[other] and [retired] are both there",
            ),
            (words, "[part.old]", "[part.new]", "[part.old] is missing"),
            (
                words,
                "[part.old]",
                "[part.new]\ntitle = \"T\"\ntext = \"T.\"\n\n[part.old]",
                "[part.new] is unknown",
            ),
            (
                words,
                "[part.old]",
                "[kind]\ntext = \"T.\"\n\n[part.old]",
                "[kind] is unknown",
            ),
            (
                words,
                "[part.old]",
                "[card.outbox]\nsteps = [\"S.\"]\n\n[part.old]",
                "[card.outbox] is unknown",
            ),
            (
                "en/programs/geary.toml",
                "[kind]",
                "[part.new]\ntitle = \"T\"\ntext = \"T.\"\n\n[kind]",
                "[part.new] is unknown",
            ),
        ] {
            let mut files = Files::built_in().unwrap();
            let text = files.0.get_mut(path).unwrap();
            assert!(text.contains(old), "{old}");
            *text = text.replacen(old, new, 1);
            let error = Languages::read(&files, "en").map(drop).unwrap_err();
            let (_, file) = path.rsplit_once('/').unwrap();
            assert!(error.contains(file) && error.contains(fault), "{error}");
        }
    }
}
