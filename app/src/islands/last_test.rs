//! The last test that was run in this browser, so that its result is still there after a reload, on other
//! pages and in other tabs.
//!
//! It holds no password and no name of a mailbox. In its own tab it stays; other tabs, and so whoever uses
//! the computer next, are given it only for as long as it says something about now.

use leptos::prelude::window;
use web_sys::js_sys::Date;

use super::storage::{self, StorageArea};
use crate::check::event::Progress;

/// The name under which it is kept.
const NAME: &str = "test";
/// After so many milliseconds a test says nothing about now.
const FRESH: u64 = 600_000;

/// A test, whole or not.
pub(super) struct LastTest {
    /// When, in milliseconds since 1970.
    pub(super) at: u64,
    /// The path of the page on which it was run.
    pub(super) path: String,
    /// Its lines, as the server sent them.
    pub(super) lines: Vec<String>,
}

impl LastTest {
    /// The lines, taken in once more.
    pub(super) fn progress(&self) -> Progress {
        let mut progress = Progress::default();
        for line in &self.lines {
            if let Ok(event) = serde_json::from_str(line) {
                progress.apply(event);
            }
        }
        progress
    }

    /// Whether it was run just now.
    pub(super) fn is_fresh(&self) -> bool {
        now().saturating_sub(self.at) < FRESH
    }

    /// Whether it was run on the page that is open.
    pub(super) fn is_of_this_page(&self) -> bool {
        self.path == here()
    }
}

/// The path of the page that is open.
pub(super) fn here() -> String {
    window().location().pathname().unwrap_or_default()
}

/// Keeps what a test has found so far. A page that is closed meanwhile leaves half of it, in its tab only.
pub(super) fn save(path: &str, lines: &[String], ended: bool) {
    let text = [&now().to_string(), path, &lines.join("\n")].join("\n");
    storage::write(StorageArea::Session, NAME, &text);
    if ended {
        storage::write(StorageArea::Local, NAME, &text);
    }
}

/// The last test, if it was run to its end.
pub(super) fn load() -> Option<LastTest> {
    last().filter(|last| last.progress().is_whole())
}

/// The last test of this tab, or one of another tab that was later and just now.
pub(super) fn last() -> Option<LastTest> {
    let other = || {
        let other = read(StorageArea::Local)?;
        if !other.is_fresh() {
            storage::remove(StorageArea::Local, NAME);
            return None;
        }
        Some(other)
    };
    let own = read(StorageArea::Session).into_iter();
    own.chain(other()).max_by_key(|last| last.at)
}

fn read(area: StorageArea) -> Option<LastTest> {
    let text = storage::read(area, NAME)?;
    let mut lines = text.lines();
    Some(LastTest {
        at: lines.next()?.parse().ok()?,
        path: lines.next()?.to_owned(),
        lines: lines.map(str::to_owned).collect(),
    })
}

/// A whole number, because formatting fractions adds code to the bundle.
fn now() -> u64 {
    Date::now() as u64
}
