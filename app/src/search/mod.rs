//! The search for what messages mean and for places of the site, by whatever customers type or paste.
//!
//! It runs on the server only: a page that searches while somebody types asks the server, so there is one ranking.
//!
//! | module | idea |
//! |---|---|
//! | `tokens` | a text as words and codes |
//! | [`ranking`] | which entries a text is about, the likeliest first |

pub mod ranking;
mod tokens;
