//! The files of one mail program: what is the same in every language, and its words.

use std::collections::BTreeMap;
use std::mem::take;
use std::sync::Arc;

use probe::client_profiles::without_tls_1_2;
use serde::Deserialize;
use toml::Spanned;

use super::form_file::{FormTable, FormWords};
use super::other_guide::OtherTable;
use super::program::{
    Device, Family, Form, Message, OlderVersions, OtherGuide, OtherPart, Program, ProgramGuide,
    Retired, Section, SecurityNames, Status, Trap,
};
use super::prose::{GeneralProse, Prose, Steps};
use super::short_way::{ShortKind, ShortWords};
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
    #[serde(default)]
    devices: Vec<Spanned<Device>>,
    family: Option<Family>,
    short_way: Option<ShortKind>,
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
    pub(super) other: Option<OtherTable>,
}

/// A message of a program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageTable {
    id: Spanned<String>,
    pub(super) card: Spanned<String>,
}

/// A program that should not be used any more.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetiredTable {
    pub(super) instead: Vec<Spanned<String>>,
}

/// The file of one program in the folder of a language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
    name: Plain,
    summary: Spanned<GeneralProse>,
    recognise: GeneralProse,
    checked: Plain,
    sources: ById<Plain>,
    security: Option<SecurityWords>,
    #[serde(default)]
    form: ById<FormWords>,
    short: Option<ShortWords>,
    add: Option<List>,
    change: Option<List>,
    outgoing: Option<Section>,
    kind: Option<Text>,
    trap: Option<Trap>,
    #[serde(default)]
    message: ById<MessageWords>,
    #[serde(default)]
    card: ById<List>,
    #[serde(default)]
    older: ById<OlderWords>,
    #[serde(default)]
    part: ById<OtherPart>,
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
struct MessageWords {
    #[serde(deserialize_with = "plain")]
    text: String,
    means: GeneralProse,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    steps: Steps,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OlderWords {
    #[serde(deserialize_with = "plain")]
    versions: String,
    text: Prose,
    steps: Steps,
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
    keep: Steps,
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
        if table.short_way.is_some() && (table.other.is_some() || table.retired.is_some()) {
            return Err(file.fault("only a mail program that is still of use has `short_way`"));
        }
        if let Some(other) = &table.other {
            if table.retired.is_some() {
                return Err(
                    file.fault("[other] and [retired] are both there, expected one of them")
                );
            }
            other.check(&file, table.forms.iter().map(|form| &form.about))?;
        }
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
        let words: WordsFile = file.toml()?;
        if !words.summary.get_ref().prose().is_plain() {
            let message = "the summary is shown as it stands, expected it without values and marks";
            return Err(file.fault_at(&words.summary, message));
        }
        let sources = Table::new(file, "sources", "the id of a source of this program");
        let ids = self.table.sources.iter().map(|id| id.get_ref().as_str());
        let sources = words.sources.in_order(&sources, ids)?;
        let devices = self.table.devices.iter().map(|device| *device.get_ref());
        let parts = Parts {
            forms: self.forms(file, words.form)?,
            cards: self.cards(file, cards, words.card)?,
            security: words.security,
            short: words.short,
            add: words.add,
            change: words.change,
            outgoing: words.outgoing,
            kind: words.kind,
            trap: words.trap,
            parts: self.parts(file, words.part)?,
            retired: words.retired,
        };
        Ok(Program {
            slug: self.slug.clone(),
            name: words.name.0,
            summary: words.summary.into_inner(),
            devices: devices.collect(),
            family: self.table.family,
            recognise: words.recognise,
            checked: words.checked.0,
            sources: sources.into_iter().map(|source| source.0).collect(),
            errors: self.messages(file, words.message)?,
            older: self.older(file, words.older)?,
            status: parts.status(file, &self.table, no_security)?,
        })
    }

    fn messages(&self, file: &File, words: ById<MessageWords>) -> Result<Vec<Message>, String> {
        let table = Table::new(file, "message", "the id of a message of this program");
        let declared = self.table.messages.iter();
        let declared = declared.map(|message| (message.id.get_ref().as_str(), message));
        words.join(&table, declared, |_, message, words| {
            Ok(Message {
                text: words.text,
                means: words.means,
                card: message.card.get_ref().clone(),
            })
        })
    }

    /// The words for the versions of which the table of the probe says that they know no TLS 1.2.
    fn older(&self, file: &File, words: ById<OlderWords>) -> Result<Vec<OlderVersions>, String> {
        let ids =
            "the id of a profile of this program without TLS 1.2 in probe/src/client_profiles";
        let table = Table::new(file, "older", ids);
        let declared = without_tls_1_2(&self.slug).map(|profile| (profile.id, profile.id));
        words.join(&table, declared, |_, id, words| {
            Ok(OlderVersions {
                id,
                versions: words.versions,
                text: words.text,
                steps: words.steps,
            })
        })
    }

    fn forms(&self, file: &File, words: ById<FormWords>) -> Result<Vec<Arc<Form>>, String> {
        let table = Table::new(file, "form", "the protocol of a form of this program");
        let declared = self.table.forms.iter();
        let declared = declared.map(|form| (form.about.get_ref().name(), form));
        words.join(&table, declared, |place, form, words| {
            Ok(Arc::new(form.with_words(file, place, words)?))
        })
    }

    /// The steps of the cards for which this program has some of its own.
    fn cards<'a>(
        &self,
        file: &File,
        cards: impl Iterator<Item = &'a str>,
        words: ById<List>,
    ) -> Result<BTreeMap<String, Steps>, String> {
        let ids = "the slug of a card with steps in this program";
        let table = Table::new(file, "card", ids);
        let guide = self.table.retired.is_none() && self.table.other.is_none();
        let own = cards.filter(|slug| guide && !self.leaves_out(slug));
        let own = own.map(|slug| (slug, slug.to_owned()));
        let steps = words.map(&table, own)?.into_iter();
        Ok(steps.map(|(slug, list)| (slug, list.steps)).collect())
    }

    /// The parts of a guide to something that is no mail program.
    fn parts(&self, file: &File, words: ById<OtherPart>) -> Result<Vec<OtherPart>, String> {
        let table = Table::new(file, "part", "the id of a part of this guide");
        let parts = self.table.other.iter().flat_map(|other| &other.parts);
        words.in_order(&table, parts.map(|id| id.get_ref().as_str()))
    }

    fn leaves_out(&self, card: &str) -> bool {
        let mut without = self.table.without.iter();
        without.any(|slug| slug.get_ref() == card)
    }
}

/// What only a program that is still of use has, and what only one has that is not.
struct Parts {
    forms: Vec<Arc<Form>>,
    cards: BTreeMap<String, Steps>,
    security: Option<SecurityWords>,
    short: Option<ShortWords>,
    add: Option<List>,
    change: Option<List>,
    outgoing: Option<Section>,
    kind: Option<Text>,
    trap: Option<Trap>,
    parts: Vec<OtherPart>,
    retired: Option<RetiredWords>,
}

impl Parts {
    fn status(
        self,
        file: &File,
        structure: &ProgramTable,
        no_security: &str,
    ) -> Result<Status, String> {
        let table = Table::new(file, "", "what the structure says of this program");
        Ok(if let Some(retired) = &structure.retired {
            Status::Retired(Arc::new(self.retired(&table, retired)?))
        } else if let Some(other) = &structure.other {
            Status::Other(Arc::new(self.other(file, &table, other)?))
        } else {
            let short = structure.short_way;
            Status::Supported(Arc::new(self.guide(file, &table, short, no_security)?))
        })
    }

    fn other(
        mut self,
        file: &File,
        table: &Table<'_>,
        structure: &OtherTable,
    ) -> Result<OtherGuide, String> {
        table.optional("retired", false, self.retired.take())?;
        let add = table.required("add", self.add.take())?.steps;
        let (forms, parts) = (take(&mut self.forms), take(&mut self.parts));
        self.nothing_of_a_program(table)?;
        structure.guide(file, forms, add, parts)
    }

    /// Makes sure that there is nothing that only a mail program that is still of use has.
    fn nothing_of_a_program(self, table: &Table<'_>) -> Result<(), String> {
        for (id, words) in [
            ("security", self.security.map(drop)),
            ("short", self.short.map(drop)),
            ("add", self.add.map(drop)),
            ("change", self.change.map(drop)),
            ("outgoing", self.outgoing.map(drop)),
            ("kind", self.kind.map(drop)),
            ("trap", self.trap.map(drop)),
        ] {
            table.optional(id, false, words)?;
        }
        Ok(())
    }

    fn guide(
        self,
        file: &File,
        table: &Table<'_>,
        short: Option<ShortKind>,
        no_security: &str,
    ) -> Result<ProgramGuide, String> {
        table.optional("retired", false, self.retired)?;
        let add = table.required("add", self.add)?.steps;
        let trap = table.required("trap", self.trap)?;
        if let Some(step) = trap.step
            && !(1..=add.len()).contains(&step)
        {
            return Err(file.fault(format!(
                "trap: `add` has no step {step}, expected 1 to {}",
                add.len()
            )));
        }
        let security = table.required("security", self.security)?;
        let words = table.optional("short", short.is_some(), self.short)?;
        let short = short.zip(words).map(|(kind, words)| words.of(kind));
        let short = short.transpose().map_err(|fault| file.fault(fault))?;
        Ok(ProgramGuide {
            security: SecurityNames {
                tls: security.tls,
                starttls: security.starttls,
                none: no_security.to_owned(),
            },
            forms: self.forms,
            short,
            add,
            change: table.required("change", self.change)?.steps,
            outgoing: table.required("outgoing", self.outgoing)?,
            kind: table.required("kind", self.kind)?.text,
            trap,
            cards: self.cards,
        })
    }

    fn retired(mut self, table: &Table<'_>, structure: &RetiredTable) -> Result<Retired, String> {
        let words = self.retired.take();
        self.nothing_of_a_program(table)?;
        let words = table.required("retired", words)?;
        let instead = structure.instead.iter();
        Ok(Retired {
            since: words.since,
            why: words.why,
            keep: words.keep,
            instead: instead.map(|slug| slug.get_ref().clone()).collect(),
        })
    }
}
