//! One mail program: how to set it up, and where things hide in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use probe::{Protocol, Security};
use serde::Deserialize;
use strum::{AsRefStr, IntoStaticStr};

use super::prose::{GeneralProse, Prose, Steps};
use super::short_way::{ShortKind, ShortWay};
use crate::content::template::plain;
use crate::words::OutcomeWords;

/// One mail program.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its name in addresses of pages, which is that of its file.
    pub slug: String,
    /// Its name as customers know it.
    pub name: String,
    /// What it is, in one sentence without values and marks.
    pub summary: GeneralProse,
    /// What it runs on; nothing where that does not matter.
    pub devices: Vec<Device>,
    /// Whether it is one of several with the same name.
    pub family: Option<Family>,
    /// How to see that it is the one that a customer has.
    pub recognise: GeneralProse,
    /// For which versions the steps were checked.
    pub checked: String,
    /// Where they were read.
    pub sources: Vec<String>,
    /// Its messages and what they mean.
    pub errors: Vec<Message>,
    /// Its versions that know no encryption of today.
    pub older: Vec<OlderVersions>,
    /// Whether it is still of use.
    pub status: Status,
}

/// Versions of a program that cannot connect where TLS 1.2 is the least.
#[derive(Clone, Debug)]
pub struct OlderVersions {
    /// The id of their profile in the table of the probe.
    pub id: &'static str,
    /// Which they are, as customers know them.
    pub versions: String,
    /// What happens in them.
    pub text: Prose,
    /// What to do.
    pub steps: Steps,
}

/// What a program runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, AsRefStr, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
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
        self.into()
    }
}

/// Programs that customers know by one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Those that are called Outlook.
    Outlook,
}

/// Whether a program is still of use.
#[derive(Clone, Debug)]
pub enum Status {
    /// It is: this is how to use it.
    Supported(Arc<ProgramGuide>),
    /// It is no mail program with a guide of its own, but something else that mail is set up in: a printer, a
    /// website, any other program.
    Other(Arc<OtherGuide>),
    /// It is not.
    Retired(Arc<Retired>),
}

/// How to use a program.
#[derive(Clone, Debug)]
pub struct ProgramGuide {
    /// What it calls the kinds of security.
    pub security: SecurityNames,
    /// Its forms with the values to type.
    pub forms: Vec<Arc<Form>>,
    /// How it takes the settings without typing, or why it does not.
    pub short: Option<ShortWay>,
    /// How to add an account.
    pub add: Steps,
    /// How to see and change the servers of an account.
    pub change: Steps,
    /// Where the sign-in for sending hides in it.
    pub outgoing: Section,
    /// How to tell IMAP from POP in it.
    pub kind: Prose,
    /// What goes wrong in it with this provider.
    pub trap: Trap,
    /// How to do in it what a card says, by the card's slug.
    pub cards: BTreeMap<String, Steps>,
}

/// How to set up mail in something that is no mail program of its own.
#[derive(Clone, Debug)]
pub struct OtherGuide {
    /// The protocols that it speaks. No value of another one stands in the guide; reading makes sure of it.
    pub protocols: Vec<Protocol>,
    /// Its forms with the values to type, under the names that such forms mostly have.
    pub forms: Vec<Arc<Form>>,
    /// How to set it up.
    pub add: Steps,
    /// What else there is to know and to do, in the order of use.
    pub parts: Vec<OtherPart>,
}

/// A part of such a guide.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherPart {
    /// What stands above it.
    #[serde(deserialize_with = "plain")]
    pub title: String,
    /// The words.
    pub text: Prose,
    /// The steps, if there are any.
    #[serde(default)]
    pub steps: Steps,
}

/// What a program calls the kinds of security.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityNames {
    /// TLS from the first byte on.
    pub tls: String,
    /// TLS behind STARTTLS.
    pub starttls: String,
    /// No TLS at all.
    pub none: String,
}

/// A form of a program with the values to type.
#[derive(Clone, Debug)]
pub struct Form {
    /// What stands above it.
    pub title: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// What stands beside it.
    pub label: String,
    /// What to put into it.
    pub value: Prose,
    /// Whether that is worth copying.
    pub copy: bool,
}

/// Some words and some steps.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The words.
    pub text: Prose,
    /// The steps.
    pub steps: Steps,
}

/// What goes wrong in a program with this provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trap {
    /// In a few words.
    #[serde(deserialize_with = "plain")]
    pub title: String,
    /// What happens.
    pub text: Prose,
    /// How to get out.
    pub steps: Steps,
    /// The number of the step of adding an account at which it waits; none if it comes later.
    pub step: Option<usize>,
}

/// A message of a program.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its words, with … where names stand.
    pub text: String,
    /// What it means.
    pub means: GeneralProse,
    /// The card to go on with.
    pub card: String,
}

/// Why a program should not be used any more.
#[derive(Clone, Debug)]
pub struct Retired {
    /// Since when.
    pub since: String,
    /// Why.
    pub why: Prose,
    /// How to keep the mail that is in it.
    pub keep: Steps,
    /// The slugs of programs to use instead.
    pub instead: Vec<String>,
}

impl Form {
    /// Whether it is the form of a POP account.
    pub fn is_pop(&self) -> bool {
        self.fields
            .iter()
            .any(|field| field.value.names(Protocol::Pop3))
    }
}

impl SecurityNames {
    /// What most programs call the kinds of security.
    pub fn general(words: &OutcomeWords) -> Self {
        Self {
            tls: words.security(Security::Tls).name.clone(),
            starttls: words.security(Security::Starttls).name.clone(),
            none: words.security(Security::None).name.clone(),
        }
    }

    /// What the program calls it.
    pub fn of(&self, security: Security) -> &str {
        match security {
            Security::Tls => &self.tls,
            Security::Starttls => &self.starttls,
            Security::None => &self.none,
        }
    }
}

impl Program {
    /// How it takes the settings without typing, if it does.
    pub fn short_way(&self) -> Option<&ShortWay> {
        let Status::Supported(guide) = &self.status else {
            return None;
        };
        let short = guide.short.as_ref();
        short.filter(|short| short.kind != ShortKind::ByHand)
    }

    /// What this program calls the kinds of security; what most do, where it has no words of its own.
    pub fn security_names(&self, words: &OutcomeWords) -> SecurityNames {
        match &self.status {
            Status::Supported(steps) => steps.security.clone(),
            Status::Other(_) | Status::Retired(_) => SecurityNames::general(words),
        }
    }
}
