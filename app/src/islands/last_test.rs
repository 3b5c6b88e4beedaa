//! The last test that was run in this tab, so that other pages can go on from it.

use web_sys::js_sys::Date;

use super::storage::{self, StorageArea};
use crate::check::event::{Mark, Progress};

/// The name under which it is kept.
const NAME: &str = "test";
/// After so many milliseconds a test says nothing about now.
const FRESH: u64 = 600_000;

/// A test that was run to its end.
pub(super) struct LastTest {
    /// When, in milliseconds since 1970.
    pub(super) at: u64,
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
}

/// Keeps a test.
pub(super) fn save(lines: &[String]) {
    let text = format!("{}\n{}", now(), lines.join("\n"));
    storage::write(StorageArea::Session, NAME, &text);
}

/// The test that was kept.
pub(super) fn load() -> Option<LastTest> {
    let text = storage::read(StorageArea::Session, NAME)?;
    let (at, lines) = text.split_once('\n')?;
    Some(LastTest {
        at: at.parse().ok()?,
        lines: lines.lines().map(str::to_owned).collect(),
    })
}

/// A whole number, because formatting fractions adds code to the bundle.
fn now() -> u64 {
    Date::now() as u64
}

/// What a finished test says about the servers: whether one of them fails, if that is known.
pub(super) fn servers_fail(progress: &Progress) -> Option<bool> {
    let tested = progress.done && !progress.services.is_empty();
    let explained = !progress.findings.is_empty();
    let bad = |mark| mark == Mark::Bad;
    let fails = progress.findings.iter().any(|finding| bad(finding.mark));
    (tested && explained).then_some(fails)
}
