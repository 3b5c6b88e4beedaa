//! Which hello is sent next. Pure.

use crate::client_profiles::{ALL, Answer, Answers, TLS_1_0, TLS_1_2, TLS_1_3, TlsOffer};
use rustls::AlertDescription;

/// A hello to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// What one TLS library offers.
    Offer(&'static TlsOffer),
    /// All that there is up to this version.
    Everything(u16),
}

/// The next hello, or none if the answers say enough. Every offer is made once, however many programs make
/// it, and not at all where another answer decides it. All that there is, is offered only to explain a
/// refusal, and then at once: if that is refused as well, no other offer of these versions is made.
pub(super) fn next(answers: &Answers) -> Option<Question> {
    if answers.has_gone_silent() {
        return None;
    }
    let mut offers = ALL.iter().map(|profile| profile.offer);
    let unexplained = |highest: &u16| {
        let mut offers = offers.clone().filter(|offer| offer.highest == *highest);
        answers.to_everything(*highest).is_none()
            && offers.any(|offer| answers.to(offer).is_some_and(leaves_reason_open))
    };
    let highest = [TLS_1_0, TLS_1_2, TLS_1_3].into_iter().find(unexplained);
    highest.map(Question::Everything).or_else(|| {
        let unanswered = offers.find(|offer| answers.to(offer).is_none());
        unanswered.map(Question::Offer)
    })
}

/// Whether it is a refusal that can have several reasons.
fn leaves_reason_open(answer: Answer) -> bool {
    match answer {
        Answer::Alert(alert) => alert != AlertDescription::ProtocolVersion,
        Answer::Dropped => true,
        Answer::Chose(_) | Answer::Nothing => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rustls::{CipherSuite, NamedGroup, ProtocolVersion};

    use super::*;
    use crate::net::client_simulation::MAX_CONNECTIONS;
    use crate::tls::flight::{Choice, KeyExchange};

    /// What is sent to a server that answers like this.
    fn sent(answer: impl Fn(Question) -> Answer) -> Vec<Question> {
        let mut answers = Answers::default();
        let mut sent = Vec::new();
        while let Some(question) = next(&answers) {
            sent.push(question);
            assert!(sent.len() <= MAX_CONNECTIONS, "{sent:?}");
            match question {
                Question::Offer(offer) => answers.add(offer, answer(question)),
                Question::Everything(highest) => answers.add_everything(highest, answer(question)),
            }
        }
        sent
    }

    fn highest(question: Question) -> u16 {
        match question {
            Question::Offer(offer) => offer.highest,
            Question::Everything(highest) => highest,
        }
    }

    fn chose(version: u16) -> Answer {
        Answer::Chose(Choice {
            version: ProtocolVersion::from(version),
            cipher: CipherSuite::from(0xc014),
            key_exchange: Some(KeyExchange::Group(NamedGroup::secp256r1)),
        })
    }

    fn refuses(alert: AlertDescription) -> Answer {
        Answer::Alert(alert)
    }

    #[test]
    fn every_offer_is_made_once() {
        let sent = sent(|question| chose(highest(question)));
        let made: BTreeSet<&str> = sent
            .iter()
            .map(|question| match question {
                Question::Offer(offer) => offer.id,
                Question::Everything(_) => panic!("nothing was refused"),
            })
            .collect();
        let there: BTreeSet<&str> = ALL.iter().map(|profile| profile.offer.id).collect();
        assert_eq!(made, there);
        assert_eq!(sent.len(), there.len());
    }

    /// Some servers say that it is the version; of the others all that there is has to be asked.
    #[test]
    fn a_refused_version_is_not_offered_again() {
        for (refusal, hellos) in [
            (refuses(AlertDescription::ProtocolVersion), 1),
            (refuses(AlertDescription::HandshakeFailure), 2),
            (Answer::Dropped, 2),
        ] {
            let sent = sent(|question| match highest(question) {
                TLS_1_0 => refusal,
                version => chose(version),
            });
            let oldest = sent.iter().filter(|one| highest(**one) == TLS_1_0);
            assert_eq!(oldest.count(), hellos, "{sent:?}");
            assert!(sent.len() <= 16, "{}", sent.len());
        }
    }

    #[test]
    fn all_there_is_explains_a_refusal_once_for_each_version() {
        for refusal in [refuses(AlertDescription::HandshakeFailure), Answer::Dropped] {
            let sent = sent(|question| match (question, highest(question)) {
                (Question::Offer(_), TLS_1_0 | TLS_1_2) => refusal,
                (_, version) => chose(version),
            });
            let everything: Vec<u16> = sent
                .iter()
                .filter(|question| matches!(question, Question::Everything(_)))
                .map(|question| highest(*question))
                .collect();
            assert_eq!(everything, [TLS_1_0, TLS_1_2]);
        }
    }

    #[test]
    fn a_server_that_refuses_everything_is_soon_left_alone() {
        for refusal in [
            refuses(AlertDescription::HandshakeFailure),
            refuses(AlertDescription::ProtocolVersion),
            Answer::Dropped,
        ] {
            let sent = sent(|_| refusal);
            assert!(sent.len() <= 6, "{sent:?}");
        }
    }

    #[test]
    fn a_server_that_does_not_answer_is_left_alone() {
        assert_eq!(sent(|_| Answer::Nothing).len(), 2);
        let sent = sent(|question| match question {
            Question::Offer(_) => Answer::Dropped,
            Question::Everything(_) => Answer::Nothing,
        });
        let everything = |one: &&Question| matches!(one, Question::Everything(_));
        assert_eq!(sent.iter().filter(everything).count(), 1);
    }
}
