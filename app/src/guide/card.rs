//! One way to mend something.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::prose::{Prose, Steps};
use super::source::{self, Source, SourceStructure};
use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::Plain;

/// One way to mend something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// What to do, in a few words.
    pub title: String,
    /// Why that helps.
    pub why: Prose,
    /// What must be known before the first step.
    pub warning: Option<Prose>,
    /// Whether every program has steps of its own for it.
    pub program: bool,
    /// A page of the provider on which it is done.
    pub link: Option<CardLink>,
    /// What the record of the provider knows about it.
    pub facts: Option<CardFacts>,
    /// What to do, where the program is not known or does not matter.
    pub steps: Steps,
    /// How to see that it has worked.
    pub after: Prose,
    /// The card that keeps it from happening again.
    pub prevention: Option<String>,
    /// Where what it says was read.
    pub sources: Vec<Source>,
}

/// A page of the provider, as its record names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardLink {
    /// Where a forgotten password is replaced.
    PasswordReset,
}

/// What a record knows about the matter of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardFacts {
    /// What has changed hands at the provider.
    Changes,
}

impl Card {
    /// Whether it says something else for each address.
    pub fn has_values(&self, own_steps: Option<&[Prose]>) -> bool {
        let steps = own_steps.unwrap_or(&self.steps);
        let texts = [&self.why, &self.after].into_iter().chain(steps);
        let texts = texts.chain(&self.warning);
        texts.into_iter().any(Prose::has_values)
    }
}

/// All cards by their slugs, as they are in every language.
#[derive(Clone, Debug)]
pub(super) struct Cards(BTreeMap<String, CardStructure>);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CardStructure {
    #[serde(default)]
    program: bool,
    #[serde(default)]
    warning: bool,
    link: Option<CardLink>,
    facts: Option<CardFacts>,
    prevention: Option<Spanned<String>>,
    #[serde(default)]
    sources: Vec<SourceStructure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StructureFile {
    card: BTreeMap<String, CardStructure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
    card: ById<CardText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardText {
    title: Plain,
    why: Prose,
    warning: Option<Prose>,
    steps: Steps,
    after: Prose,
    #[serde(default)]
    sources: ById<Plain>,
}

impl Cards {
    /// Reads all cards.
    pub(super) fn read(file: &File) -> Result<Self, String> {
        let cards = file.toml::<StructureFile>()?.card;
        for card in cards.values() {
            file.unique("source", card.sources.iter().map(|source| &source.id))?;
            if let Some(slug) = &card.prevention
                && !cards.contains_key(slug.get_ref())
            {
                let message = format!("unknown `{}`, expected the slug of a card", slug.get_ref());
                return Err(file.fault_at(slug, message));
            }
        }
        Ok(Self(cards))
    }

    /// Whether there is a card with this slug.
    pub(super) fn contains(&self, slug: &str) -> bool {
        self.0.contains_key(slug)
    }

    /// The cards for which every program has steps of its own, in the order of their slugs.
    pub(super) fn of_programs(&self) -> impl Iterator<Item = &str> {
        let cards = self.0.iter().filter(|(_, card)| card.program);
        cards.map(|(slug, _)| slug.as_str())
    }

    /// The cards in the words of one language.
    pub(super) fn with_words(&self, file: &File) -> Result<BTreeMap<String, Arc<Card>>, String> {
        let table = Table::new(file, "card", "the slug of a card of the structure");
        let declared = self.0.iter();
        let declared = declared.map(|(slug, card)| (slug.as_str(), (slug, card)));
        let words = file.toml::<WordsFile>()?.card;
        let cards = words.join(&table, declared, |place, (slug, structure), words| {
            let name = format!("card.{slug}");
            let own = Table::new(file, name, "what the structure says of this card").inside(place);
            let card = Card {
                title: words.title.0,
                why: words.why,
                warning: own.optional("warning", structure.warning, words.warning)?,
                program: structure.program,
                link: structure.link,
                facts: structure.facts,
                steps: words.steps,
                after: words.after,
                prevention: structure
                    .prevention
                    .as_ref()
                    .map(|slug| slug.get_ref().clone()),
                sources: source::with_words(&structure.sources, file, place, words.sources)?,
            };
            Ok((slug.clone(), Arc::new(card)))
        })?;
        Ok(cards.into_iter().collect())
    }
}
