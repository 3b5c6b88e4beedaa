//! TLS records of a server that does as it likes: well encrypted, whatever they hold.

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use rustls::{ConnectionTrafficSecrets, ProtocolVersion, ServerConnection};

/// Encrypts records in place of rustls, which would send only what makes sense.
pub(crate) struct Sealer {
    key: LessSafeKey,
    iv: [u8; 12],
    sequence: u64,
    version: ProtocolVersion,
}

impl Sealer {
    /// Goes on where the connection stands, which must use ChaCha20-Poly1305.
    pub(crate) fn new(connection: ServerConnection) -> Self {
        let version = connection.protocol_version().unwrap();
        let (sequence, secrets) = connection.dangerous_extract_secrets().unwrap().tx;
        let ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } = secrets else {
            panic!("another cipher")
        };
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.as_ref()).unwrap();
        Self {
            key: LessSafeKey::new(key),
            iv: iv.as_ref().try_into().unwrap(),
            sequence,
            version,
        }
    }

    /// One record (RFC 8446 §5.2, RFC 7905 §2).
    pub(crate) fn seal(&mut self, kind: u8, payload: &[u8]) -> Vec<u8> {
        let sequence = self.sequence.to_be_bytes();
        let mut nonce = self.iv;
        for (byte, counter) in nonce[4..].iter_mut().zip(sequence) {
            *byte ^= counter;
        }
        self.sequence += 1;
        let mut sealed = payload.to_vec();
        let old = self.version == ProtocolVersion::TLSv1_2;
        let (header, aad) = if old {
            let header = header(kind, payload.len());
            (kind, [&sequence[..], &header].concat())
        } else {
            // The true type is the last encrypted byte.
            sealed.push(kind);
            (23, header(23, sealed.len() + 16).to_vec())
        };
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(aad), &mut sealed)
            .unwrap();
        [&self::header(header, sealed.len())[..], &sealed].concat()
    }
}

fn header(kind: u8, length: usize) -> [u8; 5] {
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    [kind, 3, 3, high, low]
}
