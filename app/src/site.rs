//! What every page of the running site needs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use leptos::prelude::expect_context;
use probe::net::Probe;
use tokio::sync::Notify;

use crate::check::SignInWays;
use crate::content::Files;
use crate::operator::Operator;
use crate::other_providers::{self, OtherProvider};
use crate::page_words::PageWords;
use crate::published::PublishedSettings;
use crate::record::{Catalogue, SignInMethod};
use crate::status::ServiceStatus;
use crate::texts::{Languages, Texts};
use crate::words::OutcomeWords;

/// The most providers whose names all stand in a sentence.
const MAX_NAMED_PROVIDERS: usize = 3;

/// Built once at start by the server and given to every page and to the test.
#[non_exhaustive]
pub struct Site {
    /// The providers whose settings are shown and tested.
    pub catalogue: Catalogue,
    /// The texts of every language.
    pub languages: Languages,
    /// Big mail providers that are not among them.
    pub other_providers: Vec<OtherProvider>,
    /// Who runs the site.
    pub operator: Operator,
    /// What talks to the mail servers.
    pub probe: Probe,
    /// What every page shows itself with.
    pub bundle: Bundle,
    /// What the domains publish for mail programs, as it was seen last.
    pub published: PublishedSettings,
    /// How the services stand, as the monitor finds them.
    pub status: ServiceStatus,
    /// In which ways customers may sign in for a test.
    pub sign_in: SignInWays,
    /// The certificates that are trusted besides the Mozilla roots, as a PEM file. The browser gets them with a test.
    pub extra_roots: Option<Arc<str>>,
    /// Whether iPhone, iPad and Mac show their set-up files as verified: they are signed, and the certificate leads to
    /// a public authority.
    pub verified_profiles: bool,
    /// How often what pages show has changed since the program was started.
    pub revision: Revision,
}

/// Counts the changes of what pages show beside records and texts. Whoever changes that advances it, and pages that
/// are kept are rendered anew. Clones share the counts.
#[derive(Clone, Debug, Default)]
pub struct Revision(Arc<RevisionCounts>);

#[derive(Debug, Default)]
struct RevisionCounts {
    changes: AtomicU64,
    ticks: AtomicU64,
    /// Wakes up who waits for either.
    counted: Notify,
}

/// What of a page may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shows {
    /// What has changed.
    #[default]
    Changes,
    /// How long ago something was, too.
    Age,
}

impl Revision {
    /// The count now, for a page that shows this. It never goes back.
    pub fn number(&self, shows: Shows) -> u64 {
        let changes = self.0.changes.load(Ordering::Acquire);
        match shows {
            Shows::Changes => changes,
            Shows::Age => changes.wrapping_add(self.0.ticks.load(Ordering::Acquire)),
        }
    }

    /// Waits until the count is no longer this one.
    pub async fn changed(&self, shows: Shows, from: u64) {
        loop {
            // Who waits already misses nothing.
            let counted = self.0.counted.notified();
            if self.number(shows) != from {
                return;
            }
            counted.await;
        }
    }

    /// What pages show has changed: call it when the change can be seen.
    pub fn advance(&self) {
        self.0.changes.fetch_add(1, Ordering::Release);
        self.0.counted.notify_waiters();
    }

    /// Time has passed. This is for pages that say how long ago something was; the others stay as they are.
    pub fn tick(&self) {
        self.0.ticks.fetch_add(1, Ordering::Release);
        self.0.counted.notify_waiters();
    }
}

/// The style of every page, and the path of the script that every page asks for, with the hash of its bytes.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The style sheet. It stands in the page: a file would cost a round trip before anything is seen.
    pub style: String,
    /// The script that hydrates the islands. It makes the name of the WebAssembly of its own.
    pub script: String,
    /// The path of the worker that tests a sign-in within the browser.
    pub worker: String,
    /// The path of each file of the worker with its SHA-256, in hexadecimal digits.
    pub worker_sums: Vec<(String, String)>,
}

/// Notes what the browser runs on, as `data-device` of the page: by what it says about itself, but for an iPad, which
/// says that it is a Mac; no Mac has a screen to touch. It stands at the beginning of every page, so that the parts for
/// this device are in their places when the page is first seen. The content security policy names its hash.
pub const DEVICE_SCRIPT: &str = include_str!("device.js").trim_ascii_end();

/// The style of the page for those who ask when a limit is reached. The content security policy names its hash.
pub const BUSY_STYLE: &str = include_str!("../../style/busy.css").trim_ascii_end();

/// The path of the request, by which a page knows its place in the navigation.
#[derive(Clone, Debug, Default)]
pub struct RequestPath(pub Arc<str>);

/// The site, inside of the rendering of a page.
pub(crate) fn site() -> Arc<Site> {
    expect_context()
}

/// The texts in the language of the request, inside of the rendering of a page.
pub(crate) fn texts() -> Arc<Texts> {
    expect_context()
}

/// Words of a page in the language of the request, inside of its rendering.
pub(crate) fn localized(pick: impl Fn(&PageWords) -> &String) -> String {
    pick(&texts().pages).clone()
}

impl Site {
    /// The site with the texts that the program carries. `language` is the one for requests that ask for none
    /// that there is.
    ///
    /// # Errors
    ///
    /// The first fault of a text, with its file, and with its line where the fault has a place in the file.
    pub fn read(
        catalogue: Catalogue,
        language: &str,
        probe: Probe,
        bundle: Bundle,
    ) -> Result<Self, String> {
        Self::of(catalogue, &Files::built_in()?, language, probe, bundle)
    }

    /// The same with these files.
    ///
    /// # Errors
    ///
    /// The first fault of a text.
    pub fn of(
        catalogue: Catalogue,
        files: &Files,
        language: &str,
        probe: Probe,
        bundle: Bundle,
    ) -> Result<Self, String> {
        Ok(Self {
            languages: Languages::read(files, language)?,
            other_providers: other_providers::read(files)?,
            operator: Operator::default(),
            catalogue,
            probe,
            bundle,
            published: PublishedSettings::default(),
            status: ServiceStatus::default(),
            sign_in: SignInWays::default(),
            extra_roots: None,
            verified_profiles: false,
            revision: Revision::default(),
        })
    }

    /// The names of the providers, as they stand in a sentence; `None` where they are more than one can take in.
    pub fn provider_names(&self, words: &OutcomeWords) -> Option<String> {
        let mut names: Vec<&str> = Vec::new();
        for record in &self.catalogue.records {
            if !names.contains(&record.name.as_str()) {
                names.push(&record.name);
            }
            if names.len() > MAX_NAMED_PROVIDERS {
                return None;
            }
        }
        Some(words.list(names))
    }

    /// Whether any provider's mail servers take a password.
    pub fn takes_password(&self) -> bool {
        let mut groups = (self.catalogue.records.iter()).flat_map(|record| &record.groups);
        groups.any(|group| group.sign_in.method == SignInMethod::Password)
    }

    /// The domains of every group of settings, in the order in which the groups are shown.
    pub fn domain_groups(&self) -> Vec<Vec<String>> {
        let groups = self
            .catalogue
            .records
            .iter()
            .flat_map(|record| &record.groups);
        groups
            .map(|group| {
                group
                    .domains
                    .iter()
                    .map(|domain| domain.as_str().to_owned())
                    .collect()
            })
            .collect()
    }
}
