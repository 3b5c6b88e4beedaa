//! The guide: mail programs, fix cards and the troubleshooter, read from `content/` and checked at start.
//!
//! | module | idea |
//! |---|---|
//! | [`prose`] | a short text with labels and places for values |
//! | [`values`] | what stands in these places |
//! | [`program`] | one mail program: how to set it up and where things hide in it |
//! | `program_file` | its two files: the structure, and the words of a language |
//! | [`short_way`] | how a program takes the settings without typing |
//! | `form_file` | the part of them about a form with values to type |
//! | `other_guide` | guides to what is no mail program of its own |
//! | [`card`] | one way to mend something |
//! | [`source`] | where a claim was read |
//! | [`node`] | one question of the troubleshooter |
//! | [`trail`] | the way that a customer has come through it |
//! | [`destination`] | where an answer, a message or a finding leads |
//! | [`remedies`] | from what a test found to what mends it |
//! | [`error_text`] | what messages mean, and how they are found |
//! | `pattern` | the pieces by which they are found |
//! | [`pop_aside`] | what a step says about POP, to be folded away |
//! | [`possible`] | what cannot be done with the settings of some addresses, to be left out |
//! | [`comparison`] | settings as a program shows them next to the right ones |
//! | [`network`] | commands for the customer's own network |
//! | [`words`] | the words around all that |
//! | `structure` | all of it without words, where every reference leads somewhere |
//! | `localized` | all of it in one language |

pub mod card;
pub mod comparison;
pub mod destination;
pub mod error_text;
mod form_file;
mod localized;
pub mod network;
pub mod node;
mod other_guide;
mod pattern;
pub mod pop_aside;
pub mod possible;
pub mod program;
mod program_file;
pub mod prose;
pub mod remedies;
pub mod short_way;
pub mod source;
pub(crate) mod structure;
pub mod trail;
pub mod values;
pub mod words;

pub use localized::Guide;
pub(crate) use structure::Structure;

#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod harm_tests;
#[cfg(test)]
mod tests;
