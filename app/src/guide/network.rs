//! Commands that show what the customer's own network lets through, and what their output means; and what to do on
//! devices without commands.

use serde::Deserialize;
use toml::Spanned;

use super::destination::Destination;
use super::pattern::{joined, patterns};
use super::program::Device;
use super::prose::{GeneralProse, Prose, Steps};
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
    /// How to begin.
    pub open: Prose,
    /// What to type, if it has a window for commands.
    pub commands: Vec<Command>,
    /// What to do where nothing can be typed.
    pub steps: Steps,
    /// Where to go on from there.
    pub to: Option<Destination>,
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
    #[serde(default)]
    commands: Vec<CommandStructure>,
    to: Option<Spanned<Destination>>,
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
    #[serde(default)]
    commands: ById<Prose>,
    #[serde(default)]
    steps: Steps,
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

    /// Where the readings and the devices without commands lead.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Spanned<Destination>> {
        let from_systems = self.systems.iter().filter_map(|system| system.to.as_ref());
        let from_readings = self.readings.iter().map(|reading| &reading.to);
        from_readings.chain(from_systems)
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
                    steps: words.steps,
                    to: system.to.as_ref().map(|to| to.get_ref().clone()),
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

#[cfg(test)]
mod tests {
    use crate::texts::Texts;

    /// What says that everything went well.
    const SUCCESS: [&str; 3] = [
        "* CAPABILITY IMAP4rev1",
        "250 2.0.0 Ok",
        "Connection #0 to host … left intact",
    ];

    /// What is found for an output, the most telling first.
    fn found(output: &str) -> Vec<String> {
        let texts = Texts::english();
        let found = texts.search.search(output, None);
        found.hits.iter().map(|hit| hit.text.clone()).collect()
    }

    /// Outputs as curl 7.88 printed them for servers on the same machine.
    const OUTPUTS: &[(&str, &str)] = &[
        (
            "* Could not resolve host: mail.example.invalid\n* Closing connection 0\ncurl: (6) Could not resolve host: mail.example.invalid",
            "DNS name does not exist, Name or service not known, Could not resolve host",
        ),
        (
            "* Failed to connect to localhost port 5999 after 0 ms: Couldn't connect to server\n* Closing connection 0\ncurl: (7) Failed to connect to localhost port 5999 after 0 ms: Couldn't connect to server",
            "curl: (7)",
        ),
        (
            "* Closing connection 0\ncurl: (28) SSL connection timeout",
            "curl: (28)",
        ),
        (
            "< 250-localhost\n< 250-STARTTLS\n< 250 OK\n> STARTTLS\n< 220 2.0.0 Ready\n* Closing connection 0\ncurl: (35) OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number",
            "curl: (35)",
        ),
        (
            "< 250-STARTTLS\n< 250 OK\n> STARTTLS\n< 220 2.0.0 Ready\n* Closing connection 0\ncurl: (60) SSL certificate problem: self-signed certificate",
            "curl: (60), certificate verify failed",
        ),
        (
            "< 250-localhost\n< 250-SIZE 1\n< 250 OK\n* STARTTLS not supported.\n* Closing connection 0\ncurl: (64) STARTTLS not supported.",
            "curl: (64)",
        ),
        (
            "< * CAPABILITY IMAP4rev1 AUTH=PLAIN\n< A002 NO [AUTHENTICATIONFAILED] no\n* Closing connection 0\ncurl: (67) Login denied",
            "curl: (67)",
        ),
        (
            "< 250-STARTTLS\n> EHLO vm\n< 250-SIZE 1\n< 250 OK\n> NOOP\n< 250 2.0.0 Ok\n* Connection #0 to host localhost left intact",
            "250 2.0.0 Ok",
        ),
        (
            "< * CAPABILITY IMAP4rev1 AUTH=PLAIN\n< A002 OK done\n* Connection #0 to host localhost left intact",
            "Connection #0 to host … left intact",
        ),
    ];

    #[test]
    fn outputs_of_curl_are_read_by_what_failed() {
        for (output, reading) in OUTPUTS {
            let texts = Texts::english();
            let mut readings = texts.guide.network.readings.iter();
            let reading = readings.find(|one| one.text == *reading).unwrap();
            let lower = output.to_lowercase();
            let fits = reading.pieces.iter().any(|piece| lower.contains(piece));
            assert!(fits, "{output}: {:?}", reading.pieces);
            let found = found(output);
            assert!(!found.is_empty(), "{output}");
            // A refused sign-in comes after an answer over an encrypted connection; every other fault before it.
            let answered = output.contains("left intact") || output.contains("(67)");
            let success = found.iter().any(|text| SUCCESS.contains(&text.as_str()));
            assert!(answered || !success, "{output}: {found:?}");
        }
    }

    /// What a server offers stands before the encryption, so it says nothing of how it ended.
    #[test]
    fn an_offer_of_encryption_is_no_success() {
        for output in ["250-STARTTLS", "< 250-SIZE 1\n< 250-STARTTLS\n< 250 OK"] {
            let found = found(output);
            let success = found.iter().any(|text| SUCCESS.contains(&text.as_str()));
            assert!(!success, "{output}: {found:?}");
        }
    }

    #[test]
    fn curl_tells_the_number_of_the_fault() {
        let texts = Texts::english();
        let systems = texts.guide.network.systems.iter();
        let commands = systems.flat_map(|system| &system.commands);
        let curl: Vec<_> = commands
            .map(|command| command.text.plain())
            .filter(|text| text.starts_with("curl"))
            .collect();
        assert_eq!(curl.len(), 6);
        for text in curl {
            assert!(text.contains(" -Ssv "), "{text}");
        }
    }

    #[test]
    fn a_device_without_commands_has_steps_and_a_way_on() {
        let texts = Texts::english();
        for system in &texts.guide.network.systems {
            let name = &system.name;
            assert_eq!(
                system.commands.is_empty(),
                !system.steps.is_empty(),
                "{name}"
            );
            assert_eq!(system.commands.is_empty(), system.to.is_some(), "{name}");
        }
    }
}
