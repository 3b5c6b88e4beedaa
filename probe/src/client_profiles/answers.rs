//! What a server answered to the offers, and what follows from it for those that were not made.

use rustls::AlertDescription;

use super::offers::TlsOffer;
use crate::tls::flight::Choice;

/// How a server answered a hello.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It agreed to something.
    Chose(Choice),
    /// It refused with this alert.
    Alert(AlertDescription),
    /// It closed or reset the connection.
    Dropped,
    /// It was not reached, or did not answer in time, or not in TLS.
    Nothing,
}

/// What was asked and answered.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    offers: Vec<(&'static TlsOffer, Answer)>,
    /// To hellos that offer all there is up to a version.
    everything: Vec<(u16, Answer)>,
}

impl Answers {
    /// Adds the answer to an offer.
    pub(crate) fn add(&mut self, offer: &'static TlsOffer, answer: Answer) {
        self.offers.push((offer, answer));
    }

    /// Adds the answer to all there is up to this version.
    pub(crate) fn add_everything(&mut self, highest: u16, answer: Answer) {
        self.everything.push((highest, answer));
    }

    /// The answer to an offer: the server's own, or the one that it would have given.
    ///
    /// A server that refuses the version of a hello (`protocol_version`, RFC 8446 §6.2) refuses it in every other
    /// hello, whatever else that offers; so does one that refuses all that there is of a version. So most of the
    /// oldest programs need no connection of their own.
    pub(crate) fn to(&self, offer: &TlsOffer) -> Option<Answer> {
        let own = self.offers.iter().find(|(asked, _)| *asked == offer);
        let own = own.map(|(_, answer)| *answer);
        own.or_else(|| self.refusal_of_versions(offer.lowest, offer.highest))
    }

    /// The answer to all there is up to this version.
    pub(crate) fn to_everything(&self, highest: u16) -> Option<Answer> {
        let mut asked = self.everything.iter();
        let own = asked.find(|(version, _)| *version == highest);
        own.map(|(_, answer)| *answer)
    }

    /// Whether the server agreed to a version up to this one, with whatever client.
    pub(crate) fn takes_version_up_to(&self, highest: u16) -> bool {
        let offers = self.offers.iter().map(|(_, answer)| answer);
        let mut answers = offers.chain(self.everything.iter().map(|(_, answer)| answer));
        answers.any(|answer| {
            matches!(answer, Answer::Chose(choice) if u16::from(choice.version) <= highest)
        })
    }

    /// Whether the last answers were none, so that asking on only annoys the server.
    pub(crate) fn has_gone_silent(&self) -> bool {
        /// One connection may be lost by chance.
        const IN_A_ROW: usize = 2;
        let last = self.offers.iter().rev().take(IN_A_ROW);
        self.offers.len() >= IN_A_ROW && last.into_iter().all(|(_, a)| *a == Answer::Nothing)
            || self.everything.iter().any(|(_, a)| *a == Answer::Nothing)
    }

    /// Whether the server agreed to anything, with whatever client.
    pub(crate) fn takes_any_version(&self) -> bool {
        self.takes_version_up_to(u16::MAX)
    }

    /// The refusal of every hello with these versions, if none can succeed.
    fn refusal_of_versions(&self, lowest: u16, highest: u16) -> Option<Answer> {
        let refused = Answer::Alert(AlertDescription::ProtocolVersion);
        let mut offers = self.offers.iter().filter(|(_, answer)| *answer == refused);
        if offers.any(|(offer, _)| offer.lowest <= lowest && highest <= offer.highest) {
            return Some(refused);
        }
        let mut everything = self.everything.iter();
        let refusal = everything.find(|(version, answer)| match answer {
            Answer::Alert(_) | Answer::Dropped => {
                highest <= *version && (*answer == refused || !self.takes_version_up_to(*version))
            }
            Answer::Chose(_) | Answer::Nothing => false,
        });
        refusal.map(|(_, answer)| *answer)
    }
}
