//! What was agreed on, in the words of the standards.

use rustls::{NamedGroup, ProtocolVersion};

use super::ciphers;
use super::flight::{Choice, Flight, KeyExchange};
use crate::step::{Facts, TlsFacts};

/// What a server chose, and whether it asked for a certificate of the client.
pub(crate) fn from_choice(choice: Choice, client_certificate_asked: bool) -> TlsFacts {
    let Choice {
        version,
        cipher,
        key_exchange,
    } = choice;
    TlsFacts {
        version: version_name(version),
        cipher: ciphers::name(cipher),
        group: key_exchange.map(exchange_name),
        post_quantum: post_quantum(version, key_exchange),
        client_certificate_asked,
    }
}

/// The same, as far as it can be read from outside.
pub(crate) fn from_flight(flight: &Flight, client_certificate_asked: bool) -> Facts {
    match flight.choice {
        Some(choice) => Facts::Tls(from_choice(
            choice,
            client_certificate_asked || flight.client_certificate_asked,
        )),
        None => Facts::None {},
    }
}

fn version_name(version: ProtocolVersion) -> String {
    match version {
        ProtocolVersion::TLSv1_3 => "TLS 1.3".to_owned(),
        ProtocolVersion::TLSv1_2 => "TLS 1.2".to_owned(),
        ProtocolVersion::TLSv1_1 => "TLS 1.1".to_owned(),
        ProtocolVersion::TLSv1_0 => "TLS 1.0".to_owned(),
        ProtocolVersion::SSLv3 => "SSL 3.0".to_owned(),
        other => format!("0x{:04X}", u16::from(other)),
    }
}

/// The IANA name, which for the older groups is in lower case, or the size of a group without one.
fn exchange_name(key_exchange: KeyExchange) -> String {
    match key_exchange {
        KeyExchange::Prime(bits) => format!("DH {bits} bits"),
        KeyExchange::Group(NamedGroup::secp256r1MLKEM768) => "SecP256r1MLKEM768".to_owned(),
        KeyExchange::Group(SECP384R1_MLKEM1024) => "SecP384r1MLKEM1024".to_owned(),
        KeyExchange::Group(NamedGroup::Unknown(number)) => format!("0x{number:04X}"),
        KeyExchange::Group(group) => match format!("{group:?}") {
            name if name.contains("MLKEM") => name,
            name => name.to_lowercase(),
        },
    }
}

/// draft-ietf-tls-ecdhe-mlkem §7; rustls has no name for it.
const SECP384R1_MLKEM1024: NamedGroup = NamedGroup::Unknown(0x11ed);

/// Only TLS 1.3 has groups that withstand a quantum computer.
fn post_quantum(version: ProtocolVersion, key_exchange: Option<KeyExchange>) -> Option<bool> {
    match key_exchange {
        Some(KeyExchange::Group(group)) => Some(matches!(
            group,
            NamedGroup::MLKEM512
                | NamedGroup::MLKEM768
                | NamedGroup::MLKEM1024
                | NamedGroup::secp256r1MLKEM768
                | NamedGroup::X25519MLKEM768
                | SECP384R1_MLKEM1024
        )),
        Some(KeyExchange::Prime(_)) => Some(false),
        None if version == ProtocolVersion::TLSv1_3 => None,
        None => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use rustls::CipherSuite;

    use super::*;

    #[test]
    fn names_are_those_of_iana() {
        let group = |number| Some(KeyExchange::Group(NamedGroup::from(number)));
        for (version, cipher, key_exchange, expected) in [
            (
                0x0304,
                0x1301,
                group(0x11ec),
                (
                    "TLS 1.3",
                    "TLS_AES_128_GCM_SHA256",
                    Some("X25519MLKEM768"),
                    Some(true),
                ),
            ),
            (
                0x0304,
                0x1302,
                group(0x11eb),
                (
                    "TLS 1.3",
                    "TLS_AES_256_GCM_SHA384",
                    Some("SecP256r1MLKEM768"),
                    Some(true),
                ),
            ),
            (
                0x0304,
                0x1303,
                group(0x11ed),
                (
                    "TLS 1.3",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    Some("SecP384r1MLKEM1024"),
                    Some(true),
                ),
            ),
            (
                0x0304,
                0x1301,
                group(0x0201),
                (
                    "TLS 1.3",
                    "TLS_AES_128_GCM_SHA256",
                    Some("MLKEM768"),
                    Some(true),
                ),
            ),
            (
                0x0304,
                0x1301,
                None,
                ("TLS 1.3", "TLS_AES_128_GCM_SHA256", None, None),
            ),
            (
                0x0303,
                0xc02f,
                group(0x001d),
                (
                    "TLS 1.2",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    Some("x25519"),
                    Some(false),
                ),
            ),
            (
                0x0303,
                0x009e,
                group(0x0100),
                (
                    "TLS 1.2",
                    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
                    Some("ffdhe2048"),
                    Some(false),
                ),
            ),
            (
                0x0302,
                0x0033,
                Some(KeyExchange::Prime(1024)),
                (
                    "TLS 1.1",
                    "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
                    Some("DH 1024 bits"),
                    Some(false),
                ),
            ),
            (
                0x0301,
                0x000a,
                None,
                (
                    "TLS 1.0",
                    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
                    None,
                    Some(false),
                ),
            ),
            (
                0x0300,
                0xfeff,
                group(0x9999),
                ("SSL 3.0", "0xFEFF", Some("0x9999"), Some(false)),
            ),
        ] {
            let facts = from_choice(
                Choice {
                    version: ProtocolVersion::from(version),
                    cipher: CipherSuite::from(cipher),
                    key_exchange,
                },
                false,
            );
            let found = (
                facts.version.as_str(),
                facts.cipher.as_str(),
                facts.group.as_deref(),
                facts.post_quantum,
            );
            assert_eq!(found, expected);
        }
    }
}
