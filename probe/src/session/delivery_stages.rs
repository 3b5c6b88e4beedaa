//! The stage in which a message to oneself is sent, or seen to arrive.

use std::time::Duration;

use super::context::Session;
use super::delivery::{DeliveryPart, Meeting};
use super::stages::{NO_FACTS, SENDING_TIMEOUT};
use super::step_log::{StageFailed, StepSink};
use super::transport::Transport;
use crate::dialogue::{self, Arrival, Capabilities, Clock, Connection, Stream};
use crate::outcome::Outcome;
use crate::stage::Stage;
use crate::step::Facts;

/// The time for the answer to a whole message. Content filters look at it meanwhile (RFC 5321 §4.5.3.2.6).
const CONTENT_TIMEOUT: Duration = Duration::from_secs(60);

/// So long a message to oneself is waited for.
pub(super) const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(90);

impl<T: Transport, C: Clock + Clone, K: StepSink> Session<'_, T, C, K> {
    /// Sends the message to the customer's own address, if this session is to send it.
    pub(super) async fn send_message<S: Stream>(
        &mut self,
        connection: &mut Connection<S, C>,
    ) -> Result<(), StageFailed> {
        let Some(DeliveryPart::Send(mut sender)) = self.delivery.take() else {
            return Ok(());
        };
        self.log.begin(Stage::Delivery);
        let clock = self.log.clock();
        // Without an address there is nobody to send from, and the other side need not wait.
        let Some(address) = self.address.clone() else {
            self.met(Meeting::<()>::Missed);
            return Ok(());
        };
        let meeting = sender.message(&clock).await;
        let Some(message) = self.met(meeting) else {
            return Ok(());
        };
        connection.begin_stage(SENDING_TIMEOUT);
        if let Err(fault) = dialogue::offer_message(connection, &address).await {
            drop(sender);
            return Err(self.fail(connection, fault, NO_FACTS).await);
        }
        connection.begin_stage(CONTENT_TIMEOUT);
        match dialogue::send_content(connection, message).await {
            Ok(reply) => {
                sender.sent(clock.now());
                self.log.end(Outcome::Ok, NO_FACTS, reply);
                Ok(())
            }
            Err(fault) => {
                // A server that says nothing more may have taken the message all the same.
                match fault.outcome {
                    Outcome::NoReply | Outcome::DroppedAfterSignIn => sender.sent(clock.now()),
                    _ => drop(sender),
                }
                Err(self.fail(connection, fault, NO_FACTS).await)
            }
        }
    }

    /// Watches that message arrive, if this session is to watch. `known` are the capabilities after the
    /// sign-in.
    pub(super) async fn arrival<S: Stream>(
        &mut self,
        connection: &mut Connection<S, C>,
        known: &Capabilities,
    ) -> Result<(), StageFailed> {
        let Some(DeliveryPart::Watch(watcher)) = self.delivery.take() else {
            return Ok(());
        };
        self.log.begin(Stage::Delivery);
        let meeting = watcher.sent(&self.log.clock()).await;
        let Some((message, sent)) = self.met(meeting) else {
            return Ok(());
        };
        connection.begin_stage(ARRIVAL_TIMEOUT);
        match dialogue::arrival(connection, known, &message.id).await {
            Ok(Some(arrival)) => {
                let outcome = arrived(&arrival);
                self.log.end(outcome, delivery_facts(arrival, sent), None);
                Ok(())
            }
            Ok(None) => {
                let fault = Outcome::MessageNotSeen.into();
                Err(self.fail(connection, fault, NO_FACTS).await)
            }
            Err(fault) => Err(self.fail(connection, fault, NO_FACTS).await),
        }
    }

    /// What the two sides have met for. Where they have not, the stage is over.
    fn met<M>(&mut self, meeting: Meeting<M>) -> Option<M> {
        let missed = match meeting {
            Meeting::Met(met) => {
                // Waiting for the other side is not this server's time.
                self.log.begin(Stage::Delivery);
                return Some(met);
            }
            Meeting::Elsewhere => Outcome::DeliveryElsewhere,
            Meeting::Missed => Outcome::DeliveryNotTried,
        };
        self.log.end(missed, NO_FACTS, None);
        None
    }
}

/// What is worth knowing about how a message arrived.
fn arrived(arrival: &Arrival) -> Outcome {
    let results = [&arrival.spf, &arrival.dkim, &arrival.dmarc];
    let failed = |result: &&Option<String>| {
        matches!(result.as_deref(), Some("fail" | "softfail" | "permerror"))
    };
    if arrival.in_junk {
        Outcome::MessageInJunk
    } else if results.iter().any(failed) {
        Outcome::MessageNotAuthenticated
    } else {
        Outcome::Ok
    }
}

fn delivery_facts(arrival: Arrival, sent: Duration) -> Facts {
    let Arrival {
        seen,
        folder,
        spf,
        dkim,
        dmarc,
        ..
    } = arrival;
    Facts::Delivery {
        on_the_way: Some(seen.saturating_sub(sent)),
        folder,
        spf,
        dkim,
        dmarc,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_provider_found_of_the_sender_is_worth_knowing() {
        for (in_junk, spf, dkim, dmarc, expected) in [
            (false, None, None, None, Outcome::Ok),
            (false, Some("pass"), Some("pass"), Some("pass"), Outcome::Ok),
            (
                false,
                Some("none"),
                Some("neutral"),
                Some("temperror"),
                Outcome::Ok,
            ),
            (
                false,
                Some("softfail"),
                None,
                None,
                Outcome::MessageNotAuthenticated,
            ),
            (
                false,
                None,
                Some("permerror"),
                None,
                Outcome::MessageNotAuthenticated,
            ),
            (
                false,
                Some("pass"),
                Some("pass"),
                Some("fail"),
                Outcome::MessageNotAuthenticated,
            ),
            (true, Some("fail"), None, None, Outcome::MessageInJunk),
        ] {
            let arrival = Arrival {
                seen: Duration::ZERO,
                folder: None,
                in_junk,
                spf: spf.map(str::to_owned),
                dkim: dkim.map(str::to_owned),
                dmarc: dmarc.map(str::to_owned),
            };
            assert_eq!(arrived(&arrival), expected, "{arrival:?}");
        }
    }
}
