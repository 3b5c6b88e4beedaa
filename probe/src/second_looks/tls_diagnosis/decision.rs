//! What is offered next to a server that refused TLS without a reason, and what its answers mean.

#[cfg(test)]
mod tests;

use rustls::crypto::CryptoProvider;
use rustls::{AlertDescription, NamedGroup, ProtocolVersion};

use crate::outcome::Outcome;
use crate::step::Facts;
use crate::tls::facts as tls_facts;
use crate::tls::flight::{Choice, Flight, KeyExchange};
use crate::tls::offered_schemes;

/// What a hello offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// All that there is, in a hello that fits into one packet.
    All,
    /// The same offers, as long as the first time.
    Long,
    /// Only what this client supports.
    Supported,
    /// What was there before TLS 1.2, in a hello of this version.
    Legacy(u16),
}

/// How the server answered it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Response {
    /// The server agreed to something.
    Chose(Flight, Choice),
    /// It refused with this alert, in a record of this version.
    Alert(AlertDescription, u16),
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

/// The next offer, or the cause. There are at most two offers, because each is a connection to a server that
/// may ban who comes too often. The first one offers everything, which tells most of the causes at once; the
/// second one depends on its answer. What two cannot tell apart stays what it was at first.
pub(super) fn decide(
    first: Outcome,
    responses: &[(Offer, Response)],
    supported: &Supported,
) -> Next {
    use Next::{Ask, Found};
    let nothing = || Found(first, Facts::None {});
    let found = |outcome, flight| Found(outcome, tls_facts::from_flight(flight, false));
    // Without a word from the server its reason may be anything, and so may be the length of the hello.
    let without_a_word = matches!(
        first,
        Outcome::TlsClosed | Outcome::TlsReset | Outcome::TlsTimeout
    );
    match responses {
        [] => Ask(Offer::All),
        [(Offer::All, Response::Chose(flight, choice))] => match supported.lack(*choice) {
            // The length is the cause only when nothing else differs between two hellos.
            None if without_a_word => Ask(Offer::Long),
            // Of all ciphers the server may just like another one better.
            Some(Outcome::TlsNoCommonCipher) if without_a_word => Ask(Offer::Supported),
            lack => found(lack.unwrap_or(first), flight),
        },
        // Servers that refuse newer hellos instead of choosing an older version answer those of their own;
        // of which version that is, the record of the alert tells.
        [(Offer::All, Response::Alert(alert, version))] if is_about_offers(*alert) => {
            Ask(Offer::Legacy(if *version == SSL_3 {
                SSL_3
            } else {
                TLS_1_0
            }))
        }
        [(Offer::All, Response::Dropped)] => Ask(Offer::Legacy(TLS_1_0)),
        [
            (Offer::All, Response::Chose(flight, _)),
            (Offer::Long, Response::Dropped | Response::Silent),
        ] => found(Outcome::TlsLargeHelloDropped, flight),
        [
            (Offer::All, Response::Chose(flight, _)),
            (Offer::Supported, Response::Dropped),
        ] => found(Outcome::TlsNoCommonCipher, flight),
        [
            (Offer::All, Response::Chose(flight, _)),
            (Offer::Supported, Response::Alert(alert, _)),
        ] if is_about_offers(*alert) => found(Outcome::TlsNoCommonCipher, flight),
        [_, (Offer::Legacy(_), Response::Chose(flight, choice))] => {
            found(supported.lack(*choice).unwrap_or(first), flight)
        }
        _ => nothing(),
    }
}

/// The versions of hellos that are older than any that rustls knows.
pub(super) const SSL_3: u16 = 0x0300;
const TLS_1_0: u16 = 0x0301;

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
    pub(super) schemes: Vec<u16>,
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
            schemes: offered_schemes(&provider.signature_verification_algorithms)
                .into_iter()
                .map(u16::from)
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
