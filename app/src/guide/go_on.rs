//! From what a test found to what mends it.

use std::collections::BTreeMap;

use probe::{Cause, Severity};
use serde::Deserialize;

use super::target::Target;
use crate::content;

/// Where each cause that is worth telling leads.
#[derive(Clone, Debug)]
pub struct GoOn {
    /// What the link to a fix says.
    pub label: String,
    /// What the link says when nothing is wrong with the servers.
    pub fine: String,
    /// What the link says when the password was accepted, too.
    pub accepted_label: String,
    /// Where it leads then.
    pub accepted: Target,
    targets: BTreeMap<String, Target>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoOnFile {
    label: Label,
    accepted: Accepted,
    to: BTreeMap<String, Target>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    text: String,
    fine: String,
    accepted: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    to: Target,
}

impl GoOn {
    /// Reads where all causes lead in this language.
    pub(super) fn read(language: &str) -> Result<Self, String> {
        let file = content::file(language, "go_on.toml")?;
        let read: GoOnFile = file.toml()?;
        let fault = |text: String| Err(format!("{}: {text}", file.name));
        for cause in Cause::all() {
            let told = cause.severity() > Severity::Fine;
            if told && !read.to.contains_key(cause.code()) {
                return fault(format!("`{}` leads nowhere", cause.code()));
            }
        }
        for code in read.to.keys() {
            if !Cause::all().any(|cause| cause.code() == code) {
                return fault(format!("`{code}` is nothing that the probe finds"));
            }
        }
        Ok(Self {
            label: read.label.text,
            fine: read.label.fine,
            accepted_label: read.label.accepted,
            accepted: read.accepted.to,
            targets: read.to,
        })
    }

    /// Where this cause leads.
    pub fn target(&self, cause: Cause) -> Option<&Target> {
        self.targets.get(cause.code())
    }

    /// All of them, by the code of the cause.
    pub(super) fn targets(&self) -> impl Iterator<Item = (&str, &Target)> {
        let causes = self.targets.iter();
        let causes = causes.map(|(code, target)| (code.as_str(), target));
        causes.chain([("accepted", &self.accepted)])
    }
}
