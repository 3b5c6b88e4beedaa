//! The ClientHello of each offer.

use super::decision::{Offer, SSL_3, Supported};
use crate::endpoint::HostName;
use crate::tls::ciphers;
use crate::tls::client_hello::ClientHello;

/// Longer than one packet of Ethernet, as hellos with a post-quantum key share are.
const LONG_HELLO_LEN: usize = 1800;

/// The record that makes an offer to `host`, with these random bytes.
pub(super) fn client_hello(
    offer: Offer,
    supported: &Supported,
    host: &HostName,
    random: [u8; 32],
) -> Vec<u8> {
    let groups = supported.small_groups();
    // Those that this client supports come first, so that only a server that prefers others itself chooses one
    // of the others.
    let others = ciphers::ALL.iter().map(|(number, _)| *number);
    let others = others.filter(|number| !supported.ciphers.contains(number));
    let ciphers = supported.ciphers.iter().copied().chain(others);
    let every_cipher: Vec<u16> = ciphers.chain([SECURE_RENEGOTIATION]).collect();
    // Addresses are not names (RFC 6066 §3), and SSL 3.0 has no extensions.
    let server_name = host.address().is_none().then_some(host.as_str());
    let hello = match offer {
        Offer::Supported => ClientHello {
            version: 0x0303,
            random,
            ciphers: &supported.ciphers,
            server_name,
            versions: &[0x0304, 0x0303],
            groups: &groups,
            schemes: &supported.schemes,
            padded_to: 0,
        },
        Offer::All | Offer::Long => ClientHello {
            version: 0x0303,
            random,
            ciphers: &every_cipher,
            server_name,
            versions: &[0x0304, 0x0303, 0x0302, 0x0301],
            groups: EVERY_GROUP,
            schemes: EVERY_SCHEME,
            padded_to: if offer == Offer::Long {
                LONG_HELLO_LEN
            } else {
                0
            },
        },
        Offer::Legacy(SSL_3) => ClientHello {
            version: SSL_3,
            random,
            ciphers: OLD_CIPHERS,
            ..ClientHello::default()
        },
        Offer::Legacy(version) => ClientHello {
            version,
            random,
            ciphers: OLD_CIPHERS,
            server_name,
            groups: OLD_GROUPS,
            ..ClientHello::default()
        },
    };
    hello.write()
}

/// The signature schemes of rustls, Ed448, DSA, SHA-224, SHA-1 and MD5 (RFC 8446 §4.2.3), the shortest good
/// hashes first, as in the handshake.
const EVERY_SCHEME: &[u16] = &[
    0x0403, 0x0804, 0x0809, 0x0401, 0x0807, 0x0808, 0x0503, 0x0805, 0x080a, 0x0501, 0x0603, 0x0806,
    0x080b, 0x0601, 0x0303, 0x0301, 0x0203, 0x0201, 0x0602, 0x0502, 0x0402, 0x0302, 0x0202, 0x0101,
];

/// X25519, which has a key share, the other groups of RFC 8446 §4.2.7, and the older curves of RFC 8422
/// §5.1.1 and RFC 7027.
const EVERY_GROUP: &[u16] = &[
    0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x001a, 0x001b, 0x001c, 0x0016, 0x0015, 0x0013, 0x000e,
    0x000d, 0x000c, 0x000b, 0x000a, 0x0009, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104,
];

/// The curves that servers before TLS 1.2 know.
const OLD_GROUPS: &[u16] = &[0x0017, 0x0018, 0x0019];

/// Stands for the renegotiation extension, which some servers insist on (RFC 5746 §3.3).
const SECURE_RENEGOTIATION: u16 = 0x00ff;

/// The ciphers of SSL 3.0 to TLS 1.1, few enough for a short hello.
const OLD_CIPHERS: &[u16] = &[
    0xc009,
    0xc013,
    0xc00a,
    0xc014,
    0x0033,
    0x0039,
    0x0032,
    0x0038,
    0x002f,
    0x0035,
    0x0045,
    0x0088,
    0x0041,
    0x0084,
    0xc008,
    0xc012,
    0x0016,
    0x0013,
    0x000a,
    0xc007,
    0xc011,
    0x0005,
    0x0004,
    0x0034,
    0x003a,
    0x001b,
    0x0018,
    0x0015,
    0x0012,
    0x0009,
    0x0014,
    0x0011,
    0x0008,
    0x0006,
    0x0003,
    SECURE_RENEGOTIATION,
];
