//! What is said of published settings, from `content/`.

use serde::Deserialize;

use super::{Difference, Program, Source, Unreadable};
use crate::address::Domain;
use crate::content::file::File;
use crate::content::template::{Plain, Template, placeholders};
use crate::content::words::words;

/// Everything that is said of published settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedWords {
    /// The line among the tested servers.
    pub line: LineWords,
    /// The finding.
    pub finding: FindingWords,
    /// What a program does with it.
    pub told: ToldWords,
    /// The facts for people who help.
    pub facts: FactWords,
    programs: ProgramWords,
    sources: SourceWords,
    differences: DifferenceWords,
    reasons: ReasonWords,
}

words! {
    /// The line among the tested servers.
    LineWords: name doing same absent differs unknown; address(DomainValue)
}

words! {
    /// What programs do with what they find.
    ToldWords:; unencrypted(ProgramsValue) wrong_server(ProgramsValue) wrong_user_name(ProgramsValue)
        wrong_sign_in(ProgramsValue) pop_first(ProgramsValue) cannot_use(ProgramsValue)
}

words! {
    /// What a place says, for people who help.
    FactWords: differs unreachable reason right;
        different(DifferentValue) takes(TakesValue) cannot(ReasonValue)
}

words! {
    ProgramWords: thunderbird thunderbird_android geary outlook dns
}

words! {
    SourceWords: ispdb mx_autoconfig mx_ispdb autodiscover srv;
        autoconfig(DomainValue) well_known(DomainValue) plain_autoconfig(DomainValue)
}

words! {
    DifferenceWords: unencrypted protocol host port security user_name sign_in pop_first;
        known_wrong(WhyValue)
}

words! {
    ReasonWords: pop_is_first no_imap no_receiving no_sending refuses_file not_offered
}

/// The finding.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingWords {
    wrong: Plain,
    help: Plain,
    explanation: Plain,
    advice: Vec<Plain>,
    more: Plain,
}

placeholders! {
    /// In the name of a place.
    DomainValue { Domain = "domain" }

    /// In what programs do.
    ProgramsValue { Programs = "programs" }

    /// In a service that is not as documented.
    DifferentValue { Service = "service", Differences = "differences" }

    /// In what a program takes.
    TakesValue { Services = "services" }

    /// In why a program cannot use it.
    ReasonValue { Reason = "reason" }

    /// In a value that the record has a remark about.
    WhyValue { Why = "why" }
}

impl PublishedWords {
    /// Reads the words of a language from its file.
    ///
    /// # Errors
    ///
    /// The first fault, with its file, and with its line where the fault has a place in the file.
    pub(crate) fn read(file: &File) -> Result<Self, String> {
        file.toml()
    }

    /// What customers call a program.
    pub fn program(&self, program: Program) -> &str {
        let words = &self.programs;
        match program {
            Program::Thunderbird => &words.thunderbird,
            Program::ThunderbirdAndroid => &words.thunderbird_android,
            Program::Geary => &words.geary,
            Program::Outlook => &words.outlook,
            Program::Dns => &words.dns,
        }
    }

    /// What a place is called.
    pub fn source(&self, source: Source, domain: &Domain) -> String {
        let words = &self.sources;
        match source {
            Source::Autoconfig => of_domain(&words.autoconfig, domain),
            Source::WellKnown => of_domain(&words.well_known, domain),
            Source::PlainAutoconfig => of_domain(&words.plain_autoconfig, domain),
            Source::Ispdb => words.ispdb.clone(),
            Source::MxAutoconfig => words.mx_autoconfig.clone(),
            Source::MxIspdb => words.mx_ispdb.clone(),
            Source::Autodiscover => words.autodiscover.clone(),
            Source::Srv => words.srv.clone(),
        }
    }

    /// In what a service differs.
    pub fn difference(&self, difference: &Difference, language: &str) -> String {
        let words = &self.differences;
        match difference {
            Difference::KnownWrong(why) => {
                let why = why.in_language(language).trim_end_matches('.');
                return words.known_wrong.fill(|WhyValue::Why| why);
            }
            Difference::Unencrypted => &words.unencrypted,
            Difference::Protocol => &words.protocol,
            Difference::Host => &words.host,
            Difference::Port => &words.port,
            Difference::Security => &words.security,
            Difference::UserName => &words.user_name,
            Difference::SignIn => &words.sign_in,
            Difference::PopFirst => &words.pop_first,
        }
        .clone()
    }

    /// Why a program cannot use what is published.
    pub fn reason(&self, why: Unreadable) -> &str {
        let words = &self.reasons;
        match why {
            Unreadable::PopIsFirst => &words.pop_is_first,
            Unreadable::NoImap => &words.no_imap,
            Unreadable::NoReceiving => &words.no_receiving,
            Unreadable::NoSending => &words.no_sending,
            Unreadable::RefusesFile => &words.refuses_file,
            Unreadable::NotOffered => &words.not_offered,
        }
    }
}

impl FindingWords {
    /// The finding in one sentence. `wrong` says whether a program is told what does not work.
    pub fn title(&self, wrong: bool) -> &str {
        match wrong {
            true => &self.wrong.0,
            false => &self.help.0,
        }
    }

    /// What it means, before the sentences about the programs.
    pub fn explanation(&self) -> &str {
        &self.explanation.0
    }

    /// What to do, a sentence each.
    pub fn advice(&self) -> impl Iterator<Item = &str> {
        self.advice.iter().map(|text| text.0.as_str())
    }

    /// The link to the settings.
    pub fn more(&self) -> &str {
        &self.more.0
    }
}

/// A text about a domain.
pub fn of_domain(text: &Template<DomainValue>, domain: &Domain) -> String {
    text.fill(|DomainValue::Domain| domain.as_str())
}
