//! The way that a customer has come through the troubleshooter.
//!
//! Without scripts it travels in the addresses of the pages; with scripts the browser keeps it.

use std::sync::Arc;

use super::destination::Destination;
use super::localized::Guide;
use super::node::{Answer, AnsweredBy};
use super::program::Program;
use crate::answered::AnsweredQuestion;
use crate::answered::answer_ids::CHOSEN;

/// The answers so far, each of a node that exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    steps: Vec<Step>,
    /// The slug of the program that was chosen beside the questions, such as on a card.
    chosen: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    node: String,
    answer: String,
}

/// Longer than any way through the tree; what is longer was not made by these pages.
const MAX_STEPS: usize = 40;

impl Trail {
    /// Reads a trail such as `start.cannot-send~outbox.unknown`. It ends before the first step
    /// that this guide does not know, because it came from an address that anybody can write.
    pub fn read(guide: &Guide, text: &str) -> Self {
        let steps = text.split('~').take(MAX_STEPS).map_while(|step| {
            let (node, answer) = step.split_once('.')?;
            let known = guide.nodes.get(node)?;
            let chosen = known.by == AnsweredBy::Program && guide.program(answer).is_some();
            (chosen || known.answer(answer).is_some()).then(|| Step {
                node: node.to_owned(),
                answer: answer.to_owned(),
            })
        });
        Self {
            steps: steps.collect(),
            chosen: None,
        }
    }

    /// The trail of a customer who has chosen this program beside the questions.
    pub fn choosing(mut self, program: Option<&Program>) -> Self {
        self.chosen = program.map(|program| program.slug.clone());
        self
    }

    /// Whether no question was answered.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The trail with one more answer.
    pub fn with(&self, node: &str, answer: &str) -> Self {
        let mut longer = self.clone();
        longer.steps.push(Step {
            node: node.to_owned(),
            answer: answer.to_owned(),
        });
        longer
    }

    /// The trail as it stands in addresses.
    pub fn text(&self) -> String {
        let steps = self.steps.iter();
        let steps = steps.map(|step| format!("{}.{}", step.node, step.answer));
        steps.collect::<Vec<_>>().join("~")
    }

    /// The address of a target with this trail. Questions that it has settled are answered on the way.
    pub fn link(&self, guide: &Guide, target: &Destination) -> String {
        let mut trail = self.clone();
        let mut target = target.clone();
        while let Some((longer, next)) = trail.past(guide, &target) {
            (trail, target) = (longer, next);
        }
        trail.address(guide, &target)
    }

    /// The trail with the answer to this question and where that leads, if an earlier answer has settled it.
    fn past(&self, guide: &Guide, target: &Destination) -> Option<(Self, Destination)> {
        let Destination::Node(slug) = target else {
            return None;
        };
        let node = guide.nodes.get(slug)?;
        let (id, answer) = match (node.by, self.program(guide)) {
            (AnsweredBy::Program, Some(program)) => (program.slug.as_str(), CHOSEN),
            _ => {
                let mut settled = node.settled.iter();
                let (_, answer) = settled.find(|(after, _)| self.has(after))?;
                (answer.as_str(), answer.as_str())
            }
        };
        let to = node.answer(answer)?.to.clone();
        Some((self.with(slug, id), to))
    }

    /// Whether this answer, such as `send.yes`, was given.
    fn has(&self, id: &str) -> bool {
        let id = id.split_once('.');
        let mut steps = self.steps.iter();
        steps.any(|step| id == Some((&step.node, &step.answer)))
    }

    fn address(&self, guide: &Guide, target: &Destination) -> String {
        let path = target.path();
        match target {
            Destination::Card(_) | Destination::Page(_) => {
                self.query(path, self.program(guide).map(|program| &*program.slug))
            }
            Destination::Node(_) | Destination::Program(_) => {
                let asked = self.asked(guide).map(|program| &program.slug);
                let beside = self.chosen.as_ref().filter(|slug| asked != Some(slug));
                self.query(path, beside.map(String::as_str))
            }
        }
    }

    /// The address of a page of the site that keeps the trail, for who chooses on a page and not by an answer.
    pub fn keep(&self, path: String) -> String {
        self.query(path, self.chosen.as_deref())
    }

    fn query(&self, path: String, program: Option<&str>) -> String {
        let program = program.map(|slug| format!("program={slug}"));
        let trail = (!self.is_empty()).then(|| format!("trail={}", self.text()));
        let query: Vec<_> = program.into_iter().chain(trail).collect();
        // What stands behind a `#` shows the settings, which need nothing of this.
        if query.is_empty() || path.contains('#') {
            path
        } else {
            format!("{path}?{}", query.join("&"))
        }
    }

    /// Where to go on from this page if it did not help: to what follows the last answer, or to where that
    /// leads for those who have left the questions before.
    pub fn next(&self, guide: &Guide, here: &Destination) -> Option<String> {
        let answer = self.answer(guide, self.steps.last()?)?;
        let next = answer.then.as_ref().unwrap_or(&answer.to);
        (next != here).then(|| self.link(guide, next))
    }

    /// The answer that was given in a step.
    fn answer<'a>(&self, guide: &'a Guide, step: &Step) -> Option<&'a Answer> {
        let node = guide.nodes.get(&step.node)?;
        let chosen = node.by == AnsweredBy::Program && guide.program(&step.answer).is_some();
        node.answer(if chosen { CHOSEN } else { &step.answer })
    }

    /// The program that was chosen on the way.
    pub fn program<'a>(&self, guide: &'a Guide) -> Option<&'a Arc<Program>> {
        match &self.chosen {
            Some(slug) => guide.program(slug),
            None => self.asked(guide),
        }
    }

    /// The program that was given as an answer.
    fn asked<'a>(&self, guide: &'a Guide) -> Option<&'a Arc<Program>> {
        let mut steps = self.steps.iter().rev();
        steps.find_map(|step| match guide.nodes.get(&step.node)?.by {
            AnsweredBy::Program => guide.program(&step.answer),
            AnsweredBy::Ask | AnsweredBy::Test | AnsweredBy::Password | AnsweredBy::Clock => None,
        })
    }

    /// What was asked and answered.
    pub fn answered(&self, guide: &Guide) -> Vec<AnsweredQuestion> {
        let known = self
            .steps
            .iter()
            .enumerate()
            .filter_map(|(position, step)| {
                let node = guide.nodes.get(&step.node)?;
                let program = guide.program(&step.answer);
                let program = program.filter(|_| node.by == AnsweredBy::Program);
                let answer = self.answer(guide, step)?;
                let so_far = Self {
                    steps: self.steps[..=position].to_vec(),
                    chosen: self.chosen.clone(),
                };
                let link = |target: &Destination| so_far.link(guide, target);
                Some(AnsweredQuestion {
                    question: node.question.clone(),
                    answer: program
                        .map_or(&answer.label, |program| &program.name)
                        .clone(),
                    certain: answer.rules_out.clone().unwrap_or_default(),
                    to: answer.to.path(),
                    then: answer.then.as_ref().map(link).unwrap_or_default(),
                    program: program
                        .map(|program| program.slug.clone())
                        .unwrap_or_default(),
                    id: format!("{}.{}", step.node, step.answer),
                })
            });
        known.collect()
    }
}

#[cfg(test)]
mod tests;
