//! The guide: mail programs and fix cards, read from `content/<language>/` and checked at start.
//!
//! | module | idea |
//! |---|---|
//! | [`prose`] | a short text with labels and places for values |
//! | [`values`] | what stands in these places |
//! | [`program`] | one mail program: how to set it up and where things hide in it |
//! | [`card`] | one way to mend something |
//! | [`node`] | one question of the troubleshooter |
//! | [`trail`] | the way that a customer has come through it |
//! | [`target`] | where an answer, a message or a finding leads |
//! | [`go_on`] | from what a test found to what mends it |
//! | [`error_text`] | what messages mean, and how they are found |
//! | [`comparison`] | settings as a program shows them next to the right ones |
//! | [`network`] | commands for the customer's own network |
//! | [`words`] | the words around all that |

pub mod card;
pub mod comparison;
pub mod error_text;
pub mod go_on;
pub mod network;
pub mod node;
pub mod program;
pub mod prose;
pub mod target;
pub mod trail;
pub mod values;
pub mod words;

use std::collections::BTreeMap;

use card::Card;
use error_text::ErrorText;
use go_on::GoOn;
use network::Network;
use node::Node;
use program::{How, Program};
use target::Target;
use words::GuideWords;

use crate::content;

/// Everything that the guide knows, in one language. Every reference in it leads somewhere.
#[derive(Clone, Debug)]
pub struct Guide {
    /// The mail programs, in the order in which they are offered.
    pub programs: Vec<Program>,
    /// The fix cards by their slugs.
    pub cards: BTreeMap<String, Card>,
    /// The questions of the troubleshooter by their slugs.
    pub nodes: BTreeMap<String, Node>,
    /// What the messages of programs and servers mean.
    pub errors: Vec<ErrorText>,
    /// The commands for the customer's own network.
    pub network: Network,
    /// Where to go on from what a test found.
    pub go_on: GoOn,
    /// The words around them.
    pub words: GuideWords,
}

/// The order in which programs are offered: those of one maker together, and what is no longer used last.
const ORDER: &[&str] = &[
    "outlook-classic",
    "outlook-new",
    "outlook-mac",
    "outlook-mobile",
    "apple-mail-ios",
    "apple-mail-mac",
    "thunderbird",
    "thunderbird-android",
    "gmail-android",
    "samsung-email",
    "em-client",
    "evolution",
    "geary",
    "windows-mail",
    "gmail-web",
];

impl Guide {
    /// The built-in guide in American English.
    pub fn english() -> Self {
        Self::read("en").expect("a test reads the built-in guide")
    }

    /// Reads the guide in this language.
    ///
    /// # Errors
    ///
    /// The first fault, with its file and, where it is one of form, its line.
    pub fn read(language: &str) -> Result<Self, String> {
        let cards = card::parse(&content::file(language, "cards.toml")?)?;
        let mut programs = Vec::new();
        for file in content::files(language, "programs")? {
            programs.push(program::parse(&file)?);
        }
        programs.sort_by_key(|program: &Program| {
            let known = ORDER.iter().position(|slug| *slug == program.slug);
            known.unwrap_or(ORDER.len())
        });
        let words = GuideWords::read(language)?;
        let nodes = node::parse(&content::file(language, "nodes.toml")?, |slug| {
            cards.contains_key(slug)
        })?;
        let guide = Self {
            errors: errors(language, &programs)?,
            network: network::parse(&content::file(language, "network.toml")?)?,
            go_on: GoOn::read(language)?,
            programs,
            cards,
            nodes,
            words,
        };
        guide.check()?;
        Ok(guide)
    }

    /// The program with this slug.
    pub fn program(&self, slug: &str) -> Option<&Program> {
        self.programs.iter().find(|program| program.slug == slug)
    }

    /// Whether there is such a place.
    fn has(&self, target: &Target) -> bool {
        match target {
            Target::Card(slug) => self.cards.contains_key(slug),
            Target::Node(slug) => self.nodes.contains_key(slug),
            Target::Page(_) => true,
        }
    }

    /// Makes sure that every reference leads somewhere and that no program leaves out a card.
    fn check(&self) -> Result<(), String> {
        let errors = self.errors.iter();
        let errors = errors.map(|error| ("errors.toml", error.id.as_str(), &error.to));
        let readings = self.network.readings.iter();
        let readings = readings.map(|reading| ("network.toml", reading.text.as_str(), &reading.to));
        let go_on = self.go_on.targets();
        let go_on = go_on.map(|(code, target)| ("go_on.toml", code, target));
        let all: Vec<_> = errors.chain(readings).chain(go_on).collect();
        if let Some((file, place, _)) = all.iter().find(|(_, _, target)| !self.has(target)) {
            return Err(format!("{file}: `{place}` leads nowhere"));
        }
        if let Some(lost) = node::lost(&self.nodes, all.iter().map(|(_, _, target)| *target)) {
            return Err(format!("nodes.toml: nothing leads to `{lost}`"));
        }
        let mut programs = self
            .errors
            .iter()
            .filter_map(|error| error.program.as_ref());
        if let Some(stranger) = programs.find(|slug| self.program(slug).is_none()) {
            return Err(format!("errors.toml: there is no program `{stranger}`"));
        }
        for program in &self.programs {
            let fault = |text: String| Err(format!("programs/{}.toml: {text}", program.slug));
            for error in &program.errors {
                if !self.cards.contains_key(&error.card) {
                    return fault(format!("there is no card `{}`", error.card));
                }
            }
            match &program.how {
                How::Retired(retired) => {
                    let stranger = retired.instead.iter().find(|slug| {
                        self.program(slug)
                            .is_none_or(|program| matches!(program.how, How::Retired(_)))
                    });
                    if let Some(stranger) = stranger {
                        return fault(format!("`{stranger}` is no program to use instead"));
                    }
                }
                How::Guide(guide) => {
                    for (slug, card) in &self.cards {
                        let told = guide.cards.contains_key(slug);
                        let left_out = guide.without.contains(slug);
                        if card.program && told == left_out {
                            return fault(format!(
                                "card `{slug}` is neither told nor left out, or both"
                            ));
                        }
                    }
                    let stranger = guide
                        .cards
                        .keys()
                        .chain(&guide.without)
                        .find(|slug| self.cards.get(*slug).is_none_or(|card| !card.program));
                    if let Some(stranger) = stranger {
                        return fault(format!("`{stranger}` is no card with steps in programs"));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The messages of all programs, and those that are of no program alone.
fn errors(language: &str, programs: &[Program]) -> Result<Vec<ErrorText>, String> {
    let of_programs = programs.iter().flat_map(|program| {
        let messages = program.errors.iter().enumerate();
        messages.map(|(place, message)| error_text::of_program(&program.slug, place, message))
    });
    let mut errors: Vec<_> = of_programs.collect();
    errors.extend(error_text::parse(&content::file(language, "errors.toml")?)?);
    Ok(errors)
}

#[cfg(test)]
mod tests;
