//! One question of the troubleshooter.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use strum::IntoStaticStr;
use toml::Spanned;

use super::destination::Destination;
use super::prose::GeneralProse;
use crate::answered::answer_ids::{CHOSEN, FAULT, FINE, NO, OTHER, RIGHT, UNKNOWN, WRONG, YES};
use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::Plain;

/// The node at which the troubleshooter begins.
pub const START: &str = "start";

/// One question of the troubleshooter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The question.
    pub question: String,
    /// Why it is asked, or how to find out.
    pub hint: Option<GeneralProse>,
    /// A page that helps to find the answer.
    pub see: Option<HelpLink>,
    /// Who can answer it.
    pub by: AnsweredBy,
    /// The answers, in the order in which they are shown.
    pub answers: Vec<Answer>,
    /// Which of these answers an earlier answer, such as `send.yes`, has already given.
    pub settled: Vec<(String, String)>,
}

/// A page that helps to find an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpLink {
    /// What the link says.
    pub label: String,
    /// Where it leads.
    pub to: Destination,
}

/// Who can answer a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum AnsweredBy {
    /// Only the customer.
    #[default]
    Ask,
    /// The connection test, without a password.
    Test,
    /// The connection test, with a password.
    Password,
    /// The browser, which compares its clock with the server's.
    Clock,
    /// The customer, who chooses a mail program.
    Program,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its name in addresses of pages.
    pub id: String,
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub to: Destination,
    /// Where to go on when that did not help.
    pub then: Option<Destination>,
    /// What is certain after it.
    pub rules_out: Option<String>,
    /// What this answer and the next ones are about, where a question has many.
    pub heading: Option<String>,
}

impl Node {
    /// The answer with this id.
    pub fn answer(&self, id: &str) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.id == id)
    }
}

impl AnsweredBy {
    /// The name that the browser knows.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The answers that a question must have.
    fn expected(self) -> &'static [&'static str] {
        match self {
            Self::Ask => &[UNKNOWN],
            Self::Test => &[FINE, FAULT, UNKNOWN],
            Self::Password => &[YES, NO, UNKNOWN],
            Self::Clock => &[RIGHT, WRONG, UNKNOWN],
            Self::Program => &[CHOSEN, OTHER, UNKNOWN],
        }
    }
}

/// All questions, as they are in every language.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    pub(super) file: File,
    nodes: BTreeMap<Spanned<String>, NodeStructure>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeStructure {
    #[serde(default)]
    by: AnsweredBy,
    /// Whether there is a hint.
    #[serde(default)]
    hint: bool,
    see: Option<Spanned<Destination>>,
    answers: Vec<AnswerStructure>,
    /// From earlier answers, such as `send.yes`, to the answer that they give to this question.
    #[serde(default)]
    settled: BTreeMap<Spanned<String>, Spanned<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerStructure {
    id: Spanned<String>,
    to: Spanned<Destination>,
    then: Option<Spanned<Destination>>,
    /// Whether something is certain after it.
    #[serde(default)]
    rules_out: bool,
    /// Whether a heading stands above it.
    #[serde(default)]
    heading: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StructureFile {
    node: BTreeMap<Spanned<String>, NodeStructure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
    node: ById<NodeWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeWords {
    question: Spanned<Plain>,
    hint: Option<GeneralProse>,
    see: Option<Plain>,
    answers: ById<Spanned<Plain>>,
    #[serde(default)]
    rules_out: ById<Plain>,
    #[serde(default)]
    headings: ById<Plain>,
}

impl Nodes {
    /// Reads all questions. Where they lead outside of the troubleshooter is not looked at.
    pub(super) fn read(file: File) -> Result<Self, String> {
        let nodes = file.toml::<StructureFile>()?.node;
        let nodes = Self { file, nodes };
        for (slug, node) in &nodes.nodes {
            let answers = &node.answers;
            let ids = answers.iter().map(|answer| &answer.id);
            nodes.file.unique("answer", ids)?;
            let mut expected = node.by.expected().iter();
            let has = |id: &str| answers.iter().any(|answer| answer.id.get_ref() == id);
            if let Some(missing) = expected.find(|id| !has(id)) {
                let message = format!("the answer `{missing}` is missing");
                return Err(nodes.file.fault_at(slug, message));
            }
        }
        nodes.check_settled()?;
        Ok(nodes)
    }

    /// What settles a question is an answer to another one, and one of its own.
    fn check_settled(&self) -> Result<(), String> {
        let is_answer = |node: &NodeStructure, id: &str| {
            let mut answers = node.answers.iter();
            answers.any(|answer| answer.id.get_ref() == id)
        };
        for node in self.nodes.values() {
            for (after, answer) in &node.settled {
                let earlier = after.get_ref().split_once('.');
                let earlier = earlier.and_then(|(slug, id)| Some((self.nodes.get(slug)?, id)));
                let wrong = if !earlier.is_some_and(|(node, id)| is_answer(node, id)) {
                    after
                } else if !is_answer(node, answer.get_ref()) {
                    answer
                } else {
                    continue;
                };
                let message = format!("there is no answer `{}`", wrong.get_ref());
                return Err(self.file.fault_at(wrong, message));
            }
        }
        Ok(())
    }

    /// Whether there is a question with this slug.
    pub(super) fn contains(&self, slug: &str) -> bool {
        self.nodes.contains_key(slug)
    }

    /// Where the questions lead.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Spanned<Destination>> {
        let nodes = self.nodes.values();
        nodes.flat_map(|node| node.see.iter().chain(answers(node)))
    }

    /// Makes sure that nobody is led in a circle, and that something leads to each question. `roots` are
    /// targets that stand elsewhere.
    pub(super) fn check<'a>(
        &'a self,
        roots: impl Iterator<Item = &'a Spanned<Destination>>,
    ) -> Result<(), String> {
        self.check_shape()?;
        let led_to: Vec<&str> = self
            .nodes
            .values()
            .flat_map(answers)
            .chain(roots)
            .filter_map(|target| match target.get_ref() {
                Destination::Node(slug) => Some(slug.as_str()),
                Destination::Card(_) | Destination::Program(_) | Destination::Page(_) => None,
            })
            .collect();
        // There are no circles, so what some answer leads to hangs on a question that can be reached.
        let lost = self
            .nodes
            .keys()
            .find(|slug| slug.get_ref() != START && !led_to.contains(&slug.get_ref().as_str()));
        match lost {
            None => Ok(()),
            Some(lost) => {
                let message = format!("nothing leads to `{}`", lost.get_ref());
                Err(self.file.fault_at(lost, message))
            }
        }
    }

    /// Nobody is led in a circle.
    fn check_shape(&self) -> Result<(), String> {
        if !self.contains(START) {
            return Err(self.file.fault(format!("there is no node `{START}`")));
        }
        let mut finished = Vec::new();
        self.nodes.keys().try_for_each(|slug| {
            let slug = slug.get_ref();
            self.visit(slug, &mut Vec::new(), &mut finished)
                .map_err(|message| self.file.fault(message))
        })
    }

    /// A node is finished when everything behind it is; meeting one that is only begun closes a circle.
    fn visit<'a>(
        &'a self,
        slug: &'a str,
        begun: &mut Vec<&'a str>,
        finished: &mut Vec<&'a str>,
    ) -> Result<(), String> {
        if finished.contains(&slug) {
            return Ok(());
        }
        if begun.contains(&slug) {
            return Err(format!(
                "node `{slug}` leads back to itself: {}",
                begun.join(" → ")
            ));
        }
        begun.push(slug);
        for target in self.nodes.get(slug).into_iter().flat_map(answers) {
            if let Destination::Node(next) = target.get_ref() {
                self.visit(next, begun, finished)?;
            }
        }
        begun.pop();
        finished.push(slug);
        Ok(())
    }

    /// The questions in the words of one language.
    pub(super) fn with_words(&self, file: &File) -> Result<BTreeMap<String, Arc<Node>>, String> {
        let words = file.toml::<WordsFile>()?.node;
        let table = Table::new(file, "node", "the slug of a node of the structure");
        let declared = self.nodes.iter();
        let declared = declared.map(|(slug, node)| (slug.get_ref().as_str(), (slug, node)));
        let nodes = words.join(&table, declared, |place, (slug, node), words| {
            let node = node.with_words(file, place, words)?;
            Ok((slug.get_ref().clone(), Arc::new(node)))
        })?;
        Ok(nodes.into_iter().collect())
    }
}

/// Where the answers of a question lead.
fn answers(node: &NodeStructure) -> impl Iterator<Item = &Spanned<Destination>> {
    let answers = node.answers.iter();
    answers.flat_map(|answer| [&answer.to].into_iter().chain(&answer.then))
}

impl NodeStructure {
    /// The ids of some answers, as keys of what a language says of them.
    fn those(&self, which: fn(&AnswerStructure) -> bool) -> impl Iterator<Item = (&str, &str)> {
        let answers = self.answers.iter().filter(move |answer| which(answer));
        answers.map(|answer| {
            let id = answer.id.get_ref().as_str();
            (id, id)
        })
    }

    fn with_words(
        &self,
        file: &File,
        place: &Spanned<String>,
        words: NodeWords,
    ) -> Result<Node, String> {
        let slug = place.get_ref();
        let own = format!("node.{slug}");
        let own = Table::new(file, own, "what the structure says of this node").inside(place);
        let hint = own.optional("hint", self.hint, words.hint)?;
        let see = own.optional("see", self.see.is_some(), words.see)?;
        let name = format!("node.{slug}.answers");
        let labels = Table::new(file, name, "the id of an answer of this node").inside(place);
        let ids = self
            .answers
            .iter()
            .map(|answer| answer.id.get_ref().as_str());
        let labels = words.answers.in_order(&labels, ids)?;
        let name = format!("node.{slug}.rules_out");
        let certain = Table::new(file, name, "the id of an answer that rules something out");
        let ruling = self.those(|answer| answer.rules_out);
        let mut certain = words.rules_out.map(&certain.inside(place), ruling)?;
        let name = format!("node.{slug}.headings");
        let headings = Table::new(file, name, "the id of an answer with a heading");
        let headed = self.those(|answer| answer.heading);
        let mut headings = words.headings.map(&headings.inside(place), headed)?;
        let answers = self.answers.iter().zip(labels).map(|(answer, label)| {
            let id = answer.id.get_ref();
            Ok(Answer {
                label: without_marks(file, label)?,
                to: answer.to.get_ref().clone(),
                then: answer.then.as_ref().map(|then| then.get_ref().clone()),
                rules_out: certain.remove(id.as_str()).map(|words| words.0),
                heading: headings.remove(id.as_str()).map(|words| words.0),
                id: id.clone(),
            })
        });
        Ok(Node {
            answers: answers.collect::<Result<_, String>>()?,
            question: without_marks(file, words.question)?,
            hint,
            see: self.see.as_ref().zip(see).map(|(to, label)| HelpLink {
                label: label.0,
                to: to.get_ref().clone(),
            }),
            by: self.by,
            settled: self
                .settled
                .iter()
                .map(|(after, answer)| (after.get_ref().clone(), answer.get_ref().clone()))
                .collect(),
        })
    }
}

/// Questions and answers are shown as they stand, and kept by the browser.
fn without_marks(file: &File, text: Spanned<Plain>) -> Result<String, String> {
    if text.get_ref().0.contains(['*', '`']) {
        let message = format!(
            "`{}` is shown as it stands, without marks",
            text.get_ref().0
        );
        return Err(file.fault_at(&text, message));
    }
    Ok(text.into_inner().0)
}
