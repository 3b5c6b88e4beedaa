//! The files of one mail program: what is the same in every language, and its words.

use probe::Protocol;
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::program::{
    Device, Family, Field, Form, Message, Program, ProgramGuide, Retired, Section, SecurityNames,
    Status, Trap,
};
use super::prose::{GeneralProse, Prose};
use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::{Plain, plain};

/// One mail program, as it is in every language.
#[derive(Clone, Debug)]
pub(super) struct ProgramStructure {
    /// Its name in addresses of pages, which is that of its files.
    pub(super) slug: String,
    pub(super) file: File,
    pub(super) table: ProgramTable,
}

/// The file of one program in the structure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProgramTable {
    devices: Vec<Spanned<Device>>,
    family: Option<Family>,
    /// The ids of the sources, in the order in which they are named.
    sources: Vec<Spanned<String>>,
    /// The cards that make no sense in it.
    #[serde(default)]
    pub(super) without: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) messages: Vec<MessageTable>,
    #[serde(default, rename = "form")]
    forms: Vec<FormTable>,
    pub(super) retired: Option<RetiredTable>,
}

/// A message of a program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageTable {
    id: Spanned<String>,
    pub(super) card: Spanned<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormTable {
    about: Spanned<About>,
    fields: Vec<FieldTable>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldTable {
    id: Spanned<String>,
    /// What to put into it; none if it is a word of the program.
    value: Option<Prose>,
    #[serde(default)]
    copy: bool,
}

/// A program that should not be used any more.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetiredTable {
    pub(super) instead: Vec<Spanned<String>>,
}

/// The protocol that a form of a program is about.
#[derive(Clone, Copy, Debug)]
struct About(Protocol);

impl About {
    const NAMES: [(&str, Protocol); 3] = [
        ("imap", Protocol::Imap),
        ("pop", Protocol::Pop3),
        ("smtp", Protocol::Smtp),
    ];

    fn name(self) -> &'static str {
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

/// The file of one program in the folder of a language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgramWords {
    name: Plain,
    summary: Spanned<GeneralProse>,
    recognise: GeneralProse,
    checked: Plain,
    sources: ById<Plain>,
    security: Option<SecurityWords>,
    #[serde(default)]
    form: ById<FormWords>,
    add: Option<List>,
    change: Option<List>,
    outgoing: Option<Section>,
    kind: Option<Text>,
    trap: Option<Trap>,
    #[serde(default)]
    message: ById<MessageWords>,
    #[serde(default)]
    card: ById<List>,
    retired: Option<RetiredWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecurityWords {
    #[serde(deserialize_with = "plain")]
    tls: String,
    #[serde(deserialize_with = "plain")]
    starttls: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormWords {
    #[serde(deserialize_with = "plain")]
    title: String,
    labels: ById<Plain>,
    #[serde(default)]
    values: ById<Prose>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageWords {
    #[serde(deserialize_with = "plain")]
    text: String,
    means: GeneralProse,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    steps: Vec<Prose>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: Prose,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetiredWords {
    #[serde(deserialize_with = "plain")]
    since: String,
    why: Prose,
    keep: Vec<Prose>,
}

impl ProgramStructure {
    /// Reads the file of the program with this slug.
    pub(super) fn read(slug: String, file: File) -> Result<Self, String> {
        let table: ProgramTable = file.toml()?;
        file.unique("device", &table.devices)?;
        file.unique("source", &table.sources)?;
        file.unique("card", &table.without)?;
        file.unique("message", table.messages.iter().map(|message| &message.id))?;
        file.unique("form", table.forms.iter().map(|form| &form.about))?;
        for form in &table.forms {
            file.unique("field", form.fields.iter().map(|field| &field.id))?;
        }
        let instead = table.retired.iter().flat_map(|retired| &retired.instead);
        file.unique("program", instead)?;
        Ok(Self { slug, file, table })
    }

    /// The program in the words of one language. `cards` are those for which programs have steps of their
    /// own, and `no_security` is what programs call no security.
    pub(super) fn with_words<'a>(
        &self,
        file: &File,
        cards: impl Iterator<Item = &'a str>,
        no_security: &str,
    ) -> Result<Program, String> {
        let words: ProgramWords = file.toml()?;
        let sources = Table::new(file, "sources", "the id of a source of this program");
        if !words.summary.get_ref().prose().is_plain() {
            let message = "the summary is shown as it stands, expected it without values and marks";
            return Err(file.fault_at(&words.summary, message));
        }
        let ids = self.table.sources.iter().map(|id| id.get_ref().as_str());
        let sources = words.sources.in_order(&sources, ids)?;
        let messages = Table::new(file, "message", "the id of a message of this program");
        let declared = self.table.messages.iter();
        let declared = declared.map(|message| (message.id.get_ref().as_str(), message));
        let messages = words
            .message
            .join(&messages, declared, |_, message, words| {
                Ok(Message {
                    text: words.text,
                    means: words.means,
                    card: message.card.get_ref().clone(),
                })
            })?;
        let forms = Table::new(file, "form", "the protocol of a form of this program");
        let declared = self.table.forms.iter();
        let declared = declared.map(|form| (form.about.get_ref().name(), form));
        let forms = words.form.join(&forms, declared, |place, form, words| {
            form.with_words(file, place, words)
        })?;
        let own = cards.filter(|slug| self.table.retired.is_none() && !self.leaves_out(slug));
        let own = own.map(|slug| (slug, slug.to_owned()));
        let declared = Table::new(
            file,
            "card",
            "the slug of a card with steps in this program",
        );
        let cards = words
            .card
            .join(&declared, own, |_, slug, list| Ok((slug, list.steps)))?;
        let parts = Table::new(file, "", "what the structure says of this program");
        let guided = self.table.retired.is_none();
        let security = parts.optional("security", guided, words.security)?;
        let add = parts.optional("add", guided, words.add)?;
        let change = parts.optional("change", guided, words.change)?;
        let outgoing = parts.optional("outgoing", guided, words.outgoing)?;
        let kind = parts.optional("kind", guided, words.kind)?;
        let trap = parts.optional("trap", guided, words.trap)?;
        let retired = parts.optional("retired", !guided, words.retired)?;
        let status = match &self.table.retired {
            Some(structure) => {
                let words = parts.required("retired", retired)?;
                let instead = structure.instead.iter();
                Status::Retired(Retired {
                    since: words.since,
                    why: words.why,
                    keep: words.keep,
                    instead: instead.map(|slug| slug.get_ref().clone()).collect(),
                })
            }
            None => {
                let security = parts.required("security", security)?;
                Status::Supported(Box::new(ProgramGuide {
                    security: SecurityNames {
                        tls: security.tls,
                        starttls: security.starttls,
                        none: no_security.to_owned(),
                    },
                    forms,
                    add: parts.required("add", add)?.steps,
                    change: parts.required("change", change)?.steps,
                    outgoing: parts.required("outgoing", outgoing)?,
                    kind: parts.required("kind", kind)?.text,
                    trap: parts.required("trap", trap)?,
                    cards: cards.into_iter().collect(),
                }))
            }
        };
        Ok(Program {
            slug: self.slug.clone(),
            name: words.name.0,
            summary: words.summary.into_inner(),
            devices: self
                .table
                .devices
                .iter()
                .map(|device| *device.get_ref())
                .collect(),
            family: self.table.family,
            recognise: words.recognise,
            checked: words.checked.0,
            sources: sources.into_iter().map(|source| source.0).collect(),
            errors: messages,
            status,
        })
    }

    fn leaves_out(&self, card: &str) -> bool {
        let mut without = self.table.without.iter();
        without.any(|slug| slug.get_ref() == card)
    }
}

impl FormTable {
    fn with_words(
        &self,
        file: &File,
        place: &Spanned<String>,
        words: FormWords,
    ) -> Result<Form, String> {
        let name = format!("form.{}.labels", place.get_ref());
        let labels = Table::new(file, name, "the id of a field of this form").inside(place);
        let ids = self.fields.iter().map(|field| field.id.get_ref().as_str());
        let labels = words.labels.in_order(&labels, ids)?;
        let name = format!("form.{}.values", place.get_ref());
        let values = Table::new(
            file,
            name,
            "the id of a field without a value in the structure",
        );
        let own = self.fields.iter().filter(|field| field.value.is_none());
        let own = own.map(|field| {
            let id = field.id.get_ref().as_str();
            (id, id)
        });
        let mut values = words.values.map(&values.inside(place), own)?;
        let fields = self.fields.iter().zip(labels).filter_map(|(field, label)| {
            let value = field.value.clone();
            Some(Field {
                label: label.0,
                value: value.or_else(|| values.remove(field.id.get_ref().as_str()))?,
                copy: field.copy,
            })
        });
        Ok(Form {
            title: words.title,
            fields: fields.collect(),
        })
    }
}
