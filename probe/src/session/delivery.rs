//! One message from the customer to the customer: one session sends it, another sees it arrive.
//!
//! The sender waits until somebody watches, so that nothing is sent in vain and the time on the way can be
//! told. The watcher waits until the message is sent. Whoever gives up first closes the delivery for the other.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::expected::Expected;
use crate::dialogue::{Clock, OutgoingMessage};
use crate::endpoint::{Endpoint, Protocol, Security};

/// For so long the two wait for each other. A server that is slower has a fault that the test tells of anyway.
const MEETING_TIMEOUT: Duration = Duration::from_secs(30);

/// For so long the watcher waits for the end of a sending that has begun; no sending takes longer.
const END_OF_SENDING_TIMEOUT: Duration = Duration::from_secs(90);

/// Shared by all sessions of a run in which a message is sent.
pub struct Delivery {
    message: OutgoingMessage,
    senders: Expected,
    watchers: Expected,
    state: Mutex<DeliveryState>,
}

/// How far the delivery has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DeliveryState {
    /// Nobody watches.
    Open,
    /// Somebody watches.
    Watched,
    /// A session sends the message. There is one message, however many servers would take it.
    Taken,
    /// A server has the message, or may have it, since this moment by the clock of the run.
    Sent(Duration),
    /// It is not sent any more.
    Closed,
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
pub struct MessageSender<'a> {
    delivery: &'a Delivery,
    /// Whether it is this session that sends.
    sends: bool,
}

/// The part of a session that may see it arrive.
pub struct ArrivalWatcher<'a>(&'a Delivery);

/// Whether the two sides have come together.
#[derive(Debug, PartialEq, Eq)]
pub enum Meeting<M> {
    /// They have.
    Met(M),
    /// Another session does this part.
    Elsewhere,
    /// The other side does not come.
    Missed,
}

impl Delivery {
    /// A message that is still to be sent.
    pub fn new(message: OutgoingMessage) -> Self {
        Self {
            message,
            senders: Expected::default(),
            watchers: Expected::default(),
            state: Mutex::new(DeliveryState::Open),
        }
    }

    /// The part of the session with this endpoint, if it has one. POP3 shows nothing that arrives during a
    /// session (RFC 1939 §4).
    pub fn part(&self, endpoint: &Endpoint) -> Option<DeliveryPart<'_>> {
        match (endpoint.protocol, endpoint.security) {
            (_, Security::None) | (Protocol::Pop3, _) => None,
            (Protocol::Smtp, _) => {
                self.senders.one_more();
                Some(DeliveryPart::Send(MessageSender {
                    delivery: self,
                    sends: false,
                }))
            }
            (Protocol::Imap, _) => {
                self.watchers.one_more();
                Some(DeliveryPart::Watch(ArrivalWatcher(self)))
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, DeliveryState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> MessageSender<'a> {
    /// Waits until somebody watches, and takes the message.
    pub async fn message(&mut self, clock: &impl Clock) -> Meeting<&'a OutgoingMessage> {
        let delivery = self.delivery;
        delivery.watchers.wait(clock, MEETING_TIMEOUT).await;
        let mut state = delivery.state();
        match *state {
            DeliveryState::Watched => {
                *state = DeliveryState::Taken;
                self.sends = true;
                Meeting::Met(&delivery.message)
            }
            DeliveryState::Taken | DeliveryState::Sent(_) => Meeting::Elsewhere,
            DeliveryState::Open | DeliveryState::Closed => Meeting::Missed,
        }
    }

    /// Says that the server has the message, or may have it, since this moment.
    pub fn sent(mut self, moment: Duration) {
        *self.delivery.state() = DeliveryState::Sent(moment);
        // Dropping it closes what was not sent.
        self.sends = false;
        self.delivery.senders.arrived();
    }
}

impl Drop for MessageSender<'_> {
    fn drop(&mut self) {
        if self.sends {
            *self.delivery.state() = DeliveryState::Closed;
            self.delivery.senders.arrived();
        } else {
            self.delivery.senders.one_less();
        }
    }
}

impl<'a> ArrivalWatcher<'a> {
    /// Waits until the message is sent, and returns it with the moment of that.
    pub async fn sent(self, clock: &impl Clock) -> Meeting<(&'a OutgoingMessage, Duration)> {
        let delivery = self.0;
        {
            let mut state = delivery.state();
            if *state != DeliveryState::Open {
                return Meeting::Elsewhere;
            }
            *state = DeliveryState::Watched;
        }
        delivery.watchers.arrived();
        delivery.senders.wait(clock, MEETING_TIMEOUT).await;
        if *delivery.state() == DeliveryState::Taken {
            delivery.senders.wait(clock, END_OF_SENDING_TIMEOUT).await;
        }
        let mut state = delivery.state();
        match *state {
            DeliveryState::Sent(moment) => Meeting::Met((&delivery.message, moment)),
            _ => {
                *state = DeliveryState::Closed;
                Meeting::Missed
            }
        }
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
    use crate::testing::script::{Impatient, TestClock};

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
        let (mut first, mut second) = (sender(&delivery), sender(&delivery));
        let (slow, quick) = (watcher(&delivery), watcher(&delivery));
        assert!(
            first.message(&clock).now_or_never().is_none(),
            "nobody watches"
        );
        let mut arrival = pin!(quick.sent(&clock));
        assert!(arrival.as_mut().now_or_never().is_none(), "nothing is sent");
        assert!(matches!(
            first.message(&clock).now_or_never(),
            Some(Meeting::Met(_))
        ));
        let second_try = second.message(&clock).now_or_never();
        assert_eq!(second_try, Some(Meeting::Elsewhere), "one is enough");
        drop(second);
        assert!(
            arrival.as_mut().now_or_never().is_none(),
            "the server has not taken it yet"
        );
        first.sent(Duration::from_secs(7));
        let arrived = arrival.now_or_never();
        assert!(
            matches!(arrived, Some(Meeting::Met((_, moment))) if moment == Duration::from_secs(7))
        );
        assert_eq!(
            slow.sent(&clock).now_or_never(),
            Some(Meeting::Elsewhere),
            "another watches"
        );
    }

    #[test]
    fn nothing_is_sent_where_nobody_can_watch() {
        let (delivery, clock) = (delivery(), TestClock::default());
        let (mut sender, watcher) = (sender(&delivery), watcher(&delivery));
        drop(watcher);
        assert_eq!(sender.message(&clock).now_or_never(), Some(Meeting::Missed));
    }

    #[test]
    fn nobody_waits_for_what_cannot_be_sent() {
        let clock = TestClock::default();
        for takes_it_first in [false, true] {
            let delivery = delivery();
            let (mut sender, watcher) = (sender(&delivery), watcher(&delivery));
            let mut arrival = pin!(watcher.sent(&clock));
            assert!(arrival.as_mut().now_or_never().is_none());
            if takes_it_first {
                assert!(matches!(
                    sender.message(&clock).now_or_never(),
                    Some(Meeting::Met(_))
                ));
            }
            drop(sender);
            assert_eq!(arrival.now_or_never(), Some(Meeting::Missed));
        }
    }

    #[test]
    fn nothing_is_sent_once_the_watcher_has_given_up() {
        let (delivery, clock) = (delivery(), TestClock::default());
        let (mut sender, watcher) = (sender(&delivery), watcher(&delivery));
        assert_eq!(
            watcher.sent(&Impatient).now_or_never(),
            Some(Meeting::Missed)
        );
        assert_eq!(sender.message(&clock).now_or_never(), Some(Meeting::Missed));
    }

    #[test]
    fn a_watcher_does_not_give_up_while_the_message_is_being_sent() {
        let (delivery, clock) = (delivery(), TestClock::default());
        let (mut sender, watcher) = (sender(&delivery), watcher(&delivery));
        let mut arrival = pin!(watcher.sent(&clock));
        assert!(arrival.as_mut().now_or_never().is_none());
        assert!(matches!(
            sender.message(&Impatient).now_or_never(),
            Some(Meeting::Met(_))
        ));
        assert!(arrival.as_mut().now_or_never().is_none(), "it is under way");
        sender.sent(Duration::ZERO);
        assert!(matches!(arrival.now_or_never(), Some(Meeting::Met(_))));
    }
}
