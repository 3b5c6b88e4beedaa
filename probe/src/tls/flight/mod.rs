//! Reads the first flight of a server, as far as it is in the clear.
//!
//! The ServerHello is never encrypted, and up to TLS 1.2 neither is anything before the keys are
//! agreed on (RFC 5246 §7.3). So what a server chose can be told even when rustls has given up, and
//! when the server chose what rustls does not speak.
//!
//! It is read by hand because a flight may be cut off anywhere, and its messages may be spread over any
//! records; tls-parser wants whole ones.

#[cfg(test)]
mod tests;

use rustls::ffdhe_groups::{self, FfdheGroup};
use rustls::{AlertDescription, CipherSuite, NamedGroup, ProtocolVersion};

use super::ciphers;

/// More bytes of a flight than these are not worth keeping: certificates come before the last
/// messages that matter, and chains of more than this are rare.
pub(crate) const MAX_FLIGHT_LEN: usize = 16 * 1024;

/// What a server said in the clear.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Flight {
    /// What it chose, if it agreed to anything.
    pub(crate) choice: Option<Choice>,
    /// Whether it asked for a certificate of the client. TLS 1.3 hides this.
    pub(crate) client_certificate_asked: bool,
    /// Its last alert that is not a close_notify.
    pub(crate) alert: Option<AlertDescription>,
    /// Whether nothing more follows in the clear before the client answers.
    pub(crate) complete: bool,
}

/// What a server chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) version: ProtocolVersion,
    pub(crate) cipher: CipherSuite,
    /// How keys are exchanged, unless that is by RSA or not yet known.
    pub(crate) key_exchange: Option<KeyExchange>,
}

/// How keys are exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyExchange {
    /// In a group with a name.
    Group(NamedGroup),
    /// With a prime of the server's own, of so many bits.
    Prime(usize),
}

/// Reads a flight, which may be cut off anywhere. A message counts when it is whole.
pub(crate) fn parse(flight: &[u8]) -> Flight {
    let mut found = Flight::default();
    let mut messages = Vec::new();
    let mut bytes = Reader(flight);
    while let Some((kind, length, content)) = record(&mut bytes) {
        match kind {
            HANDSHAKE => messages.extend_from_slice(content),
            ALERT => {
                // The first two bytes of something longer are no alert, even if no more have come yet.
                let alert = <[u8; 2]>::try_from(content).ok().filter(|_| length == 2);
                if let Some([level, description]) = alert {
                    let close_notify = description == CLOSE_NOTIFY;
                    if !close_notify {
                        found.alert = Some(AlertDescription::from(description));
                    }
                    // After a warning the server may go on (RFC 5246 §7.2.2). Nothing counts behind
                    // any other alert, or the answer would depend on how much arrives at once.
                    if close_notify || level == FATAL {
                        found.complete = true;
                        break;
                    }
                }
            }
            // In TLS 1.3 it means nothing and may stand before the ServerHello (RFC 8446 §5).
            CHANGE_CIPHER_SPEC if !begins_with_old_hello(&messages) => {}
            _ => break,
        }
    }
    let mut bytes = Reader(&messages);
    while let Some((kind, body)) = handshake_message(&mut bytes) {
        match kind {
            SERVER_HELLO => {
                // After a HelloRetryRequest, which has the same form, the real one follows (RFC 8446 §4.1.4).
                found.choice = server_hello(body).or(found.choice);
                found.complete |= found.choice.is_some_and(|choice| is_tls13(choice.version));
            }
            SERVER_KEY_EXCHANGE => {
                if let Some(choice) = &mut found.choice {
                    choice.key_exchange = key_exchange(choice.cipher, body);
                }
            }
            CERTIFICATE_REQUEST => found.client_certificate_asked = true,
            // Without a hello it ends nothing, and a hello may still come.
            SERVER_HELLO_DONE => found.complete |= found.choice.is_some(),
            _ => {}
        }
    }
    found
}

/// Whether keys are exchanged in a group of the server's choice (RFC 8422 §5.1), going by the name of
/// the cipher.
fn uses_curve(cipher: CipherSuite) -> bool {
    ciphers::name(cipher).starts_with("TLS_ECDH")
}

/// The types of records (RFC 8446 §5.1).
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

/// The level of an alert that ends the connection (RFC 5246 §7.2).
const FATAL: u8 = 2;

/// The alert that announces the regular end of a connection (RFC 8446 §6.1).
const CLOSE_NOTIFY: u8 = 0;

/// The types of handshake messages (RFC 5246 §7.4).
const SERVER_HELLO: u8 = 2;
const SERVER_KEY_EXCHANGE: u8 = 12;
const CERTIFICATE_REQUEST: u8 = 13;
const SERVER_HELLO_DONE: u8 = 14;

/// The extensions that matter (RFC 8446 §4.2).
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;

/// The type, the length of the content, and the content, as far as that is there.
fn record<'a>(bytes: &mut Reader<'a>) -> Option<(u8, usize, &'a [u8])> {
    let kind = bytes.u8()?;
    let version = bytes.u16()?;
    let length = usize::from(bytes.u16()?);
    // SSL 3.0 to TLS 1.3, which hides behind 1.2.
    if !(0x0300..=0x0304).contains(&version) {
        return None;
    }
    let content = bytes.take(length.min(bytes.0.len()))?;
    Some((kind, length, content))
}

/// The type and the body of a whole message.
fn handshake_message<'a>(bytes: &mut Reader<'a>) -> Option<(u8, &'a [u8])> {
    let kind = bytes.u8()?;
    let high = usize::from(bytes.u8()?);
    let length = (high << 16) | usize::from(bytes.u16()?);
    Some((kind, bytes.take(length)?))
}

/// Whether TLS 1.2 or older was agreed on, so that what follows a change of cipher is encrypted.
fn begins_with_old_hello(messages: &[u8]) -> bool {
    let first = handshake_message(&mut Reader(messages));
    first
        .and_then(|(_, body)| server_hello(body))
        .is_some_and(|choice| !is_tls13(choice.version))
}

fn is_tls13(version: ProtocolVersion) -> bool {
    version == ProtocolVersion::TLSv1_3
}

fn server_hello(body: &[u8]) -> Option<Choice> {
    let mut bytes = Reader(body);
    let mut version = bytes.u16()?;
    bytes.take(32)?;
    let session = bytes.u8()?;
    bytes.take(usize::from(session))?;
    let cipher = bytes.u16()?;
    let mut group = None;
    // Compression, and the length of all extensions. The latter is not there in the oldest servers.
    bytes.take(3);
    while let (Some(kind), Some(length)) = (bytes.u16(), bytes.u16()) {
        let Some(extension) = bytes.take(usize::from(length)) else {
            break;
        };
        let mut extension = Reader(extension);
        match kind {
            SUPPORTED_VERSIONS => version = extension.u16().unwrap_or(version),
            KEY_SHARE => group = extension.u16(),
            _ => {}
        }
    }
    Some(Choice {
        version: ProtocolVersion::from(version),
        cipher: CipherSuite::from(cipher),
        key_exchange: group.map(|group| KeyExchange::Group(NamedGroup::from(group))),
    })
}

/// A named curve (RFC 8422 §5.4), or a prime and its generator (RFC 5246 §7.4.3).
fn key_exchange(cipher: CipherSuite, body: &[u8]) -> Option<KeyExchange> {
    const NAMED_CURVE: u8 = 3;
    let mut bytes = Reader(body);
    if uses_curve(cipher) {
        return (bytes.u8()? == NAMED_CURVE)
            .then(|| bytes.u16())?
            .map(|group| KeyExchange::Group(NamedGroup::from(group)));
    }
    let length = bytes.u16()?;
    let prime = bytes.take(usize::from(length))?;
    let length = bytes.u16()?;
    let generator = bytes.take(usize::from(length))?;
    let given = FfdheGroup::from_params_trimming_leading_zeros(prime, generator);
    let named = [
        (ffdhe_groups::FFDHE2048, NamedGroup::FFDHE2048),
        (ffdhe_groups::FFDHE3072, NamedGroup::FFDHE3072),
        (ffdhe_groups::FFDHE4096, NamedGroup::FFDHE4096),
        (ffdhe_groups::FFDHE6144, NamedGroup::FFDHE6144),
        (ffdhe_groups::FFDHE8192, NamedGroup::FFDHE8192),
    ];
    if let Some((_, name)) = named.into_iter().find(|(group, _)| *group == given) {
        return Some(KeyExchange::Group(name));
    }
    let top = given.p.first()?;
    Some(KeyExchange::Prime(
        given.p.len() * 8 - top.leading_zeros() as usize,
    ))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.take(2)?;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    }
}
