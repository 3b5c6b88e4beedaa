//! What was seen last, for all domains.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::{Instant, timeout};

use super::comparison::Status;
use super::publication::Publication;
use super::source::Observation;
use crate::address::Domain;
use crate::record::{Catalogue, Group};

/// How long a connection test waits for an answer that is not there yet.
pub const TEST_DEADLINE: Duration = Duration::from_secs(3);

/// What was seen is said for so many intervals, when nothing can be asked any more.
const KEPT_INTERVALS: u32 = 3;

/// Asks the places in which a domain publishes settings. Nothing is sent but the domain.
pub trait AskPublished: Send + Sync {
    /// What is there now. It comes to an end by itself, whatever the servers do.
    fn ask(&self, domain: &Domain) -> BoxFuture<'static, Vec<Observation>>;
}

/// What the domains of all records publish, as it was seen last. Clones share it.
///
/// By default nothing is asked, and so nothing is known.
#[derive(Clone, Default)]
pub struct PublishedSettings(Option<Arc<Inner>>);

struct Inner {
    asks: Arc<dyn AskPublished>,
    every: Duration,
    /// Every domain of every record, in their order.
    order: Vec<Domain>,
    domains: HashMap<Domain, Entry>,
}

struct Entry {
    group: Arc<Group>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// When it was asked the last time, whatever came of it.
    asked: Option<Instant>,
    /// What was seen the last time that anything answered.
    seen: Option<Seen>,
    /// Whether nothing answered the last time.
    unreachable: bool,
    /// The last question, which may be under way.
    asking: Option<Shared<BoxFuture<'static, ()>>>,
}

/// What was seen of a domain.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What is published.
    pub publication: Arc<Publication>,
    /// When it was asked for.
    pub at: Instant,
}

impl PublishedSettings {
    /// Nothing is known at first; what is older than `every` is asked for again.
    pub fn new(catalogue: &Catalogue, asks: Arc<dyn AskPublished>, every: Duration) -> Self {
        let groups = catalogue.records.iter().flat_map(|record| &record.groups);
        let all = groups.flat_map(|group| {
            let domains = group.domains.iter();
            domains.map(|domain| (domain.clone(), Arc::clone(group)))
        });
        let all: Vec<_> = all.collect();
        let order = all.iter().map(|(domain, _)| domain.clone()).collect();
        let domains = all.into_iter().map(|(domain, group)| {
            let known = Mutex::default();
            (domain, Entry { group, known })
        });
        Self(Some(Arc::new(Inner {
            asks,
            every,
            order,
            domains: domains.collect(),
        })))
    }

    /// How often it is asked; `None` where it is not.
    pub fn every(&self) -> Option<Duration> {
        self.0.as_ref().map(|inner| inner.every)
    }

    /// Every domain that is asked for.
    pub fn domains(&self) -> &[Domain] {
        self.0.as_ref().map_or(&[], |inner| &inner.order)
    }

    /// Asks for a domain now, or waits for the question that is under way. The question goes on when nobody waits
    /// for it any more, so that the next one has its answer.
    pub async fn ask(&self, domain: &Domain) {
        let Some(inner) = &self.0 else { return };
        let Some(entry) = inner.domains.get(domain) else {
            return;
        };
        let asking = {
            let mut known = entry.known();
            // One that is answered stays here until the next.
            match &known.asking {
                Some(asking) if asking.peek().is_none() => asking.clone(),
                _ => {
                    let task = tokio::spawn(Arc::clone(inner).answer(domain.clone()));
                    let asking = task.map(|_| ()).boxed().shared();
                    known.asking = Some(asking.clone());
                    asking
                }
            }
        };
        asking.await;
    }

    /// What a connection test says: what was seen lately, or else what is there now, if that answers soon.
    pub async fn for_test(&self, domain: &Domain) -> Option<Seen> {
        let entry = self.entry(domain)?;
        let every = self.every()?;
        let asked = entry.known().asked;
        if asked.is_none_or(|asked| asked.elapsed() > every) {
            // What comes too late is for the next one.
            let _ = timeout(TEST_DEADLINE, self.ask(domain)).await;
        }
        self.seen(domain)
    }

    /// What was seen last, unless that is long ago.
    pub fn seen(&self, domain: &Domain) -> Option<Seen> {
        let kept = self.every()? * KEPT_INTERVALS;
        let seen = self.entry(domain)?.known().seen.clone()?;
        (seen.at.elapsed() <= kept).then_some(seen)
    }

    /// Whether Thunderbird, given an address of the domain, was seen to be offered what the record has. Only then a
    /// page may promise that it finds the rest.
    pub fn autoconfig_is_ours(&self, domain: &Domain) -> bool {
        let seen = self.seen(domain);
        seen.is_some_and(|seen| seen.publication.thunderbird_finds_ours())
    }

    /// How a domain stands now; `None` before it was asked for.
    pub fn status(&self, domain: &Domain) -> Option<Status> {
        let known = self.entry(domain)?.known();
        known.asked?;
        match &known.seen {
            Some(seen) if !known.unreachable => Some(seen.publication.status()),
            _ => Some(Status::Unreachable),
        }
    }

    fn entry(&self, domain: &Domain) -> Option<&Entry> {
        self.0.as_ref()?.domains.get(domain)
    }
}

impl Inner {
    async fn answer(self: Arc<Self>, domain: Domain) {
        let Some(entry) = self.domains.get(&domain) else {
            return;
        };
        let at = Instant::now();
        let observations = self.asks.ask(&domain).await;
        let publication = Publication::new(domain, &entry.group, observations);
        let mut known = entry.known();
        known.asked = Some(at);
        // Where nothing answers at all, it is most likely the network of this machine. That says nothing.
        known.unreachable = publication.status() == Status::Unreachable;
        if !known.unreachable {
            let publication = Arc::new(publication);
            known.seen = Some(Seen { publication, at });
        }
    }
}

impl Entry {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for PublishedSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let every = self.every();
        out.debug_struct("PublishedSettings")
            .field("every", &every)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::published::testing::{DOMAIN, observed, record};

    const EVERY: Duration = Duration::from_secs(3600);
    const OURS: &str =
        "autoconfig: imap mail.example.net 993 tls, smtp smtp.example.net 587 starttls";
    const DOWN: &str = "autoconfig: ?\nispdb: ?";

    /// Answers after a while, each time with the next of these, and with the last for ever.
    struct Scripted {
        answers: Vec<&'static str>,
        takes: Duration,
        asked: AtomicUsize,
    }

    impl AskPublished for Scripted {
        fn ask(&self, _domain: &Domain) -> BoxFuture<'static, Vec<Observation>> {
            let number = self.asked.fetch_add(1, Ordering::Relaxed);
            let answer = self.answers.get(number).or(self.answers.last());
            let answer = observed(answer.unwrap());
            let takes = self.takes;
            async move {
                tokio::time::sleep(takes).await;
                answer
            }
            .boxed()
        }
    }

    fn settings(answers: &[&'static str], seconds: u64) -> (PublishedSettings, Arc<Scripted>) {
        let asks = Arc::new(Scripted {
            answers: answers.to_vec(),
            takes: Duration::from_secs(seconds),
            asked: AtomicUsize::new(0),
        });
        let mut catalogue = Catalogue::default();
        catalogue.records.push(Arc::new(record()));
        let settings = PublishedSettings::new(&catalogue, asks.clone(), EVERY);
        (settings, asks)
    }

    fn domain() -> Domain {
        DOMAIN.parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_test_uses_what_is_known_and_asks_for_what_is_old() {
        let (settings, asks) = settings(&[OURS], 1);
        let asked = || asks.asked.load(Ordering::Relaxed);
        assert_eq!(settings.status(&domain()), None);
        assert!(settings.for_test(&domain()).await.is_some());
        assert_eq!(settings.status(&domain()), Some(Status::Same));
        let begin = Instant::now();
        assert!(settings.for_test(&domain()).await.is_some());
        assert_eq!((begin.elapsed(), asked()), (Duration::ZERO, 1));
        tokio::time::advance(EVERY).await;
        assert!(settings.for_test(&domain()).await.is_some());
        assert_eq!(asked(), 2);
        // Of another domain nothing is known, and nobody is asked.
        let other = "elsewhere.example".parse().unwrap();
        assert!(settings.for_test(&other).await.is_none());
        assert_eq!(asked(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn many_tests_ask_once_and_none_waits_long() {
        let (settings, asks) = settings(&[OURS], 60);
        let begin = Instant::now();
        let tests = (0..50).map(|_| async { settings.for_test(&domain()).await });
        let seen = futures_util::future::join_all(tests).await;
        assert!(seen.iter().all(Option::is_none));
        assert_eq!(begin.elapsed(), TEST_DEADLINE);
        assert_eq!(asks.asked.load(Ordering::Relaxed), 1);
        // The answer that came too late for them is there for the next one.
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(settings.for_test(&domain()).await.is_some());
        assert_eq!(asks.asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_that_is_down_takes_nothing_back_until_it_is_down_for_long() {
        let (settings, _) = settings(&[OURS, DOWN], 1);
        settings.ask(&domain()).await;
        assert!(settings.autoconfig_is_ours(&domain()));
        settings.ask(&domain()).await;
        assert_eq!(settings.status(&domain()), Some(Status::Unreachable));
        assert!(settings.autoconfig_is_ours(&domain()));
        tokio::time::advance(EVERY * KEPT_INTERVALS).await;
        assert!(!settings.autoconfig_is_ours(&domain()));
        assert!(settings.seen(&domain()).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_answer_is_asked_for_once_in_an_interval() {
        let (settings, asks) = settings(&[DOWN], 1);
        for _ in 0..3 {
            assert!(settings.for_test(&domain()).await.is_none());
        }
        assert_eq!(asks.asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn where_nobody_asks_nothing_is_known() {
        let settings = PublishedSettings::default();
        assert!(settings.for_test(&domain()).await.is_none());
        assert!(settings.domains().is_empty() && settings.every().is_none());
        assert!(!settings.autoconfig_is_ours(&domain()));
    }
}
