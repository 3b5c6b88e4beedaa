//! What is offered next to a server that refused TLS without a reason, and what its answers mean.

use rustls::crypto::CryptoProvider;
use rustls::{AlertDescription, NamedGroup, ProtocolVersion};

use crate::outcome::Outcome;
use crate::step::Facts;
use crate::tls::facts as tls_facts;
use crate::tls::flight::{Choice, Flight, KeyExchange};

/// What a hello offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// The same offers as the first time, without what made the hello long.
    Short,
    /// The same offers, as long as the first time.
    Long,
    /// All that there is.
    All,
    /// What was there before TLS 1.2, in a hello of this version.
    Legacy(u16),
}

/// How the server answered it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// The server agreed to something.
    Chose(Flight, Choice),
    /// It refused with this alert.
    Alert(AlertDescription),
    /// It closed or reset the connection.
    Dropped,
    /// It did not answer in time.
    Silent,
    /// It could not be reached, or answered something that is not TLS.
    Nothing,
}

/// What to do next.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    Ask(Offer),
    Found(Outcome, Facts),
}

/// The next offer, or the cause. There are at most five offers, because each is a connection to the server
/// and takes time.
pub(super) fn decide(
    first: Outcome,
    responses: &[(Offer, Response)],
    supported: &Supported,
) -> Next {
    use Next::{Ask, Found};
    let nothing = Found(first, Facts::None {});
    let Some((offer, response)) = responses.last() else {
        return match first {
            Outcome::TlsClosed | Outcome::TlsReset | Outcome::TlsTimeout => Ask(Offer::Short),
            _ => Ask(Offer::All),
        };
    };
    match (offer, response) {
        // The length is the cause only when nothing else differs between two hellos.
        (Offer::Short, Response::Chose(_, choice)) if supported.lack(*choice).is_none() => {
            Ask(Offer::Long)
        }
        (Offer::Long, Response::Dropped | Response::Silent) => {
            let small = responses.iter().find_map(|(_, response)| match response {
                Response::Chose(flight, _) => Some(tls_facts::from_flight(flight, false)),
                _ => None,
            });
            small.map_or(nothing, |facts| Found(Outcome::TlsLargeHelloDropped, facts))
        }
        (Offer::Long, _) | (_, Response::Silent | Response::Nothing) => nothing,
        (_, Response::Chose(flight, choice)) => Found(
            supported.lack(*choice).unwrap_or(first),
            tls_facts::from_flight(flight, false),
        ),
        (_, Response::Alert(alert)) if !is_about_offers(*alert) => nothing,
        (Offer::Short, _) => Ask(Offer::All),
        (Offer::All, _) => Ask(Offer::Legacy(0x0302)),
        (Offer::Legacy(0x0302), _) => Ask(Offer::Legacy(0x0301)),
        (Offer::Legacy(0x0301), _) => Ask(Offer::Legacy(0x0300)),
        (Offer::Legacy(_), _) => nothing,
    }
}

/// Whether another hello may be answered better. Old servers also call illegal or undecodable what is
/// only new to them.
fn is_about_offers(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity
            | AlertDescription::ProtocolVersion
            | AlertDescription::IllegalParameter
            | AlertDescription::DecodeError
            | AlertDescription::UnexpectedMessage
    )
}

/// What this client can do.
pub(super) struct Supported {
    pub(super) ciphers: Vec<u16>,
    groups: Vec<NamedGroup>,
}

impl Supported {
    pub(super) fn of(provider: &CryptoProvider) -> Self {
        Self {
            ciphers: provider
                .cipher_suites
                .iter()
                .map(|suite| suite.suite().into())
                .collect(),
            groups: provider
                .kx_groups
                .iter()
                .map(|group| group.name())
                .collect(),
        }
    }

    /// Why this client does not support what the server chose, if it does not.
    fn lack(&self, choice: Choice) -> Option<Outcome> {
        let Choice {
            version,
            cipher,
            key_exchange,
        } = choice;
        let exchange_known = match key_exchange {
            None => true,
            Some(KeyExchange::Group(group)) => self.groups.contains(&group),
            Some(KeyExchange::Prime(_)) => false,
        };
        if u16::from(version) < u16::from(ProtocolVersion::TLSv1_2) {
            Some(Outcome::TlsVersionTooOld)
        } else if !self.ciphers.contains(&cipher.into()) || !exchange_known {
            Some(Outcome::TlsNoCommonCipher)
        } else {
            None
        }
    }

    /// The groups whose keys are short.
    pub(super) fn small_groups(&self) -> Vec<u16> {
        let classical = |group: &NamedGroup| {
            matches!(
                group,
                NamedGroup::X25519 | NamedGroup::secp256r1 | NamedGroup::secp384r1
            )
        };
        let groups = self.groups.iter().copied().filter(classical);
        groups.map(u16::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use rustls::crypto::aws_lc_rs;
    use rustls::{CipherSuite, NamedGroup};

    use super::*;

    fn chose(version: u16, cipher: u16, key_exchange: Option<KeyExchange>) -> Response {
        let choice = Choice {
            version: ProtocolVersion::from(version),
            cipher: CipherSuite::from(cipher),
            key_exchange,
        };
        let flight = Flight {
            choice: Some(choice),
            ..Flight::default()
        };
        Response::Chose(flight, choice)
    }

    fn alert(number: u8) -> Response {
        Response::Alert(AlertDescription::from(number))
    }

    /// What comes out when a server answers to each question like this.
    fn outcome(first: Outcome, answer: impl Fn(Offer) -> Response) -> (Vec<Offer>, Outcome, bool) {
        let supported = Supported::of(&aws_lc_rs::default_provider());
        let mut answers = Vec::new();
        loop {
            match decide(first, &answers, &supported) {
                Next::Ask(question) => answers.push((question, answer(question))),
                Next::Found(outcome, facts) => {
                    let asked = answers.into_iter().map(|(question, _)| question);
                    return (asked.collect(), outcome, facts != Facts::None {});
                }
            }
        }
    }

    #[test]
    fn causes_are_told_apart() {
        use Offer::{All, Legacy, Long, Short};
        use Outcome::{
            TlsClosed, TlsLargeHelloDropped, TlsNoCommonCipher, TlsReset, TlsTimeout,
            TlsVersionTooOld,
        };
        let x25519 = Some(KeyExchange::Group(NamedGroup::X25519));
        let x448 = Some(KeyExchange::Group(NamedGroup::X448));
        let good = move || chose(0x0303, 0xc02f, x25519);
        let every = vec![All, Legacy(0x0302), Legacy(0x0301), Legacy(0x0300)];
        let all = [vec![Short], every.clone()].concat();
        type Answers = Box<dyn Fn(Offer) -> Response>;
        let same = |answer: fn() -> Response| -> Answers { Box::new(move |_| answer()) };
        let only = |wanted: Offer, yes: fn() -> Response, no: fn() -> Response| -> Answers {
            Box::new(move |question| if question == wanted { yes() } else { no() })
        };
        let dropped = || Response::Dropped;
        let refused = || alert(40);
        let rows: Vec<(Outcome, Answers, Vec<Offer>, Outcome, bool)> = vec![
            // The length.
            (
                TlsReset,
                only(Long, dropped, || chose(0x0304, 0x1301, None)),
                vec![Short, Long],
                TlsLargeHelloDropped,
                true,
            ),
            (
                TlsTimeout,
                only(Long, || Response::Silent, || chose(0x0304, 0x1301, None)),
                vec![Short, Long],
                TlsLargeHelloDropped,
                true,
            ),
            // Not the length: nothing happens again, or nothing can be known.
            (
                TlsReset,
                Box::new(move |_| good()),
                vec![Short, Long],
                TlsReset,
                false,
            ),
            (
                TlsReset,
                only(Long, || Response::Nothing, || chose(0x0304, 0x1301, None)),
                vec![Short, Long],
                TlsReset,
                false,
            ),
            (
                TlsReset,
                only(Long, || alert(50), || chose(0x0304, 0x1301, None)),
                vec![Short, Long],
                TlsReset,
                false,
            ),
            // The version.
            (
                TlsVersionTooOld,
                same(|| chose(0x0301, 0x002f, None)),
                vec![All],
                TlsVersionTooOld,
                true,
            ),
            (
                TlsNoCommonCipher,
                same(|| chose(0x0302, 0x002f, None)),
                vec![All],
                TlsVersionTooOld,
                true,
            ),
            (
                TlsClosed,
                only(Legacy(0x0300), || chose(0x0300, 0x000a, None), dropped),
                all.clone(),
                TlsVersionTooOld,
                true,
            ),
            (
                TlsNoCommonCipher,
                only(Legacy(0x0301), || chose(0x0301, 0x000a, None), refused),
                every[..3].to_vec(),
                TlsVersionTooOld,
                true,
            ),
            // Its length may matter, too, but not as much.
            (
                TlsReset,
                only(Long, dropped, || chose(0x0301, 0x002f, None)),
                vec![Short],
                TlsVersionTooOld,
                true,
            ),
            // The cipher or the group.
            (
                TlsNoCommonCipher,
                same(|| chose(0x0303, 0x009c, None)),
                vec![All],
                TlsNoCommonCipher,
                true,
            ),
            (
                TlsClosed,
                only(All, || chose(0x0303, 0x009c, None), dropped),
                vec![Short, All],
                TlsNoCommonCipher,
                true,
            ),
            (
                TlsVersionTooOld,
                Box::new(move |_| chose(0x0304, 0x1301, x448)),
                vec![All],
                TlsNoCommonCipher,
                true,
            ),
            (
                TlsVersionTooOld,
                same(|| chose(0x0303, 0xc02f, Some(KeyExchange::Prime(1024)))),
                vec![All],
                TlsNoCommonCipher,
                true,
            ),
            // What is chosen could be had, so it is something else.
            (
                TlsNoCommonCipher,
                Box::new(move |_| good()),
                vec![All],
                TlsNoCommonCipher,
                true,
            ),
            // Nothing is learnt.
            (
                TlsNoCommonCipher,
                same(refused),
                every.clone(),
                TlsNoCommonCipher,
                false,
            ),
            (TlsClosed, same(dropped), all, TlsClosed, false),
            (
                TlsTimeout,
                same(|| Response::Silent),
                vec![Short],
                TlsTimeout,
                false,
            ),
            (
                TlsReset,
                same(|| Response::Nothing),
                vec![Short],
                TlsReset,
                false,
            ),
            (
                TlsNoCommonCipher,
                same(|| alert(80)),
                vec![All],
                TlsNoCommonCipher,
                false,
            ),
        ];
        for (index, (first, answers, questions, expected, facts)) in rows.into_iter().enumerate() {
            let found = outcome(first, answers);
            assert_eq!(found, (questions, expected, facts), "row {index}");
        }
    }

    #[test]
    fn there_are_at_most_five_questions() {
        for first in [Outcome::TlsClosed, Outcome::TlsNoCommonCipher] {
            for answer in [
                || Response::Dropped,
                || alert(70),
                || chose(0x0303, 0x1301, None),
            ] {
                assert!(outcome(first, |_| answer()).0.len() <= 5);
            }
        }
    }
}
