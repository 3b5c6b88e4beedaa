//! The search for what messages mean and for places of the site, by whatever customers type or paste.
//!
//! It runs on the server only: a page that searches while somebody types asks the server, so there is one ranking.
//!
//! | module | idea |
//! |---|---|
//! | `tokens` | a text as words and codes |
//! | `boilerplate` | what stands in messages whatever is wrong |
//! | [`document`] | what an entry is found by |
//! | `vocabulary` | all words and codes of the entries, and what each of them tells |
//! | `examples` | what a text is about by messages whose entry is known |
//! | `places` | where the parts of a piece stand in a text |
//! | `slips` | slips of the hand in words that people type |
//! | [`ranking`] | which entries a text is about, the likeliest first |

mod boilerplate;
pub mod document;
mod examples;
mod places;
pub mod ranking;
mod slips;
mod tokens;
mod vocabulary;
