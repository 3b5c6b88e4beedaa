//! What is to be reported to the shared counters, in memory until they have it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Notify;

use super::super::counters::SignInEnd;
use super::super::id::Id;
use super::super::key::ClientScopes;
use super::super::shared::{OutOfReach, Settled, SharedCounters};

/// Something to report. To report it again changes nothing.
#[derive(Clone)]
pub(super) enum Message {
    /// A sign-in ended.
    Settled(Settled),
    /// A place was given back.
    Left(Id, ClientScopes),
}

/// The messages, in the order in which they came.
pub(super) struct Outbox {
    messages: Mutex<VecDeque<Message>>,
    filled: Notify,
    /// What is older than this counts for nothing any more.
    known_for: Duration,
}

/// How many messages wait at most, which are some 30 MB. After that only refused passwords are taken, as many again.
/// A sign-in or place whose message is lost counts until its lease ends, and the sign-in then as refused.
const MAX_WAITING: usize = 65_536;

/// How many are reported at the same time.
const AT_ONCE: usize = 32;

impl Outbox {
    pub(super) fn new(known_for: Duration) -> Self {
        Self {
            messages: Mutex::default(),
            filled: Notify::new(),
            known_for,
        }
    }

    /// Adds a message, without waiting.
    pub(super) fn add(&self, message: Message) {
        let most = match message.is_refusal() {
            true => MAX_WAITING * 2,
            false => MAX_WAITING,
        };
        let mut messages = self.messages();
        if messages.len() >= most {
            return;
        }
        messages.push_back(message);
        if messages.len() == MAX_WAITING {
            tracing::warn!("too much waits to be reported to the shared limits");
        }
        drop(messages);
        self.filled.notify_one();
    }

    /// How many messages wait.
    pub(super) fn len(&self) -> usize {
        self.messages().len()
    }

    /// Waits until there is a message.
    pub(super) async fn filled(&self) {
        while self.len() == 0 {
            self.filled.notified().await;
        }
    }

    /// Reports the first messages. Each stays here until it is known that it was taken in for good. Only one task may
    /// do this at a time.
    pub(super) async fn deliver_some(&self, shared: &dyn SharedCounters) -> Result<(), OutOfReach> {
        let some: Vec<Message> = self.messages().iter().take(AT_ONCE).cloned().collect();
        let results = join_all(some.iter().map(|message| self.send(message, shared))).await;
        shared.confirm().await?;
        let mut failed = Ok(());
        let mut kept = VecDeque::new();
        let mut messages = self.messages();
        for result in results {
            let message = messages.pop_front();
            if let Err(cause) = result {
                kept.extend(message);
                failed = Err(cause);
            }
        }
        while let Some(message) = kept.pop_back() {
            messages.push_front(message);
        }
        failed
    }

    async fn send(&self, message: &Message, shared: &dyn SharedCounters) -> Result<(), OutOfReach> {
        match message {
            Message::Settled(settled) if settled.at.elapsed() > self.known_for => Ok(()),
            Message::Settled(settled) => shared.settle(settled).await,
            Message::Left(place, client) => shared.leave_place(*place, client).await,
        }
    }

    fn messages(&self) -> MutexGuard<'_, VecDeque<Message>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Message {
    fn is_refusal(&self) -> bool {
        let Self::Settled(settled) = self else {
            return false;
        };
        matches!(settled.end, SignInEnd::Sent { refusals, .. } if refusals > 0)
    }
}
