//! The hellos that are sent.

use super::plan::Question;
use crate::client_profiles::{ALL, TLS_1_0, TLS_1_2, TLS_1_3, TlsOffer};
use crate::endpoint::HostName;
use crate::tls::ciphers;
use crate::tls::client_hello::ClientHello;

/// The record that asks this, with these random bytes.
pub(super) fn client_hello(question: Question, host: &HostName, random: [u8; 32]) -> Vec<u8> {
    // Addresses are not names (RFC 6066 §3).
    let name = host.address().is_none().then_some(host.as_str());
    match question {
        Question::Offer(offer) => of_offer(offer, name, random),
        Question::Everything(highest) => of_everything(highest, name, random),
    }
}

fn of_offer(offer: &TlsOffer, name: Option<&str>, random: [u8; 32]) -> Vec<u8> {
    let hello = ClientHello {
        version: offer.highest.min(TLS_1_2),
        random,
        ciphers: &with_signal(offer.ciphers.iter().copied()),
        server_name: name.filter(|_| offer.server_name),
        versions: &supported_versions(offer.lowest, offer.highest),
        groups: offer.groups,
        schemes: offer.schemes,
        padded_to: 0,
    };
    hello.write()
}

fn of_everything(highest: u16, name: Option<&str>, random: [u8; 32]) -> Vec<u8> {
    /// The cipher suites of TLS 1.3 (RFC 8446 §B.4).
    const OF_TLS_1_3: std::ops::Range<u16> = 0x1300..0x1400;
    let all = ciphers::ALL.iter().map(|(number, _)| *number);
    let ciphers = all.filter(|cipher| highest == TLS_1_3 || !OF_TLS_1_3.contains(cipher));
    let schemes = if highest < TLS_1_2 {
        Vec::new()
    } else {
        of_all_offers(|offer| offer.schemes)
    };
    let hello = ClientHello {
        version: highest.min(TLS_1_2),
        random,
        ciphers: &with_signal(ciphers),
        server_name: name,
        versions: &supported_versions(TLS_1_0, highest),
        groups: &of_all_offers(|offer| offer.groups),
        schemes: &schemes,
        padded_to: 0,
    };
    hello.write()
}

/// What any of the offers has.
fn of_all_offers(part: impl Fn(&TlsOffer) -> &'static [u16]) -> Vec<u16> {
    let mut all: Vec<u16> = Vec::new();
    for number in ALL.iter().flat_map(|profile| part(profile.offer)) {
        if !all.contains(number) {
            all.push(*number);
        }
    }
    all
}

/// The versions for the extension, which only who knows TLS 1.3 sends (RFC 8446 §4.2.1).
fn supported_versions(lowest: u16, highest: u16) -> Vec<u16> {
    if highest == TLS_1_3 {
        (lowest..=highest).rev().collect()
    } else {
        Vec::new()
    }
}

/// The ciphers, and the one that stands for the renegotiation extension, on which some servers insist
/// (RFC 5746 §3.3). Most clients send the one or the other.
fn with_signal(ciphers: impl Iterator<Item = u16>) -> Vec<u16> {
    const SECURE_RENEGOTIATION: u16 = 0x00ff;
    ciphers.chain([SECURE_RENEGOTIATION]).collect()
}

#[cfg(test)]
mod tests {
    use rustls::server::Acceptor;

    use super::*;

    fn numbers<T: Copy + Into<u16>>(all: &[T]) -> Vec<u16> {
        all.iter().map(|one| (*one).into()).collect()
    }

    /// rustls reads what was offered. It refuses hellos of before TLS 1.2, which the servers of the
    /// integration tests read.
    #[test]
    fn hellos_offer_what_the_table_says() {
        let host: HostName = "mail.example.test".parse().unwrap();
        let mut read = 0;
        for profile in ALL.iter().filter(|profile| !profile.lacks_tls_1_2()) {
            let offer = profile.offer;
            let bytes = client_hello(Question::Offer(offer), &host, [7; 32]);
            let mut acceptor = Acceptor::default();
            acceptor.read_tls(&mut bytes.as_slice()).unwrap();
            let accepted = acceptor.accept().unwrap().expect("a whole hello");
            let hello = accepted.client_hello();
            assert_eq!(hello.server_name(), Some(host.as_str()), "{}", offer.id);
            let ciphers = numbers(hello.cipher_suites());
            assert_eq!(ciphers, with_signal(offer.ciphers.iter().copied()));
            assert_eq!(numbers(hello.named_groups().unwrap()), offer.groups);
            assert_eq!(numbers(hello.signature_schemes()), offer.schemes);
            read += 1;
        }
        assert!(read > 10);
    }

    #[test]
    fn the_oldest_clients_send_no_extensions() {
        let oldest = ALL.iter().find(|profile| profile.id == "android-2-3");
        let offer = oldest.unwrap().offer;
        let host = "mail.example.test".parse().unwrap();
        let bytes = client_hello(Question::Offer(offer), &host, [7; 32]);
        // Record, message, version, random, session, ciphers, compression.
        let length = 5 + 4 + 2 + 32 + 1 + 2 + 2 * (offer.ciphers.len() + 1) + 2;
        assert_eq!(bytes.len(), length);
        assert_eq!(bytes[9..11], [3, 1]);
    }
}
