//! The whole guide in one language.

use std::collections::BTreeMap;
use std::sync::Arc;

use probe::Security;

use super::card::Card;
use super::destination::{Destination, Page};
use super::error_text::{self, ErrorText};
use super::network::Network;
use super::node::Node;
use super::program::Program;
use super::remedies::Remedies;
use super::structure::Structure;
use super::words::GuideWords;
use crate::content::Folder;
use crate::words::OutcomeWords;

/// Everything that the guide knows, in one language. Every reference in it leads somewhere.
#[derive(Clone, Debug)]
pub struct Guide {
    /// The mail programs, in the order in which they are offered.
    pub programs: Vec<Arc<Program>>,
    /// The fix cards by their slugs.
    pub cards: BTreeMap<String, Arc<Card>>,
    /// The questions of the troubleshooter by their slugs.
    pub nodes: BTreeMap<String, Arc<Node>>,
    /// What the messages of programs and servers mean.
    pub errors: Vec<ErrorText>,
    /// The programs, each with words by which a text names it.
    pub names: Vec<(String, String)>,
    /// Words that only look like slips of words by which messages are found.
    pub proper: Vec<String>,
    /// What stands in messages whatever is wrong.
    pub ignored: Vec<String>,
    /// The commands for the customer's own network.
    pub network: Network,
    /// Where to go on from what a test found.
    pub remedies: Remedies,
    /// The words around them.
    pub words: GuideWords,
}

impl Guide {
    /// Reads the words of a language for what the structure has.
    ///
    /// # Errors
    ///
    /// The first fault, with its file, and with its line where the fault has a place in the file.
    pub(crate) fn read(
        structure: &Structure,
        folder: Folder<'_>,
        words: &OutcomeWords,
    ) -> Result<Self, String> {
        let no_security = &words.security(Security::None).name;
        let mut programs = Vec::new();
        for program in &structure.programs {
            let file = folder.file(&format!("programs/{}.toml", program.slug))?;
            let cards = structure.cards.of_programs();
            programs.push(Arc::new(program.with_words(&file, cards, no_security)?));
        }
        let mut stems = folder.stems("programs")?.into_iter();
        if let Some(stranger) = stems.find(|stem| programs.iter().all(|p| p.slug != *stem)) {
            let file = folder.file(&format!("programs/{stranger}.toml"))?;
            return Err(file.fault("there is no such program in the structure"));
        }
        let mut errors = messages(&programs);
        let (messages, proper) = structure.errors.with_words(&folder.file("errors.toml")?)?;
        errors.extend(messages);
        let nodes = structure.nodes.with_words(&folder.file("nodes.toml")?)?;
        let network = structure
            .network
            .with_words(&folder.file("network.toml")?)?;
        Ok(Self {
            cards: structure.cards.with_words(&folder.file("cards.toml")?)?,
            nodes,
            errors,
            names: structure.errors.names(),
            proper,
            ignored: structure.errors.ignored.clone(),
            network,
            remedies: structure.remedies.remedies(),
            programs,
            words: GuideWords::read(&folder.file("guide.toml")?)?,
        })
    }

    /// What a link to this place says, if the place has a name of its own in the guide.
    pub fn label(&self, to: &Destination) -> Option<&str> {
        let words = &self.words;
        match to {
            Destination::Card(slug) => self.cards.get(slug).map(|card| card.title.as_str()),
            Destination::Node(slug) => self.nodes.get(slug).map(|node| node.question.as_str()),
            Destination::Program(slug) => self.program(slug).map(|program| program.name.as_str()),
            Destination::Page(Page::Errors) => Some(&words.errors.title),
            Destination::Page(Page::Check) => Some(&words.check.title),
            Destination::Page(Page::Network) => Some(&words.network.title),
            Destination::Page(Page::Programs) => Some(&words.programs.title),
            Destination::Page(Page::Report) => Some(&words.report.title),
            Destination::Page(Page::Settings | Page::Test) => None,
        }
    }

    /// The program with this slug.
    pub fn program(&self, slug: &str) -> Option<&Arc<Program>> {
        self.programs.iter().find(|program| program.slug == slug)
    }
}

/// The messages of all programs.
fn messages(programs: &[Arc<Program>]) -> Vec<ErrorText> {
    let messages = programs.iter().flat_map(|program| {
        let messages = program.errors.iter().enumerate();
        messages.map(|(place, message)| error_text::of_program(&program.slug, place, message))
    });
    messages.collect()
}
