//! Commands that show what the customer's own network lets through, and what their output means.

use serde::Deserialize;

use super::program::Device;
use super::prose::Prose;
use super::target::Target;
use crate::content::File;
use crate::matching::plain;

/// The commands and the readings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The commands of each system.
    #[serde(rename = "system")]
    pub systems: Vec<System>,
    /// What may stand in an output, and what it means.
    #[serde(rename = "reading")]
    pub readings: Vec<Reading>,
}

/// A kind of computer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// What customers call it.
    pub name: String,
    /// What it is.
    pub device: Device,
    /// How to open the window for commands.
    pub open: Prose,
    /// What to type there.
    #[serde(rename = "command")]
    pub commands: Vec<Command>,
}

/// One command.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// What it finds out.
    pub what: Prose,
    /// What to type.
    pub text: Prose,
}

/// A piece of an output and what it means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// What stands in the output.
    #[serde(rename = "match")]
    pub pieces: Vec<String>,
    /// How it looks, for people who compare by eye.
    pub text: String,
    /// What it means.
    pub means: Prose,
    /// Where to go on.
    pub to: Target,
}

/// Reads them.
pub(super) fn parse(file: &File) -> Result<Network, String> {
    let network: Network = file.toml()?;
    let mut pieces = network.readings.iter().flat_map(|reading| &reading.pieces);
    match pieces.find(|piece| plain(piece) != **piece) {
        Some(odd) => Err(format!(
            "{}: `{odd}` cannot be found, expected `{}`",
            file.name,
            plain(odd)
        )),
        None => Ok(network),
    }
}
