//! The question what mail programs are told, which is asked beside a test.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::event::{FindingWords, ServicePlan, TestEvent};
use super::told::PublishedPart;
use crate::address::Domain;
use crate::published::{PublishedSettings, Seen};
use crate::texts::Texts;

/// The question, and what is needed to present its answer.
pub(super) struct AskedPart {
    part: PublishedPart,
    /// It ends soon, whatever the servers do.
    asking: JoinHandle<Option<Seen>>,
}

impl AskedPart {
    /// Asks from now on, unless nobody is to be asked. `service` is its place among the services of the plan.
    pub(super) fn ask(
        published: &PublishedSettings,
        texts: &Arc<Texts>,
        domain: Domain,
        service: usize,
    ) -> Option<Self> {
        published.every()?;
        let part = PublishedPart {
            texts: Arc::clone(texts),
            domain: domain.clone(),
            service,
        };
        let published = published.clone();
        let asking = tokio::spawn(async move { published.for_test(&domain).await });
        Some(Self { part, asking })
    }

    /// Its line among the tested servers.
    pub(super) fn plan(&self) -> ServicePlan {
        self.part.plan()
    }

    /// Sends the answer, and gives what a customer must know of it, if anything. Where the test has to stop before
    /// there is one, nothing is known.
    pub(super) async fn tell(
        self,
        stop: impl Future<Output = ()>,
        send: impl FnMut(TestEvent),
    ) -> Option<FindingWords> {
        let seen = tokio::select! {
            biased;
            () = stop => None,
            seen = self.asking => seen.ok().flatten(),
        };
        self.part.events(seen.as_ref()).into_iter().for_each(send);
        self.part.finding(&seen?.publication)
    }
}
