//! Everything that can be searched for on the site: messages, readings, cards, the first answers of the
//! troubleshooter, mail programs, pages, and the codes of what a test finds.

use probe::Cause;

use crate::guide::Guide;
use crate::guide::destination::{Destination, Page};
use crate::guide::error_text::ErrorText;
use crate::guide::node::START;
use crate::guide::prose::GeneralProse;
use crate::page_words::PageWords;
use crate::search::document::{Document, Level};
use crate::search::ranking::{Index, MAX_TEXT_LEN};
use crate::words::OutcomeWords;

/// All of it in one language.
#[derive(Clone, Debug)]
pub struct SiteSearch {
    entries: Vec<Found>,
    index: Index,
    /// Every code with the position of its entry.
    codes: Vec<(&'static str, usize)>,
}

/// Something that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// What was found.
    pub text: String,
    /// What kind of thing it is.
    pub kind: FoundKind,
    /// What it means.
    pub means: Option<GeneralProse>,
    /// What usually causes it.
    pub cause: Option<GeneralProse>,
    /// Where to go, the best place first.
    pub links: Vec<FoundLink>,
    /// Whether swindlers send such messages, too.
    pub scam: bool,
}

/// What kind of thing was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundKind {
    /// A message of this program.
    MessageOf(String),
    /// A message of a server, or of any program.
    Message,
    /// A code that a test or a report shows.
    Code(&'static str),
    /// A place of the site.
    Place,
}

/// A link to a place of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLink {
    /// Its path.
    pub path: String,
    /// What it says.
    pub label: String,
    /// Whether the place has steps for each program.
    pub has_programs: bool,
}

/// What was found for a text.
#[derive(Debug)]
pub struct FoundFor<'a> {
    /// The likeliest first.
    pub hits: Vec<&'a Found>,
    /// Whether the text is understood. Otherwise they are only the nearest, of which none may be right.
    pub sure: bool,
    /// The program that was chosen, or that the text names.
    pub program: Option<String>,
}

impl SiteSearch {
    /// Gathers everything.
    pub(crate) fn new(guide: &Guide, pages: &PageWords, words: &OutcomeWords) -> Self {
        let mut all = Gathered::default();
        for error in &guide.errors {
            all.message(guide, error);
        }
        for reading in &guide.network.readings {
            let links = link(guide, &reading.to).into_iter().collect();
            let means = Some(reading.means.clone());
            let found = Found::new(&reading.text, FoundKind::Message, means, links);
            let pieces = with_text(&reading.pieces, &reading.text);
            all.add(found, pieces, Level::Symptom);
        }
        for (slug, card) in &guide.cards {
            let to = Destination::Card(slug.clone());
            let means = GeneralProse::try_from(card.why.clone()).ok();
            all.place(&card.title, Level::Symptom, means, link(guide, &to));
        }
        let answers = guide.nodes.get(START).map_or(&[][..], |node| &node.answers);
        for answer in answers.iter().filter(|answer| answer.id != UNKNOWN) {
            all.place(&answer.label, Level::Symptom, None, link(guide, &answer.to));
        }
        for program in &guide.programs {
            let link = FoundLink::to(format!("/programs/{}", program.slug), &program.name);
            let summary = Some(program.summary.clone());
            all.place(&program.name, Level::Topic, summary, Some(link));
        }
        let fix = FoundLink::to("/fix".to_owned(), &guide.words.fix.home);
        let test = FoundLink::to(Page::Test.path().to_owned(), &pages.test.title);
        let home = FoundLink::to(Page::Settings.path().to_owned(), &pages.home.title);
        let named = [Page::Check, Page::Network, Page::Programs, Page::Report];
        let named = named.map(|page| link(guide, &Destination::Page(page)));
        for link in [fix, test, home]
            .into_iter()
            .chain(named.into_iter().flatten())
        {
            all.place(&link.label.clone(), Level::Symptom, None, Some(link));
        }
        for cause in Cause::all() {
            all.cause(guide, words, cause);
        }
        Self {
            index: Index::new(&all.documents, &guide.names, &guide.proper, &guide.ignored),
            entries: all.entries,
            codes: all.codes,
        }
    }

    /// What is found for a text, and for a program if one was chosen.
    pub fn search(&self, text: &str, program: Option<&str>) -> FoundFor<'_> {
        let text: String = text.chars().take(MAX_TEXT_LEN).collect();
        let hits = self.index.search(&text, program);
        // A code is read out on the phone, or copied from a report.
        let code = self.code(&text, hits.entries.is_empty());
        // A text that is nothing but a code asks for it, and what its words are like says nearly the same.
        let alone = code.is_some() && text.split_whitespace().count() == 1;
        let others = hits.entries.iter().copied().filter(|_| !alone);
        let others = others.filter(|position| Some(*position) != code);
        let positions = code.into_iter().chain(others);
        FoundFor {
            hits: positions
                .filter_map(|position| self.entries.get(position))
                .collect(),
            sure: hits.sure || code.is_some(),
            program: hits.program,
        }
    }

    /// The entry of a code that stands in the text as it is written. With spaces it was perhaps heard on the phone; but
    /// two words, such as “mailbox full”, may be what a customer sees, so they count only where nothing else is found.
    fn code(&self, text: &str, nothing_else: bool) -> Option<usize> {
        let text = text.trim().to_lowercase();
        let joined = text.split_whitespace().collect::<Vec<_>>().join("-");
        let is = |code: &str| {
            let mut words = text.split_whitespace();
            let written = text == code || (code.contains('-') && words.any(|word| word == code));
            let spoken = joined == code && (nothing_else || code.matches('-').count() > 1);
            written || spoken
        };
        let found = self.codes.iter().find(|(code, _)| is(code));
        found.map(|(_, position)| *position)
    }
}

/// The id of the answer that says nothing.
const UNKNOWN: &str = "unknown";

/// What is gathered before it is searched.
#[derive(Default)]
struct Gathered {
    entries: Vec<Found>,
    documents: Vec<Document>,
    codes: Vec<(&'static str, usize)>,
}

impl Gathered {
    fn add(&mut self, found: Found, pieces: Vec<String>, level: Level) {
        let words = found.text.clone();
        self.entries.push(found);
        self.documents.push(Document {
            pieces,
            words,
            level,
            ..Document::default()
        });
    }

    fn message(&mut self, guide: &Guide, error: &ErrorText) {
        let kind = match &error.program {
            Some(slug) => FoundKind::MessageOf(slug.clone()),
            None => FoundKind::Message,
        };
        let places = [&error.to].into_iter().chain(&error.also);
        let links = places.filter_map(|to| link(guide, to)).collect();
        let found = Found {
            cause: error.cause.clone(),
            scam: error.scam,
            ..Found::new(&error.text, kind, Some(error.means.clone()), links)
        };
        let pieces = with_text(&error.pieces, &error.text);
        self.documents.push(Document {
            pieces,
            examples: error.examples.clone(),
            words: error.text.clone(),
            level: error.level,
            program: error.program.clone(),
        });
        self.entries.push(found);
    }

    fn place(
        &mut self,
        text: &str,
        level: Level,
        means: Option<GeneralProse>,
        link: Option<FoundLink>,
    ) {
        let links = link.into_iter().collect();
        let found = Found::new(text, FoundKind::Place, means, links);
        self.add(found, vec![text.to_owned()], level);
    }

    /// A code is found only by itself: its words stand in many messages that mean something else.
    fn cause(&mut self, guide: &Guide, words: &OutcomeWords, cause: Cause) {
        let title = match cause {
            Cause::Outcome(outcome) => words.step(outcome).to_owned(),
            joint => words.cause(joint).title(),
        };
        let to = guide.remedies.target(cause);
        let links = to.and_then(|to| link(guide, to)).into_iter().collect();
        let code = cause.code();
        self.codes.push((code, self.entries.len()));
        self.entries
            .push(Found::new(&title, FoundKind::Code(code), None, links));
        self.documents.push(Document::default());
    }
}

impl Found {
    fn new(
        text: &str,
        kind: FoundKind,
        means: Option<GeneralProse>,
        links: Vec<FoundLink>,
    ) -> Self {
        Self {
            text: text.to_owned(),
            kind,
            means,
            cause: None,
            links,
            scam: false,
        }
    }
}

impl FoundLink {
    fn to(path: String, label: &str) -> Self {
        Self {
            path,
            label: label.to_owned(),
            has_programs: false,
        }
    }
}

/// The pieces of an entry, of which its own text is always one.
fn with_text(pieces: &[String], text: &str) -> Vec<String> {
    let own = [text.to_owned()];
    let own = own.into_iter().filter(|own| !pieces.contains(own));
    pieces.iter().cloned().chain(own).collect()
}

/// The link to a place that has a name.
fn link(guide: &Guide, to: &Destination) -> Option<FoundLink> {
    let label = guide.label(to)?.to_owned();
    Some(FoundLink {
        path: to.path(),
        label,
        has_programs: matches!(to, Destination::Card(_)),
    })
}

#[cfg(test)]
mod tests;
