//! How a program takes the settings without typing.

use serde::Deserialize;

use super::prose::{Prose, Steps};

/// What is there in a program to begin with.
#[derive(Clone, Debug)]
pub struct ShortWay {
    /// What it is.
    pub kind: ShortKind,
    /// What it says before the first step.
    pub text: Option<Prose>,
    /// The steps; none where everything is typed.
    pub steps: Steps,
    /// The number of the step at which the device says what it thinks of the file.
    pub judged: Option<usize>,
}

/// What takes the place of typing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShortKind {
    /// A file for iPhone, iPad and Mac, which the site makes for an address.
    Profile,
    /// The program finds what the domain publishes, so it counts only where that was seen to be ours.
    Discovery,
    /// A QR code that the program scans from the screen of a computer.
    Code,
    /// Nothing: the program says that it finds settings, and does not find these.
    ByHand,
}

/// The words of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShortWords {
    text: Option<Prose>,
    #[serde(default)]
    steps: Steps,
    judged: Option<usize>,
}

impl ShortWords {
    /// Joins them with what they are about.
    ///
    /// # Errors
    ///
    /// What is missing, or too much.
    pub(super) fn of(self, kind: ShortKind) -> Result<ShortWay, &'static str> {
        let in_steps = |number| (1..=self.steps.len()).contains(&number);
        match (kind, self.steps.is_empty()) {
            (ShortKind::ByHand, false) => Err("short: steps for what is typed stand in `add`"),
            (ShortKind::ByHand, true) if self.text.is_none() => Err("short: expected `text`"),
            (ShortKind::Profile | ShortKind::Discovery | ShortKind::Code, true) => {
                Err("short: expected `steps`")
            }
            (ShortKind::Profile, _) if !self.judged.is_some_and(in_steps) => {
                Err("short: expected `judged`, the number of a step")
            }
            _ => Ok(ShortWay {
                kind,
                text: self.text,
                steps: self.steps,
                judged: self.judged,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_do_not_fit_the_kind_are_refused() {
        use ShortKind::{ByHand, Code, Discovery, Profile};
        let steps = "steps = [\"One.\", \"Two.\"]";
        for (kind, words, expected) in [
            (Profile, format!("{steps}\njudged = 2"), Ok(2)),
            (
                Profile,
                steps.to_owned(),
                Err("short: expected `judged`, the number of a step"),
            ),
            (
                Profile,
                format!("{steps}\njudged = 3"),
                Err("short: expected `judged`, the number of a step"),
            ),
            (Code, steps.to_owned(), Ok(2)),
            (
                Code,
                "text = \"x\"".to_owned(),
                Err("short: expected `steps`"),
            ),
            (Discovery, String::new(), Err("short: expected `steps`")),
            (ByHand, "text = \"x\"".to_owned(), Ok(0)),
            (ByHand, String::new(), Err("short: expected `text`")),
            (
                ByHand,
                steps.to_owned(),
                Err("short: steps for what is typed stand in `add`"),
            ),
        ] {
            let read: ShortWords = toml::from_str(&words).unwrap();
            let way = read.of(kind).map(|way| way.steps.len());
            assert_eq!(way, expected, "{kind:?} {words}");
        }
    }
}
