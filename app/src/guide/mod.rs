//! The guide: mail programs and fix cards, read from `content/<language>/` and checked at start.
//!
//! | module | idea |
//! |---|---|
//! | [`prose`] | a short text with labels and places for values |
//! | [`values`] | what stands in these places |
//! | [`program`] | one mail program: how to set it up and where things hide in it |
//! | [`card`] | one way to mend something |
//! | [`go_on`] | from what a test found to the card that mends it |
//! | [`words`] | the words around all that |

pub mod card;
pub mod go_on;
pub mod program;
pub mod prose;
pub mod values;
pub mod words;

use std::collections::BTreeMap;

use card::Card;
use go_on::GoOn;
use program::{How, Program};
use words::GuideWords;

use crate::content;

/// Everything that the guide knows, in one language. Every reference in it leads somewhere.
#[derive(Clone, Debug)]
pub struct Guide {
    /// The mail programs, in the order in which they are offered.
    pub programs: Vec<Program>,
    /// The fix cards by their slugs.
    pub cards: BTreeMap<String, Card>,
    /// The card for what a test found.
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
        let go_on = GoOn::read(language, |slug| cards.contains_key(slug))?;
        let guide = Self {
            programs,
            cards,
            go_on,
            words,
        };
        guide.check()?;
        Ok(guide)
    }

    /// The program with this slug.
    pub fn program(&self, slug: &str) -> Option<&Program> {
        self.programs.iter().find(|program| program.slug == slug)
    }

    /// Makes sure that every reference leads somewhere and that no program leaves out a card.
    fn check(&self) -> Result<(), String> {
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

#[cfg(test)]
mod tests;
