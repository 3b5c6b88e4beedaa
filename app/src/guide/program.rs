//! One mail program: how to set it up, and where things hide in it.

use std::collections::BTreeMap;

use probe::Protocol;
use serde::Deserialize;

use super::prose::Prose;
use super::values;
use crate::content::File;

/// One mail program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its name in addresses of pages, which is that of its file.
    pub slug: String,
    /// Its name as customers know it.
    pub name: String,
    /// What it is, in one sentence.
    pub summary: Prose,
    /// What it runs on.
    pub devices: Vec<Device>,
    /// Whether it is one of several with the same name.
    pub family: Option<Family>,
    /// How to see that it is the one that a customer has.
    pub recognise: Prose,
    /// For which versions the steps were checked.
    pub checked: String,
    /// Where they were read.
    pub sources: Vec<String>,
    /// Its messages and what they mean.
    pub errors: Vec<Message>,
    /// How to use it, or why not to.
    pub how: How,
}

/// What a program runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// A computer with Windows.
    Windows,
    /// A Mac.
    Mac,
    /// A computer with Linux.
    Linux,
    /// An iPhone or an iPad.
    Iphone,
    /// A phone or tablet with Android.
    Android,
}

impl Device {
    /// The name that the browser knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Mac => "mac",
            Self::Linux => "linux",
            Self::Iphone => "iphone",
            Self::Android => "android",
        }
    }
}

/// Programs that customers know by one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Those that are called Outlook.
    Outlook,
}

/// How to use a program, or why not to.
#[derive(Clone, Debug)]
pub enum How {
    /// Its steps.
    Guide(Box<Steps>),
    /// It should not be used any more.
    Retired(Retired),
}

/// How to use a program.
#[derive(Clone, Debug)]
pub struct Steps {
    /// What it calls the kinds of security, and a password.
    pub words: SecurityWords,
    /// Its forms with the values to type.
    pub forms: Vec<Form>,
    /// How to add an account.
    pub add: Vec<Prose>,
    /// How to see and change the servers of an account.
    pub change: Vec<Prose>,
    /// Where the sign-in for sending hides in it.
    pub outgoing: Section,
    /// How to tell IMAP from POP in it.
    pub kind: Prose,
    /// What goes wrong in it with this provider.
    pub trap: Trap,
    /// How to do in it what a card says, by the card's slug.
    pub cards: BTreeMap<String, Vec<Prose>>,
    /// The cards that make no sense in it.
    pub without: Vec<String>,
}

/// What a program calls the kinds of security, and a password.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityWords {
    /// TLS from the first byte on.
    pub tls: String,
    /// TLS behind STARTTLS.
    pub starttls: String,
    /// No TLS at all.
    #[serde(default)]
    pub none: String,
    /// A password as it is; empty where there is nothing to choose.
    pub password: String,
}

/// A form of a program with the values to type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// What stands above it.
    pub title: String,
    /// Whose values it shows.
    #[serde(deserialize_with = "protocol")]
    pub about: Protocol,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What stands beside it.
    pub label: String,
    /// What to put into it.
    pub value: Prose,
    /// Whether that is worth copying.
    #[serde(default)]
    pub copy: bool,
}

/// Some words and some steps.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The words.
    pub text: Prose,
    /// The steps.
    pub steps: Vec<Prose>,
}

/// What goes wrong in a program with this provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trap {
    /// In a few words.
    pub title: String,
    /// What happens.
    pub text: Prose,
    /// How to get out.
    pub steps: Vec<Prose>,
}

/// A message of a program.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Its words, with … where names stand.
    pub text: String,
    /// What it means.
    pub means: Prose,
    /// The card to go on with.
    pub card: String,
}

/// Why a program should not be used any more.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retired {
    /// Since when.
    pub since: String,
    /// Why.
    pub why: Prose,
    /// How to keep the mail that is in it.
    pub keep: Vec<Prose>,
    /// The slugs of programs to use instead.
    pub instead: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgramFile {
    name: String,
    summary: Prose,
    devices: Vec<Device>,
    family: Option<Family>,
    recognise: Prose,
    #[serde(default)]
    protocols: Vec<String>,
    checked: String,
    sources: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
    words: Option<SecurityWords>,
    #[serde(default)]
    form: Vec<Form>,
    add: Option<List>,
    change: Option<List>,
    outgoing: Option<Section>,
    kind: Option<Text>,
    trap: Option<Trap>,
    #[serde(default)]
    error: Vec<Message>,
    #[serde(default)]
    card: BTreeMap<String, List>,
    retired: Option<Retired>,
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

/// Reads the file of one program.
pub(super) fn parse(file: &File) -> Result<Program, String> {
    let read: ProgramFile = file.toml()?;
    let missing = |key: &str| format!("{}: [{key}] is missing", file.name);
    if let Some(stranger) = read
        .protocols
        .iter()
        .find(|word| values::protocol(word).is_none())
    {
        return Err(format!(
            "{}: unknown protocol `{stranger}`, expected imap or pop",
            file.name
        ));
    }
    let how = match read.retired {
        Some(retired) => How::Retired(retired),
        None => How::Guide(Box::new(Steps {
            words: read.words.ok_or_else(|| missing("words"))?,
            forms: read.form,
            add: read.add.ok_or_else(|| missing("add"))?.steps,
            change: read.change.ok_or_else(|| missing("change"))?.steps,
            outgoing: read.outgoing.ok_or_else(|| missing("outgoing"))?,
            kind: read.kind.ok_or_else(|| missing("kind"))?.text,
            trap: read.trap.ok_or_else(|| missing("trap"))?,
            cards: read
                .card
                .into_iter()
                .map(|(slug, list)| (slug, list.steps))
                .collect(),
            without: read.without,
        })),
    };
    Ok(Program {
        slug: file.stem().to_owned(),
        name: read.name,
        summary: read.summary,
        devices: read.devices,
        family: read.family,
        recognise: read.recognise,
        checked: read.checked,
        sources: read.sources,
        errors: read.error,
        how,
    })
}

fn protocol<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Protocol, D::Error> {
    let word = String::deserialize(deserializer)?;
    values::protocol(&word).ok_or_else(|| {
        serde::de::Error::custom(format!("unknown word `{word}`, expected imap, pop or smtp"))
    })
}
