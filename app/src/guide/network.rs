//! Commands that show what the customer's own network lets through, and what their output means.

use serde::Deserialize;
use toml::Spanned;

use super::destination::Destination;
use super::pattern::{joined, patterns};
use super::program::Device;
use super::prose::{GeneralProse, Prose};
use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::Plain;

/// The commands and the readings.
#[derive(Clone, Debug)]
pub struct Network {
    /// The commands of each system.
    pub systems: Vec<System>,
    /// What may stand in an output, and what it means.
    pub readings: Vec<Reading>,
}

/// A kind of computer.
#[derive(Clone, Debug)]
pub struct System {
    /// What customers call it.
    pub name: String,
    /// What it is.
    pub device: Device,
    /// How to open the window for commands.
    pub open: Prose,
    /// What to type there.
    pub commands: Vec<Command>,
}

/// One command.
#[derive(Clone, Debug)]
pub struct Command {
    /// What it finds out.
    pub what: Prose,
    /// What to type.
    pub text: Prose,
}

/// A piece of an output and what it means.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What it is found by.
    pub pieces: Vec<String>,
    /// How it looks, for people who compare by eye.
    pub text: String,
    /// What it means.
    pub means: GeneralProse,
    /// Where to go on.
    pub to: Destination,
}

/// The same in every language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkStructure {
    #[serde(rename = "system")]
    systems: Vec<SystemStructure>,
    #[serde(rename = "reading")]
    readings: Vec<ReadingStructure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SystemStructure {
    device: Spanned<Device>,
    commands: Vec<CommandStructure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandStructure {
    id: Spanned<String>,
    text: Prose,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingStructure {
    id: Spanned<String>,
    /// What it is found by in every language, such as what commands print that are not translated.
    #[serde(default, rename = "match", deserialize_with = "patterns")]
    pieces: Vec<String>,
    to: Spanned<Destination>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
    system: ById<SystemWords>,
    reading: ById<ReadingWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SystemWords {
    name: Plain,
    open: Prose,
    commands: ById<Prose>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingWords {
    text: Plain,
    /// What it is found by in this language besides.
    #[serde(default, rename = "match", deserialize_with = "patterns")]
    pieces: Vec<String>,
    means: GeneralProse,
}

impl NetworkStructure {
    /// Reads the commands and the readings.
    pub(super) fn read(file: &File) -> Result<Self, String> {
        let network: Self = file.toml()?;
        file.unique(
            "system",
            network.systems.iter().map(|system| &system.device),
        )?;
        for system in &network.systems {
            file.unique("command", system.commands.iter().map(|command| &command.id))?;
        }
        file.unique(
            "reading",
            network.readings.iter().map(|reading| &reading.id),
        )?;
        Ok(network)
    }

    /// Where the readings lead.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Spanned<Destination>> {
        self.readings.iter().map(|reading| &reading.to)
    }

    /// The commands and the readings in the words of one language.
    pub(super) fn with_words(&self, file: &File) -> Result<Network, String> {
        let words: WordsFile = file.toml()?;
        let systems = self.systems.iter();
        let systems = systems.map(|system| (system.device.get_ref().name(), system));
        let declared = Table::new(file, "system", "the name of a device with commands");
        let systems = words
            .system
            .join(&declared, systems, |place, system, words| {
                let name = format!("system.{}.commands", place.get_ref());
                let commands = Table::new(file, name, "the id of a command").inside(place);
                let declared = system.commands.iter();
                let declared = declared.map(|command| (command.id.get_ref().as_str(), command));
                let commands = words
                    .commands
                    .join(&commands, declared, |_, command, what| {
                        Ok(Command {
                            what,
                            text: command.text.clone(),
                        })
                    })?;
                Ok(System {
                    name: words.name.0,
                    device: *system.device.get_ref(),
                    open: words.open,
                    commands,
                })
            })?;
        let readings = self.readings.iter();
        let readings = readings.map(|reading| (reading.id.get_ref().as_str(), reading));
        let declared = Table::new(file, "reading", "the id of a reading");
        let readings = words
            .reading
            .join(&declared, readings, |place, reading, words| {
                Ok(Reading {
                    pieces: joined(file, place, &reading.pieces, words.pieces)?,
                    text: words.text.0,
                    means: words.means,
                    to: reading.to.get_ref().clone(),
                })
            })?;
        Ok(Network { systems, readings })
    }
}
