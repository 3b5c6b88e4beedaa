//! Shared counters, and stricter ones in memory while they are out of reach.
//!
//! While the shared counters answer, they decide. What this server has counted with them is also noted in its own
//! memory. When they do not answer, it decides alone, with its part of each limit: the limit divided by the number of
//! servers, rounded down. So all servers together allow no more than the limit, however long that lasts. In a window
//! of time in which the counters went out of reach or came back, both may have allowed something: then it is at most
//! twice the limit, and with one server never more than the limit, because its own memory has everything.
//!
//! What was counted meanwhile is reported when they are back, before they decide again.

mod outbox;
mod own;
mod reach;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep_until, timeout};

use self::outbox::{Message, Outbox};
use self::own::OwnCounters;
use self::reach::Reach;
use super::counters::{Counters, Denial, Place, SignInEnd};
use super::id::Id;
use super::key::ClientScopes;
use super::options::LimitOptions;
use super::rates::Rates;
use super::relay::RelayScopes;
use super::shared::{RenewError, Settled, SharedCounters};
use super::sign_in::SignIn;
use crate::operations::metrics::Metrics;

/// Counters that are shared while they can be. Clones are the same counters.
#[derive(Clone)]
pub struct FallbackCounters(Arc<Inner>);

struct Inner {
    shared: Arc<dyn SharedCounters>,
    own: OwnCounters,
    reach: Reach,
    outbox: Outbox,
}

/// How often a server says that it is there: three times in the time for which it is believed.
const RENEW_EVERY: Duration = Duration::from_secs(5);

/// How often it is tried to reach the counters again.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// How often it is looked for what counts no more; while there is more, every second.
const PRUNE_EVERY: Duration = Duration::from_secs(15);

/// How long a server that stops tries to report what it has counted.
const END_WITHIN: Duration = Duration::from_secs(3);

impl FallbackCounters {
    /// These shared counters; they count as out of reach until [`join`](Self::join).
    pub fn new(shared: Arc<dyn SharedCounters>, options: &LimitOptions, metrics: Metrics) -> Self {
        let rates = Rates::new(options);
        Self(Arc::new(Inner {
            shared,
            own: OwnCounters::new(rates),
            reach: Reach::new(metrics),
            outbox: Outbox::new(rates.longest()),
        }))
    }

    /// Joins the servers that share the counters, if they can be reached.
    ///
    /// # Errors
    ///
    /// When the secret of this server is not that of the others.
    pub async fn join(&self) -> Result<(), RenewError> {
        match self.0.renew().await {
            Err(cause @ RenewError::OtherSecret) => Err(cause),
            Err(cause) => {
                self.0.tell_of_loss(&cause);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Keeps this server among those that share the counters, and reports to them what it has counted, for ever.
    pub async fn run(&self) {
        let Inner { reach, outbox, .. } = &*self.0;
        let mut renew_at = Instant::now();
        let mut prune_at = Instant::now() + PRUNE_EVERY.mul_f64(fastrand::f64());
        loop {
            tokio::select! {
                biased;
                () = sleep_until(renew_at) => {
                    if let Err(cause) = self.0.renew().await {
                        self.0.tell_of_loss(&cause);
                    }
                    renew_at = Instant::now() + reach.choose(RENEW_EVERY, RETRY_EVERY);
                }
                () = reach.lost() => renew_at = Instant::now() + RETRY_EVERY,
                () = outbox.filled(), if reach.is_there() => {
                    if let Err(cause) = outbox.deliver_some(&*self.0.shared).await {
                        self.0.tell_of_loss(&cause.into());
                    }
                }
                () = sleep_until(prune_at), if reach.is_there() => {
                    let more = match self.0.shared.prune().await {
                        Ok(more) => more,
                        Err(cause) => {
                            tracing::warn!(%cause, "cannot remove what counts no more");
                            false
                        }
                    };
                    let pause = if more { RETRY_EVERY } else { PRUNE_EVERY };
                    prune_at = Instant::now() + pause.mul_f64(0.8 + 0.4 * fastrand::f64());
                }
            }
        }
    }

    /// Reports what was counted, as far as that can be done soon, and leaves the servers that share the counters.
    /// Nothing is counted after it.
    pub async fn end(&self) {
        let end = async {
            while self.0.outbox.len() > 0 {
                self.0.outbox.deliver_some(&*self.0.shared).await?;
            }
            self.0.shared.end().await
        };
        let ended = timeout(END_WITHIN, end).await;
        let lost = self.0.outbox.len();
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(cause)) => {
                tracing::warn!(%cause, lost, "not all that was counted could be reported");
            }
            Err(_) => tracing::warn!(lost, "not all that was counted could be reported in time"),
        }
    }
}

impl Inner {
    /// Says that this server is there. If the counters were out of reach, they decide again once they have been told
    /// everything.
    async fn renew(&self) -> Result<(), RenewError> {
        let servers = self.shared.renew().await?;
        self.own.set_servers(servers);
        if !self.reach.is_there() {
            let reported = self.outbox.len();
            let mut renewed = Instant::now();
            while self.outbox.len() > 0 {
                self.outbox.deliver_some(&*self.shared).await?;
                if renewed.elapsed() >= RENEW_EVERY {
                    self.shared.renew().await?;
                    renewed = Instant::now();
                }
            }
            self.reach.found(servers, reported);
        }
        self.reach.metrics().servers(servers);
        Ok(())
    }

    fn tell_of_loss(&self, cause: &RenewError) {
        self.reach.lose(cause, self.own.servers());
    }

    async fn count_test(&self, client: &ClientScopes) -> Result<(), Denial> {
        if self.reach.is_there() {
            match self.shared.count_test(client).await {
                Ok(decision) => {
                    if decision.is_ok() {
                        self.own.counters().note_test(client);
                    }
                    return decision;
                }
                Err(cause) => self.tell_of_loss(&cause.into()),
            }
        }
        self.own.try_test(client)
    }

    async fn count_relay(&self, relay: &RelayScopes) -> Result<(), Denial> {
        if self.reach.is_there() {
            match self.shared.count_relay(relay).await {
                Ok(decision) => {
                    if decision.is_ok() {
                        self.own.counters().note_relay(relay);
                    }
                    return decision;
                }
                Err(cause) => self.tell_of_loss(&cause.into()),
            }
        }
        self.own.try_relay(relay)
    }

    async fn count_sign_in(&self, sign_in: &SignIn) -> Result<Duration, Denial> {
        // Nobody may listen any more when the counters have counted it.
        let mut unanswered = None;
        if self.reach.is_there() {
            unanswered = Some(Unanswered {
                outbox: &self.outbox,
                message: Some(Message::Settled(Settled {
                    sign_in: sign_in.clone(),
                    end: SignInEnd::NotSent,
                    at: Instant::now(),
                })),
            });
            match self.shared.count_sign_in(sign_in).await {
                Ok(decision) => {
                    Unanswered::is_answered(unanswered);
                    if decision.is_ok() {
                        self.own.counters().note_sign_in(sign_in);
                    }
                    return decision;
                }
                Err(cause) => self.tell_of_loss(&cause.into()),
            }
        }
        let decision = self.own.try_sign_in(sign_in);
        if decision.is_ok() {
            // Its end will be reported.
            Unanswered::is_answered(unanswered);
        }
        decision
    }

    async fn take_place(self: &Arc<Self>, client: &ClientScopes) -> Option<Place> {
        let id = Id::next();
        let place = |own| {
            Box::new(SharedPlace {
                id,
                client: client.clone(),
                counters: Arc::clone(self),
                _own: own,
            }) as Place
        };
        if !self.reach.is_there() {
            return self.own.counters().try_place(client);
        }
        let unanswered = Some(Unanswered {
            outbox: &self.outbox,
            message: Some(Message::Left(id, client.clone())),
        });
        match self.shared.take_place(id, client).await {
            Ok(true) => {
                Unanswered::is_answered(unanswered);
                Some(place(self.own.counters().note_place(client)))
            }
            Ok(false) => {
                Unanswered::is_answered(unanswered);
                None
            }
            Err(cause) => {
                self.tell_of_loss(&cause.into());
                self.own.counters().try_place(client)
            }
        }
    }

    fn settle(&self, sign_in: &SignIn, end: SignInEnd) {
        self.own.settle(sign_in, end, !self.reach.is_there());
        self.outbox.add(Message::Settled(Settled {
            sign_in: sign_in.clone(),
            end,
            at: Instant::now(),
        }));
    }
}

impl Counters for FallbackCounters {
    fn count_test<'a>(&'a self, client: &'a ClientScopes) -> BoxFuture<'a, Result<(), Denial>> {
        self.0.count_test(client).boxed()
    }

    fn count_sign_in<'a>(&'a self, sign_in: &'a SignIn) -> BoxFuture<'a, Result<Duration, Denial>> {
        self.0.count_sign_in(sign_in).boxed()
    }

    fn count_relay<'a>(&'a self, relay: &'a RelayScopes) -> BoxFuture<'a, Result<(), Denial>> {
        self.0.count_relay(relay).boxed()
    }

    fn take_place<'a>(&'a self, client: &'a ClientScopes) -> BoxFuture<'a, Option<Place>> {
        self.0.take_place(client).boxed()
    }

    fn settle(&self, sign_in: &SignIn, end: SignInEnd) {
        self.0.settle(sign_in, end);
    }
}

/// What is to be reported if it stays unknown whether the shared counters have counted something.
struct Unanswered<'a> {
    outbox: &'a Outbox,
    message: Option<Message>,
}

impl Unanswered<'_> {
    fn is_answered(this: Option<Self>) {
        if let Some(mut this) = this {
            this.message = None;
        }
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if let Some(message) = self.message.take() {
            self.outbox.add(message);
        }
    }
}

/// A place of the shared counters.
struct SharedPlace {
    id: Id,
    client: ClientScopes,
    counters: Arc<Inner>,
    _own: Place,
}

impl Drop for SharedPlace {
    fn drop(&mut self) {
        let client = std::mem::take(&mut self.client);
        self.counters.outbox.add(Message::Left(self.id, client));
    }
}
