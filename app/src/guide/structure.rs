//! What the guide is in every language: which questions, cards, programs and messages there are, and where each
//! of them leads. Every reference in it leads somewhere.

use std::collections::BTreeSet;

use serde::Deserialize;
use strum::VariantArray;
use toml::Spanned;

use super::card::Cards;
use super::comparison::Fix;
use super::destination::{CLOCK_CARD, Destination, OLD_DEVICE_CARD};
use super::error_text::Errors;
use super::network::NetworkStructure;
use super::node::Nodes;
use super::program_file::ProgramStructure;
use super::remedies::RemediesFile;
use crate::content::Folder;
use crate::content::file::File;
use crate::other_providers;

/// The guide without its words.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    /// The mail programs, in the order in which they are offered.
    pub(super) programs: Vec<ProgramStructure>,
    pub(super) cards: Cards,
    pub(super) nodes: Nodes,
    pub(super) errors: Errors,
    pub(super) network: NetworkStructure,
    pub(super) remedies: RemediesFile,
}

/// The folder of the messages that are known to be about an error.
const MESSAGES: &str = "messages";

/// The files of the structure.
const FILES: [&str; 9] = [
    "cards.toml",
    "errors.toml",
    MESSAGES,
    "network.toml",
    "nodes.toml",
    other_providers::FILE,
    "programs",
    "programs.toml",
    "remedies.toml",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgramsFile {
    order: Vec<Spanned<String>>,
}

impl Structure {
    /// Reads the structure.
    ///
    /// # Errors
    ///
    /// The first fault, with its file and its line.
    pub(crate) fn read(folder: Folder<'_>) -> Result<Self, String> {
        folder.only(&FILES)?;
        let errors = folder.file("errors.toml")?;
        let network = folder.file("network.toml")?;
        let remedies = folder.file("remedies.toml")?;
        let structure = Self {
            programs: programs(folder)?,
            cards: Cards::read(&folder.file("cards.toml")?)?,
            nodes: Nodes::read(folder.file("nodes.toml")?)?,
            errors: Errors::read(&errors, &folder.files(MESSAGES))?,
            network: NetworkStructure::read(&network)?,
            remedies: RemediesFile::read(&remedies)?,
        };
        let from_nodes: Vec<_> = structure.nodes.targets().collect();
        let from_errors: Vec<_> = structure.errors.targets().collect();
        let from_network: Vec<_> = structure.network.targets().collect();
        let from_remedies: Vec<_> = structure.remedies.targets().collect();
        for (file, targets) in [
            (&structure.nodes.file, &from_nodes),
            (&errors, &from_errors),
            (&network, &from_network),
            (&remedies, &from_remedies),
        ] {
            for target in targets {
                structure.check_target(file, target)?;
            }
        }
        let roots = from_errors.into_iter().chain(from_network);
        structure.nodes.check(roots.chain(from_remedies))?;
        for slug in structure.errors.programs() {
            structure.check_program(&errors, slug)?;
        }
        structure.check_programs()?;
        structure.check_cards_of_pages(&folder.file("cards.toml")?)?;
        Ok(structure)
    }

    /// Makes sure that there is what a target leads to.
    fn check_target(&self, file: &File, target: &Spanned<Destination>) -> Result<(), String> {
        let (there, expected) = match target.get_ref() {
            Destination::Card(slug) => (self.cards.contains(slug), "a card"),
            Destination::Node(slug) => (self.nodes.contains(slug), "a node"),
            Destination::Program(slug) => (self.program(slug).is_some(), "a program"),
            Destination::Page(_) => (true, "a page"),
        };
        if there {
            return Ok(());
        }
        let message = format!("this leads nowhere, expected {expected} of the structure");
        Err(file.fault_at(target, message))
    }

    fn check_program(&self, file: &File, slug: &Spanned<String>) -> Result<(), String> {
        match self.program(slug.get_ref()) {
            Some(_) => Ok(()),
            None => {
                let message = format!(
                    "unknown `{}`, expected the slug of a program",
                    slug.get_ref()
                );
                Err(file.fault_at(slug, message))
            }
        }
    }

    fn program(&self, slug: &str) -> Option<&ProgramStructure> {
        self.programs.iter().find(|program| program.slug == slug)
    }

    /// Makes sure that programs name cards and programs that there are.
    fn check_programs(&self) -> Result<(), String> {
        let with_steps: BTreeSet<&str> = self.cards.of_programs().collect();
        for program in &self.programs {
            let fault = |place: &Spanned<String>, expected: &str| {
                let message = format!("unknown `{}`, expected {expected}", place.get_ref());
                Err(program.file.fault_at(place, message))
            };
            let table = &program.table;
            let mut cards = table.messages.iter().map(|message| &message.card);
            if let Some(stranger) = cards.find(|card| !self.cards.contains(card.get_ref())) {
                return fault(stranger, "the slug of a card");
            }
            let mut without = table.without.iter();
            let known = |card: &Spanned<String>| with_steps.contains(card.get_ref().as_str());
            if let Some(stranger) = without.find(|card| !known(card)) {
                return fault(stranger, "the slug of a card with steps in programs");
            }
            let Some(retired) = &table.retired else {
                continue;
            };
            let usable = |slug: &str| {
                let program = self.program(slug);
                program.is_some_and(|program| program.table.retired.is_none())
            };
            let mut instead = retired.instead.iter();
            if let Some(stranger) = instead.find(|slug| !usable(slug.get_ref())) {
                return fault(stranger, "the slug of a program that is still of use");
            }
            // The troubleshooter leads whoever chooses this program to the card that says so.
            if !self.cards.contains(&program.slug) {
                let message = format!(
                    "there is no card `{}`, expected one that says why the program is retired",
                    program.slug
                );
                return Err(program.file.fault(message));
            }
        }
        Ok(())
    }

    /// Makes sure that there are the cards to which pages lead by themselves.
    fn check_cards_of_pages(&self, file: &File) -> Result<(), String> {
        let fixes = Fix::VARIANTS.iter().map(<&str>::from);
        let mut cards = fixes.chain([CLOCK_CARD, OLD_DEVICE_CARD]);
        match cards.find(|slug| !self.cards.contains(slug)) {
            None => Ok(()),
            Some(missing) => Err(file.fault(format!("[card.{missing}] is missing"))),
        }
    }
}

/// The programs, in the order that a file of its own gives.
fn programs(folder: Folder<'_>) -> Result<Vec<ProgramStructure>, String> {
    let file = folder.file("programs.toml")?;
    let order = file.toml::<ProgramsFile>()?.order;
    file.unique("program", &order)?;
    let mut programs: Vec<ProgramStructure> = Vec::new();
    for slug in order {
        let slug = slug.into_inner();
        let program = folder.file(&format!("programs/{slug}.toml"))?;
        programs.push(ProgramStructure::read(slug, program)?);
    }
    let mut stems = folder.stems("programs")?.into_iter();
    match stems.find(|stem| programs.iter().all(|program| program.slug != *stem)) {
        None => Ok(programs),
        Some(stem) => {
            let message = format!("`programs/{stem}.toml` has no place in the order");
            Err(file.fault(message))
        }
    }
}
