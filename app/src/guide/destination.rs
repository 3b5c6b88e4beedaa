//! Where an answer, a message or a finding leads.

use std::str::FromStr;

use serde::Deserialize;
use strum::EnumString;

/// The card to which the comparison of clocks leads.
pub const CLOCK_CARD: &str = "clock";

/// The card about providers that let programs sign in only through a page of their own.
pub const BROWSER_SIGN_IN_CARD: &str = "browser-sign-in";

/// The card to which the older versions of programs lead.
pub const OLD_DEVICE_CARD: &str = "old-device";

/// The card that is left when nothing else helped.
pub const SUPPORT_CARD: &str = "support";

/// A place of the guide, written as `card:…`, `node:…`, `program:…` or `page:…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Destination {
    /// A fix card, by its slug.
    Card(String),
    /// A question of the troubleshooter, by its slug.
    Node(String),
    /// The guide to a mail program, or to something else that mail is set up in, by its slug.
    Program(String),
    /// A page of its own.
    Page(Page),
}

/// The pages on which the troubleshooter can end besides the cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Page {
    /// The search for the text of an error.
    Errors,
    /// The comparison of settings.
    Check,
    /// The commands for the customer's own network.
    Network,
    /// The mail programs.
    Programs,
    /// The report for the help desk.
    Report,
    /// The documented settings, on the first page.
    Settings,
    /// The connection test.
    Test,
}

impl Page {
    /// Its path.
    pub fn path(self) -> &'static str {
        match self {
            Self::Errors => "/errors",
            Self::Check => "/check",
            Self::Network => "/network",
            Self::Programs => "/programs",
            Self::Report => "/report",
            Self::Settings => "/#settings",
            Self::Test => "/test",
        }
    }
}

impl Destination {
    /// The path of the page, without anything that was answered before.
    pub fn path(&self) -> String {
        match self {
            Self::Card(slug) => format!("/fix/card/{slug}"),
            Self::Node(slug) => format!("/fix/{slug}"),
            Self::Program(slug) => format!("/programs/{slug}"),
            Self::Page(page) => page.path().to_owned(),
        }
    }
}

impl TryFrom<String> for Destination {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.split_once(':') {
            Some(("card", slug)) => Ok(Self::Card(slug.to_owned())),
            Some(("node", slug)) => Ok(Self::Node(slug.to_owned())),
            Some(("program", slug)) => Ok(Self::Program(slug.to_owned())),
            Some(("page", name)) => {
                let page = Page::from_str(name);
                Ok(Self::Page(
                    page.map_err(|_| format!("there is no page `{name}`"))?,
                ))
            }
            _ => Err(format!(
                "`{text}` leads nowhere, expected card:…, node:…, program:… or page:…"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_have_paths() {
        for (written, path) in [
            ("card:clock", "/fix/card/clock"),
            ("node:start", "/fix/start"),
            ("program:thunderbird", "/programs/thunderbird"),
            ("page:errors", "/errors"),
        ] {
            let target = Destination::try_from(written.to_owned()).unwrap();
            assert_eq!(target.path(), path);
        }
        for wrong in ["clock", "page:nowhere", "cards:clock", ""] {
            assert!(Destination::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
