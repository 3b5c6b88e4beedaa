//! The pages and islands of mailguide.
//!
//! The server renders every page; the browser hydrates the islands in them. What belongs to
//! the server alone (feature `ssr`) never reaches the bundle: all prose, all settings, the
//! records, and everything that talks to mail servers.
//!
//! | module | idea | where it runs |
//! |---|---|---|
//! | [`check`] | "Test my connection", from the form to the probe and back | both |
//! | [`islands`] | the parts of a page that react | both |
//! | [`components`] | markup | both or server |
//! | [`address`] | what a customer types: an address or a domain | both |
//! | [`answered`] | one answer on the way through the troubleshooter | both |
//! | [`webmail`] | where a text mentions webmail | both |
//! | `pages` | one file a page | server |
//! | `audience` | whose mail a page is about | server |
//! | `page_words` | the words of the pages, from `content/` | server |
//! | `record` | a provider's documented settings, parsed strictly | server |
//! | `guide` | mail programs, fix cards and the troubleshooter, from `content/` | server |
//! | `setup` | files from which mail programs set themselves up | server |
//! | `published` | what domains publish for mail programs, compared with their records | server |
//! | `operator` | who runs the site | server |
//! | `other_providers` | big mail providers that are not ours, from `content/` | server |
//! | `words` | what the outcomes mean, from `content/` | server |
//! | `content` | the files of `content/`, read strictly | server |
//! | `search` | which entries a text is about | server |
//! | `site_search` | everything that can be searched for on the site | server |
//! | `texts` | all of it in one language, and the language of a request | server |
//! | `setup` | the set-up files of mail programs | server |
//! | `site` | what every page needs | server |

// The type of a page is as deep as its markup.
#![recursion_limit = "512"]
#![allow(
    unreachable_pub,
    reason = "the component macro declares items that are more public than their module"
)]

#[cfg(feature = "ssr")]
mod accept_language;
pub mod address;
pub mod answered;
#[cfg(feature = "ssr")]
pub mod audience;
pub mod check;
pub mod components;
#[cfg(feature = "ssr")]
pub mod content;
#[cfg(feature = "ssr")]
pub mod guide;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod operator;
#[cfg(feature = "ssr")]
pub mod other_providers;
#[cfg(feature = "ssr")]
pub mod page_words;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod published;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub mod search;
#[cfg(feature = "ssr")]
pub mod setup;
#[cfg(feature = "ssr")]
pub mod site;
#[cfg(feature = "ssr")]
pub mod site_search;
#[cfg(feature = "ssr")]
pub mod status;
#[cfg(feature = "ssr")]
pub mod texts;
#[cfg(feature = "ssr")]
mod toml_position;
pub mod webmail;
#[cfg(feature = "ssr")]
pub mod words;

/// Hydrates the islands of the page; the page's own script calls it once the bundle is there.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
