//! From the settings that were found to a record in which every value names its source.
//!
//! A draft never guesses in silence. The first source that knows a protocol decides; what other sources say
//! about it, what was left out, and what no source says stand as comments beside the values. A service without
//! encryption is never a service of a record.
//!
//! | module | idea |
//! |---|---|
//! | `model` | a record before it is written |
//! | `compose` | from what the sources have to the record |
//! | `services` | which services of which source are taken, and why the others are not |
//! | `toml_text` | a draft as the text of a record |

mod compose;
mod model;
mod services;
#[cfg(test)]
mod tests;
mod toml_text;

pub use compose::draft;
pub use model::{Draft, Origin, Reading};
pub use toml_text::to_toml;
