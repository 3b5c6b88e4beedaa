//! From what a test found to what mends it.

use std::collections::BTreeMap;

use probe::{Cause, Severity};
use serde::Deserialize;
use toml::Spanned;

use super::destination::Destination;
use crate::content::file::File;

/// Where each cause that is worth telling leads.
#[derive(Clone, Debug)]
pub struct Remedies {
    /// Where the good news leads when the password was accepted, too.
    pub accepted: Destination,
    causes: BTreeMap<String, Destination>,
}

impl Remedies {
    /// Where this cause leads.
    pub fn target(&self, cause: Cause) -> Option<&Destination> {
        self.causes.get(cause.code())
    }
}

/// The same with the places in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemediesFile {
    accepted: Spanned<Destination>,
    to: BTreeMap<Spanned<String>, Spanned<Destination>>,
}

impl RemediesFile {
    /// Reads where all causes lead.
    pub(super) fn read(file: &File) -> Result<Self, String> {
        let read: Self = file.toml()?;
        let mut told = Cause::all().filter(|cause| cause.severity() > Severity::Fine);
        if let Some(cause) = told.find(|cause| !read.to.contains_key(cause.code())) {
            return Err(file.fault(format!("`{}` leads nowhere", cause.code())));
        }
        let known = |code: &str| Cause::all().any(|cause| cause.code() == code);
        match read.to.keys().find(|code| !known(code.get_ref())) {
            None => Ok(read),
            Some(code) => {
                let message = format!("`{}` is nothing that the probe finds", code.get_ref());
                Err(file.fault_at(code, message))
            }
        }
    }

    /// All places to which causes lead.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Spanned<Destination>> {
        self.to.values().chain([&self.accepted])
    }

    /// The remedies without their places.
    pub(super) fn remedies(&self) -> Remedies {
        let causes = self.to.iter();
        let causes = causes.map(|(code, to)| (code.get_ref().clone(), to.get_ref().clone()));
        Remedies {
            accepted: self.accepted.get_ref().clone(),
            causes: causes.collect(),
        }
    }
}
