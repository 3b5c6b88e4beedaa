//! One message from the customer to the customer: one session sends it, another sees it arrive.
//!
//! The sender waits until somebody watches, so that nothing is sent in vain and the time on the way can be
//! told. The watcher waits until the message is sent.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::expected::Expected;
use crate::dialogue::{Clock, OutgoingMessage};
use crate::endpoint::{Endpoint, Protocol, Security};

/// For so long the two wait for each other. A server that is slower has a fault that the test tells of anyway.
const MEETING_TIMEOUT: Duration = Duration::from_secs(30);

/// Shared by all sessions of a run in which a message is sent.
pub struct Delivery {
    message: OutgoingMessage,
    senders: Expected,
    watchers: Expected,
    /// Whether somebody watches.
    watched: AtomicBool,
    /// Whether somebody has begun to send. There is one message, however many servers would take it.
    taken: AtomicBool,
    /// When it was sent, by the clock of the run.
    sent: Mutex<Option<Duration>>,
}

/// What one session does for the delivery. All parts are given out before the first session begins; a session
/// that cannot come so far gives its part up by dropping it.
pub enum DeliveryPart<'a> {
    /// Sends the message.
    Send(MessageSender<'a>),
    /// Sees it arrive.
    Watch(ArrivalWatcher<'a>),
}

/// The part of a session that may send the message.
pub struct MessageSender<'a>(&'a Delivery);

/// The part of a session that may see it arrive.
pub struct ArrivalWatcher<'a>(&'a Delivery);

impl Delivery {
    /// A message that is still to be sent.
    pub fn new(message: OutgoingMessage) -> Self {
        Self {
            message,
            senders: Expected::default(),
            watchers: Expected::default(),
            watched: AtomicBool::new(false),
            taken: AtomicBool::new(false),
            sent: Mutex::new(None),
        }
    }

    /// The part of the session with this endpoint, if it has one. POP3 shows nothing that arrives during a
    /// session (RFC 1939 §8).
    pub fn part(&self, endpoint: &Endpoint) -> Option<DeliveryPart<'_>> {
        match (endpoint.protocol, endpoint.security) {
            (_, Security::None) | (Protocol::Pop3, _) => None,
            (Protocol::Smtp, _) => {
                self.senders.one_more();
                Some(DeliveryPart::Send(MessageSender(self)))
            }
            (Protocol::Imap, _) => {
                self.watchers.one_more();
                Some(DeliveryPart::Watch(ArrivalWatcher(self)))
            }
        }
    }
}

impl<'a> MessageSender<'a> {
    /// Waits until somebody watches. `None` where nobody does, or where another session sends.
    pub async fn message(&self, clock: &impl Clock) -> Option<&'a OutgoingMessage> {
        let delivery = self.0;
        delivery.watchers.wait(clock, MEETING_TIMEOUT).await;
        let watched = delivery.watched.load(Ordering::Acquire);
        (watched && !delivery.taken.swap(true, Ordering::AcqRel)).then_some(&delivery.message)
    }

    /// Says that the server took the message at this moment.
    pub fn sent(self, moment: Duration) {
        if let Ok(mut sent) = self.0.sent.lock() {
            *sent = Some(moment);
        }
        self.0.senders.arrived();
    }
}

impl Drop for MessageSender<'_> {
    fn drop(&mut self) {
        self.0.senders.one_less();
    }
}

impl<'a> ArrivalWatcher<'a> {
    /// Waits until the message is sent, and returns it with the moment of that. `None` where it is not sent,
    /// or where another session watches.
    pub async fn sent(self, clock: &impl Clock) -> Option<(&'a OutgoingMessage, Duration)> {
        let delivery = self.0;
        if delivery.watched.swap(true, Ordering::AcqRel) {
            return None;
        }
        delivery.watchers.arrived();
        delivery.senders.wait(clock, MEETING_TIMEOUT).await;
        let sent = delivery.sent.lock().ok()?;
        sent.map(|moment| (&delivery.message, moment))
    }
}

impl Drop for ArrivalWatcher<'_> {
    fn drop(&mut self) {
        self.0.watchers.one_less();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;
    use crate::testing::script::TestClock;

    fn delivery() -> Delivery {
        Delivery::new(OutgoingMessage {
            id: "1@example.test".to_owned(),
            content: b"Subject: x\r\n\r\nx\r\n".to_vec(),
        })
    }

    fn part(delivery: &Delivery, protocol: Protocol) -> Option<DeliveryPart<'_>> {
        delivery.part(&Endpoint {
            id: "one".to_owned(),
            protocol,
            host: "mail.example.test".parse().unwrap(),
            port: 993.try_into().unwrap(),
            security: Security::Tls,
        })
    }

    fn sender(delivery: &Delivery) -> MessageSender<'_> {
        match part(delivery, Protocol::Smtp) {
            Some(DeliveryPart::Send(sender)) => sender,
            _ => panic!("SMTP sends"),
        }
    }

    fn watcher(delivery: &Delivery) -> ArrivalWatcher<'_> {
        match part(delivery, Protocol::Imap) {
            Some(DeliveryPart::Watch(watcher)) => watcher,
            _ => panic!("IMAP watches"),
        }
    }

    #[test]
    fn one_sends_when_one_watches() {
        let (delivery, clock) = (delivery(), TestClock::default());
        assert!(part(&delivery, Protocol::Pop3).is_none());
        let (first, second) = (sender(&delivery), sender(&delivery));
        let (slow, quick) = (watcher(&delivery), watcher(&delivery));
        assert!(
            first.message(&clock).now_or_never().is_none(),
            "nobody watches"
        );
        let mut arrival = pin!(quick.sent(&clock));
        assert!(arrival.as_mut().now_or_never().is_none(), "nothing is sent");
        assert!(matches!(
            first.message(&clock).now_or_never(),
            Some(Some(_))
        ));
        assert!(
            matches!(second.message(&clock).now_or_never(), Some(None)),
            "one is enough"
        );
        drop(second);
        assert!(
            arrival.as_mut().now_or_never().is_none(),
            "the server has not taken it yet"
        );
        first.sent(Duration::from_secs(7));
        let arrived = arrival.now_or_never().flatten();
        assert!(matches!(arrived, Some((_, moment)) if moment == Duration::from_secs(7)));
        assert!(
            matches!(slow.sent(&clock).now_or_never(), Some(None)),
            "another watches"
        );
    }

    #[test]
    fn nothing_is_sent_where_nobody_can_watch() {
        let (delivery, clock) = (delivery(), TestClock::default());
        let (sender, watcher) = (sender(&delivery), watcher(&delivery));
        drop(watcher);
        assert!(matches!(sender.message(&clock).now_or_never(), Some(None)));
    }

    #[test]
    fn nobody_waits_for_what_cannot_be_sent() {
        let (delivery, clock) = (delivery(), TestClock::default());
        let (sender, watcher) = (sender(&delivery), watcher(&delivery));
        let mut arrival = pin!(watcher.sent(&clock));
        assert!(arrival.as_mut().now_or_never().is_none());
        drop(sender);
        assert!(matches!(arrival.now_or_never(), Some(None)));
    }
}
