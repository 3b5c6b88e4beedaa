//! One question of the troubleshooter.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::prose::Prose;
use super::target::Target;
use crate::content::File;

/// The node at which the troubleshooter begins.
pub const START: &str = "start";

/// One question of the troubleshooter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// The question.
    pub question: String,
    /// Why it is asked, or how to find out.
    pub hint: Option<Prose>,
    /// A page that helps to find the answer.
    pub see: Option<See>,
    /// Who can answer it.
    #[serde(default)]
    pub by: By,
    /// The answers, in the order in which they are shown.
    pub answers: Vec<Answer>,
}

/// A page that helps to find an answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct See {
    /// What the link says.
    pub label: String,
    /// Where it leads.
    pub to: Target,
}

/// Who can answer a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Only the customer.
    #[default]
    Ask,
    /// The connection test, without a password.
    Test,
    /// The browser, which compares its clock with the server's.
    Clock,
    /// The customer, who chooses a mail program.
    Program,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Its name in addresses of pages.
    pub id: String,
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub to: Target,
    /// Where to go on when that did not help.
    pub then: Option<Target>,
    /// What is certain after it.
    pub rules_out: Option<String>,
}

impl Node {
    /// The answer with this id.
    pub fn answer(&self, id: &str) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.id == id)
    }
}

impl By {
    /// The name that the browser knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Test => "test",
            Self::Clock => "clock",
            Self::Program => "program",
        }
    }

    /// The answers that a question must have.
    fn expected(self) -> &'static [&'static str] {
        match self {
            Self::Ask => &["unknown"],
            Self::Test => &["fine", "fault", "unknown"],
            Self::Clock => &["right", "wrong", "unknown"],
            Self::Program => &["chosen", "other", "unknown"],
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeFile {
    node: BTreeMap<String, Node>,
}

/// Reads all nodes; `leads` knows whether a card or a page is there.
pub(super) fn parse(
    file: &File,
    is_card: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Node>, String> {
    let nodes = file.toml::<NodeFile>()?.node;
    let fault = |slug: &str, text: String| Err(format!("{}: node `{slug}`: {text}", file.name));
    for (slug, node) in &nodes {
        let leads = |target: &Target| match target {
            Target::Card(card) => is_card(card),
            Target::Node(other) => nodes.contains_key(other),
            Target::Page(_) => true,
        };
        if node.see.as_ref().is_some_and(|see| !leads(&see.to)) {
            return fault(slug, "`see` leads nowhere".to_owned());
        }
        for (position, answer) in node.answers.iter().enumerate() {
            if node.answers[..position]
                .iter()
                .any(|other| other.id == answer.id)
            {
                return fault(slug, format!("answer `{}` is there twice", answer.id));
            }
            for target in [&answer.to].into_iter().chain(&answer.then) {
                if !leads(target) {
                    return fault(slug, format!("`{}` leads nowhere", answer.id));
                }
            }
        }
        let labels = node.answers.iter().map(|answer| &answer.label);
        let mut plain = labels.chain([&node.question]);
        if let Some(text) = plain.find(|text| text.contains(['{', '*', '`'])) {
            return fault(
                slug,
                format!("`{text}` is shown as it stands, without values and marks"),
            );
        }
        let mut expected = node.by.expected().iter();
        if let Some(missing) = expected.find(|id| node.answer(id).is_none()) {
            return fault(slug, format!("the answer `{missing}` is missing"));
        }
    }
    check_shape(&nodes).map_err(|text| format!("{}: {text}", file.name))?;
    Ok(nodes)
}

/// Nobody is led in a circle.
fn check_shape(nodes: &BTreeMap<String, Node>) -> Result<(), String> {
    if !nodes.contains_key(START) {
        return Err(format!("there is no node `{START}`"));
    }
    // A node is finished when everything behind it is; meeting one that is only begun closes a circle.
    fn visit<'a>(
        slug: &'a str,
        nodes: &'a BTreeMap<String, Node>,
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
        let answers = nodes.get(slug).into_iter().flat_map(|node| &node.answers);
        for target in answers.flat_map(|answer| [&answer.to].into_iter().chain(&answer.then)) {
            if let Target::Node(next) = target {
                visit(next, nodes, begun, finished)?;
            }
        }
        begun.pop();
        finished.push(slug);
        Ok(())
    }
    let mut finished = Vec::new();
    nodes
        .keys()
        .try_for_each(|slug| visit(slug, nodes, &mut Vec::new(), &mut finished))
}

/// A node to which nothing leads, if there is one. `roots` are those that are reached from elsewhere.
pub(super) fn lost<'a>(
    nodes: &'a BTreeMap<String, Node>,
    roots: impl IntoIterator<Item = &'a Target>,
) -> Option<&'a str> {
    let answers = nodes.values().flat_map(|node| &node.answers);
    let led_to = answers.flat_map(|answer| [&answer.to].into_iter().chain(&answer.then));
    let led_to: Vec<&Target> = led_to.chain(roots).collect();
    // There are no circles, so what some answer leads to hangs on a node that can be reached.
    nodes.keys().map(String::as_str).find(|slug| {
        *slug != START
            && !led_to
                .iter()
                .any(|target| matches!(target, Target::Node(node) if node == slug))
    })
}
