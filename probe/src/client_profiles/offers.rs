//! What TLS libraries offer in their first message.
//!
//! Numbers are those of IANA. They were read from recorded hellos: SSL Labs publishes its own
//! (<https://api.ssllabs.com/api/v3/getClients>), and testssl.sh has these and more in
//! `etc/client-simulation.txt`. Where nobody has recorded a hello, `source` says from what it was derived.
//! Extensions that no server decides by, such as those for ALPN and session tickets, are left out.

use std::ops::RangeInclusive;

/// The offer of a TLS library.
#[derive(Debug, PartialEq, Eq)]
pub struct TlsOffer {
    /// Its name, for those who read a report.
    pub id: &'static str,
    /// The oldest version that the library takes, as in a hello: `0x0301` is TLS 1.0.
    pub lowest: u16,
    /// The newest version that it offers.
    pub highest: u16,
    /// The cipher suites, best first.
    pub ciphers: &'static [u16],
    /// The groups for the exchange of keys, best first.
    pub groups: &'static [u16],
    /// The signature schemes; before TLS 1.2 there were none to choose from.
    pub schemes: &'static [u16],
    /// Whether it says which host it wants (RFC 6066 §3).
    pub server_name: bool,
    /// The sizes of a Diffie-Hellman prime that it takes, in bits.
    pub prime_bits: RangeInclusive<usize>,
    /// Where this is known from.
    pub source: &'static str,
}

pub(crate) const TLS_1_0: u16 = 0x0301;
pub(crate) const TLS_1_2: u16 = 0x0303;
pub(crate) const TLS_1_3: u16 = 0x0304;

/// No limit of its own on primes is known.
const ANY_PRIME: RangeInclusive<usize> = 0..=usize::MAX;

/// The limits of Schannel (Microsoft Security Bulletin MS15-055).
const SCHANNEL_PRIMES: RangeInclusive<usize> = 1024..=4096;

const P256_P384: &[u16] = &[0x0017, 0x0018];
const NIST: &[u16] = &[0x0017, 0x0018, 0x0019];
const X25519_P256_P384: &[u16] = &[0x001d, 0x0017, 0x0018];
const X25519_NIST: &[u16] = &[0x001d, 0x0017, 0x0018, 0x0019];
const NSS_WITH_FFDHE: &[u16] = &[0x001d, 0x0017, 0x0018, 0x0019, 0x0100, 0x0101];

/// Schannel of Windows 7 as programs without settings of their own get it.
pub(crate) static SCHANNEL_7: TlsOffer = TlsOffer {
    id: "schannel-windows-7",
    lowest: TLS_1_0,
    highest: TLS_1_0,
    ciphers: &[
        0xc014, 0xc013, 0x0035, 0x002f, 0xc00a, 0xc009, 0x0038, 0x0032, 0x000a, 0x0013, 0x0005,
        0x0004,
    ],
    groups: NIST,
    schemes: &[],
    server_name: true,
    prime_bits: SCHANNEL_PRIMES,
    source: "SSL Labs: IE 8-10 / Win 7",
};

/// Schannel of Windows 7 with TLS 1.2 turned on, and of Windows 8.1, which adds nothing but DHE with
/// AES-CBC.
pub(crate) static SCHANNEL_8_1: TlsOffer = TlsOffer {
    id: "schannel-windows-8-1",
    lowest: TLS_1_0,
    highest: TLS_1_2,
    ciphers: &[
        0xc028, 0xc027, 0xc014, 0xc013, 0x009f, 0x009e, 0x009d, 0x009c, 0x003d, 0x003c, 0x0035,
        0x002f, 0xc02c, 0xc02b, 0xc024, 0xc023, 0xc00a, 0xc009, 0x006a, 0x0040, 0x0038, 0x0032,
        0x000a, 0x0013,
    ],
    groups: P256_P384,
    schemes: &[
        0x0601, 0x0603, 0x0401, 0x0501, 0x0201, 0x0403, 0x0503, 0x0203, 0x0202,
    ],
    server_name: true,
    prime_bits: SCHANNEL_PRIMES,
    source: "SSL Labs: IE 11 / Win 7",
};

/// Schannel of Windows 10.
pub(crate) static SCHANNEL_10: TlsOffer = TlsOffer {
    id: "schannel-windows-10",
    lowest: TLS_1_0,
    highest: TLS_1_2,
    ciphers: &[
        0xc02c, 0xc02b, 0xc030, 0xc02f, 0x009f, 0x009e, 0xc024, 0xc023, 0xc028, 0xc027, 0xc00a,
        0xc009, 0xc014, 0xc013, 0x0039, 0x0033, 0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f,
        0x000a, 0x006a, 0x0040, 0x0038, 0x0032, 0x0013,
    ],
    groups: X25519_P256_P384,
    schemes: &[
        0x0401, 0x0501, 0x0201, 0x0403, 0x0503, 0x0203, 0x0202, 0x0601, 0x0603,
    ],
    server_name: true,
    prime_bits: SCHANNEL_PRIMES,
    source: "SSL Labs: IE 11 / Win 10, with X25519 from Edge 17 / Win 10",
};

/// Schannel of Windows 11, for programs that ask for TLS 1.3.
pub(crate) static SCHANNEL_11: TlsOffer = TlsOffer {
    id: "schannel-windows-11",
    lowest: TLS_1_0,
    highest: TLS_1_3,
    ciphers: &[
        0x1302, 0x1301, 0xc02c, 0xc02b, 0xc030, 0xc02f, 0x009f, 0x009e, 0xc024, 0xc023, 0xc028,
        0xc027, 0xc00a, 0xc009, 0xc014, 0xc013, 0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f,
    ],
    groups: X25519_P256_P384,
    schemes: &[
        0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0201, 0x0403, 0x0503, 0x0203, 0x0202, 0x0601,
        0x0603,
    ],
    server_name: true,
    prime_bits: SCHANNEL_PRIMES,
    source: "Microsoft, TLS Cipher Suites in Windows 11; groups and schemes derived from Windows 10, with RSA-PSS, which TLS 1.3 needs",
};

/// Secure Transport of Apple's systems up to 2012.
pub(crate) static SECURE_TRANSPORT_2012: TlsOffer = TlsOffer {
    id: "secure-transport-2012",
    lowest: TLS_1_0,
    highest: TLS_1_0,
    ciphers: &[
        0xc00a, 0xc009, 0xc007, 0xc008, 0xc014, 0xc013, 0xc011, 0xc012, 0xc004, 0xc005, 0xc002,
        0xc003, 0xc00e, 0xc00f, 0xc00c, 0xc00d, 0x002f, 0x0005, 0x0004, 0x0035, 0x000a, 0x0033,
        0x0039, 0x0016,
    ],
    groups: NIST,
    schemes: &[],
    server_name: true,
    prime_bits: ANY_PRIME,
    source: "SSL Labs: Safari 6.0.4 / OS X 10.8.4",
};

/// Secure Transport as Apple's mail programs use it up to macOS 13.
pub(crate) static SECURE_TRANSPORT_MAIL: TlsOffer = TlsOffer {
    id: "secure-transport-mail",
    lowest: TLS_1_0,
    highest: TLS_1_2,
    ciphers: &[
        0xc02c, 0xc02b, 0xc024, 0xc023, 0xc00a, 0xc009, 0xc008, 0xc030, 0xc02f, 0xc028, 0xc027,
        0xc014, 0xc013, 0xc012, 0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f, 0x000a,
    ],
    groups: NIST,
    schemes: &[
        0x0401, 0x0201, 0x0501, 0x0601, 0x0403, 0x0203, 0x0503, 0x0603,
    ],
    server_name: true,
    prime_bits: ANY_PRIME,
    source: "testssl.sh: Apple Mail (16.0)",
};

/// The TLS library of today's Apple systems.
pub(crate) static APPLE_2025: TlsOffer = TlsOffer {
    id: "apple-2025",
    lowest: TLS_1_0,
    highest: TLS_1_3,
    ciphers: &[
        0x1301, 0x1302, 0x1303, 0xc02c, 0xc02b, 0xcca9, 0xc030, 0xc02f, 0xcca8, 0xc00a, 0xc009,
        0xc014, 0xc013, 0x009d, 0x009c, 0x0035, 0x002f, 0xc008, 0xc012, 0x000a,
    ],
    groups: X25519_NIST,
    schemes: &[
        0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201,
    ],
    server_name: true,
    prime_bits: ANY_PRIME,
    source: "testssl.sh: Safari 18.4 (iOS 18.4) and (macOS 15.4)",
};

/// Android 2.3: no curves, and no word about the host.
pub(crate) static ANDROID_2_3: TlsOffer = TlsOffer {
    id: "android-2-3",
    lowest: TLS_1_0,
    highest: TLS_1_0,
    ciphers: &[
        0x0004, 0x0005, 0x002f, 0x0033, 0x0032, 0x000a, 0x0016, 0x0013, 0x0009, 0x0015, 0x0012,
        0x0003, 0x0008, 0x0014, 0x0011,
    ],
    groups: &[],
    schemes: &[],
    server_name: false,
    prime_bits: ANY_PRIME,
    source: "SSL Labs: Android 2.3.7",
};

/// Android 4.0 to 4.4, as programs without settings of their own get it.
pub(crate) static ANDROID_4: TlsOffer = TlsOffer {
    id: "android-4",
    lowest: TLS_1_0,
    highest: TLS_1_0,
    ciphers: &[
        0xc014, 0xc00a, 0x0039, 0x0038, 0xc00f, 0xc005, 0x0035, 0xc012, 0xc008, 0x0016, 0x0013,
        0xc00d, 0xc003, 0x000a, 0xc013, 0xc009, 0x0033, 0x0032, 0xc00e, 0xc004, 0x002f, 0xc011,
        0xc007, 0xc00c, 0xc002, 0x0005, 0x0004,
    ],
    groups: &[
        0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0007, 0x0008, 0x0009, 0x000a, 0x000b,
        0x000c, 0x000d, 0x000e, 0x000f, 0x0010, 0x0011, 0x0012, 0x0013, 0x0014, 0x0015, 0x0016,
        0x0017, 0x0018, 0x0019,
    ],
    schemes: &[],
    server_name: true,
    prime_bits: ANY_PRIME,
    source: "SSL Labs: Android 4.0.4",
};

/// Android 5 and 6.
pub(crate) static ANDROID_6: TlsOffer = TlsOffer {
    id: "android-6",
    lowest: TLS_1_0,
    highest: TLS_1_2,
    ciphers: &[
        0xcc14, 0xcc13, 0xcc15, 0xc02b, 0xc02f, 0x009e, 0xc00a, 0xc014, 0x0039, 0xc009, 0xc013,
        0x0033, 0x009c, 0x0035, 0x002f, 0x000a,
    ],
    groups: P256_P384,
    schemes: &[
        0x0601, 0x0603, 0x0501, 0x0503, 0x0401, 0x0403, 0x0301, 0x0303, 0x0201, 0x0203,
    ],
    server_name: true,
    prime_bits: ANY_PRIME,
    source: "SSL Labs: Android 6.0",
};

/// Android 7.1 to 9.
pub(crate) static ANDROID_8: TlsOffer = TlsOffer {
    id: "android-8",
    lowest: TLS_1_0,
    highest: TLS_1_2,
    ciphers: &[
        0xc02b, 0xc02c, 0xcca9, 0xc02f, 0xc030, 0xcca8, 0xc009, 0xc00a, 0xc013, 0xc014, 0x009c,
        0x009d, 0x002f, 0x0035,
    ],
    groups: X25519_P256_P384,
    schemes: ANDROID_SCHEMES,
    server_name: true,
    prime_bits: ANY_PRIME,
    source: "testssl.sh: Android 8.1 (native)",
};

/// Android 10 and newer. The newest of them take TLS 1.2 at least; those before take TLS 1.0, too.
pub(crate) static ANDROID_11: TlsOffer = TlsOffer {
    id: "android-11",
    lowest: TLS_1_0,
    highest: TLS_1_3,
    ciphers: &[
        0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xcca9, 0xc02f, 0xc030, 0xcca8, 0xc009, 0xc00a,
        0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
    ],
    groups: X25519_P256_P384,
    schemes: ANDROID_SCHEMES,
    server_name: true,
    prime_bits: ANY_PRIME,
    source: "testssl.sh: Android 11/12 (native)",
};

const ANDROID_SCHEMES: &[u16] = &[
    0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201,
];

/// NSS before TLS 1.2 was turned on.
pub(crate) static NSS_17: TlsOffer = TlsOffer {
    id: "nss-gecko-17",
    lowest: TLS_1_0,
    highest: TLS_1_0,
    ciphers: &[
        0xc00a, 0xc014, 0x0088, 0x0087, 0x0039, 0x0038, 0xc00f, 0xc005, 0x0084, 0x0035, 0xc007,
        0xc009, 0xc011, 0xc013, 0x0045, 0x0044, 0x0033, 0x0032, 0xc00c, 0xc00e, 0xc002, 0xc004,
        0x0096, 0x0041, 0x0005, 0x0004, 0x002f, 0xc008, 0xc012, 0x0016, 0x0013, 0xc00d, 0xc003,
        0xfeff, 0x000a,
    ],
    groups: NIST,
    schemes: &[],
    server_name: true,
    prime_bits: ANY_PRIME,
    source: "SSL Labs: Tor 17.0.9 / Win 7",
};

/// NSS of Gecko 38 to 52.
pub(crate) static NSS_45: TlsOffer = TlsOffer {
    id: "nss-gecko-45",
    lowest: TLS_1_0,
    highest: TLS_1_2,
    ciphers: &[
        0xc02b, 0xc02f, 0xc00a, 0xc009, 0xc013, 0xc014, 0x0033, 0x0039, 0x002f, 0x0035, 0x000a,
    ],
    groups: NIST,
    schemes: &[
        0x0401, 0x0501, 0x0601, 0x0201, 0x0403, 0x0503, 0x0603, 0x0203, 0x0402, 0x0202,
    ],
    server_name: true,
    prime_bits: 1023..=usize::MAX,
    source: "SSL Labs: Firefox 45 / Win 7",
};

/// NSS of Gecko 60 to 68.
pub(crate) static NSS_60: TlsOffer = TlsOffer {
    id: "nss-gecko-60",
    lowest: TLS_1_0,
    highest: TLS_1_3,
    ciphers: &[
        0x1301, 0x1303, 0x1302, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030, 0xc013, 0xc014,
        0x002f, 0x0035, 0x000a,
    ],
    groups: NSS_WITH_FFDHE,
    schemes: NSS_SCHEMES,
    server_name: true,
    prime_bits: 1023..=usize::MAX,
    source: "testssl.sh: Thunderbird (60.6)",
};

/// NSS of Gecko 78 and newer, which needs TLS 1.2 at least.
pub(crate) static NSS_91: TlsOffer = TlsOffer {
    id: "nss-gecko-91",
    lowest: TLS_1_2,
    highest: TLS_1_3,
    ciphers: &[
        0x1301, 0x1303, 0x1302, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030, 0xc00a, 0xc009,
        0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035, 0x000a,
    ],
    groups: NSS_WITH_FFDHE,
    schemes: NSS_SCHEMES,
    server_name: true,
    prime_bits: 1023..=usize::MAX,
    source: "testssl.sh: Thunderbird (91.9)",
};

const NSS_SCHEMES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201,
];

/// JSSE of Java 7.
pub(crate) static JAVA_7: TlsOffer = TlsOffer {
    id: "java-7",
    lowest: TLS_1_0,
    highest: TLS_1_0,
    ciphers: &[
        0xc009, 0xc013, 0x002f, 0xc004, 0xc00e, 0x0033, 0x0032, 0xc007, 0xc011, 0x0005, 0xc002,
        0xc00c, 0xc008, 0xc012, 0x000a, 0xc003, 0xc00d, 0x0016, 0x0013, 0x0004,
    ],
    groups: &[
        0x0017, 0x0001, 0x0003, 0x0013, 0x0015, 0x0006, 0x0007, 0x0009, 0x000a, 0x0018, 0x000b,
        0x000c, 0x0019, 0x000d, 0x000e, 0x000f, 0x0010, 0x0011, 0x0002, 0x0012, 0x0004, 0x0005,
        0x0014, 0x0008, 0x0016,
    ],
    schemes: &[],
    server_name: true,
    prime_bits: 0..=1024,
    source: "SSL Labs: Java 7u25",
};

/// JSSE of Java 8 before it learned TLS 1.3.
pub(crate) static JAVA_8: TlsOffer = TlsOffer {
    id: "java-8",
    lowest: TLS_1_0,
    highest: TLS_1_2,
    ciphers: &[
        0xc024, 0xc028, 0x003d, 0xc026, 0xc02a, 0x006b, 0x006a, 0xc00a, 0xc014, 0x0035, 0xc005,
        0xc00f, 0x0039, 0x0038, 0xc023, 0xc027, 0x003c, 0xc025, 0xc029, 0x0067, 0x0040, 0xc009,
        0xc013, 0x002f, 0xc004, 0xc00e, 0x0033, 0x0032, 0xc02c, 0xc02b, 0xc030, 0x009d, 0xc02e,
        0xc032, 0x009f, 0x00a3, 0xc02f, 0x009c, 0xc02d, 0xc031, 0x009e, 0x00a2, 0xc008, 0xc012,
        0x000a, 0xc003, 0xc00d, 0x0016, 0x0013,
    ],
    groups: &[
        0x0017, 0x0018, 0x0019, 0x0009, 0x000a, 0x000b, 0x000c, 0x000d, 0x000e, 0x0016,
    ],
    schemes: &[
        0x0603, 0x0601, 0x0503, 0x0501, 0x0403, 0x0401, 0x0402, 0x0203, 0x0201, 0x0202,
    ],
    server_name: true,
    prime_bits: 0..=2048,
    source: "SSL Labs: Java 8u161",
};

/// JSSE of Java 17, and of today's Java 8 and 21, which offer the same.
pub(crate) static JAVA_17: TlsOffer = TlsOffer {
    id: "java-17",
    lowest: TLS_1_2,
    highest: TLS_1_3,
    ciphers: &[
        0x1302, 0x1301, 0x1303, 0xc02c, 0xc02b, 0xcca9, 0xc030, 0xcca8, 0xc02f, 0x009f, 0xccaa,
        0x009e, 0xc024, 0xc028, 0xc023, 0xc027, 0x006b, 0x0067, 0xc00a, 0xc014, 0xc009, 0xc013,
        0x0039, 0x0033, 0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f,
    ],
    groups: &[
        0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104,
    ],
    schemes: &[
        0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b,
        0x0401, 0x0501, 0x0601, 0x0303, 0x0301,
    ],
    server_name: true,
    prime_bits: 1024..=8192,
    source: "testssl.sh: Java 17.0.3 (OpenJDK), Java 21.0.6 (OpenJDK) and Java 8u442 (OpenJDK)",
};

/// GnuTLS with the priority string `NORMAL`, as GLib uses it.
pub(crate) static GNUTLS_3_6: TlsOffer = TlsOffer {
    id: "gnutls-3-6",
    lowest: TLS_1_0,
    highest: TLS_1_3,
    ciphers: &[
        0x1302, 0x1303, 0x1301, 0x1304, 0xc02c, 0xcca9, 0xc0ad, 0xc00a, 0xc02b, 0xc0ac, 0xc009,
        0xc030, 0xcca8, 0xc014, 0xc02f, 0xc013, 0x009d, 0xc09d, 0x0035, 0x009c, 0xc09c, 0x002f,
        0x009f, 0xccaa, 0xc09f, 0x0039, 0x009e, 0xc09e, 0x0033,
    ],
    groups: &[
        0x0017, 0x0018, 0x0019, 0x001d, 0x001e, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104,
    ],
    schemes: &[
        0x0401, 0x0809, 0x0804, 0x0403, 0x0807, 0x0808, 0x0501, 0x080a, 0x0805, 0x0503, 0x0601,
        0x080b, 0x0806, 0x0603, 0x0201, 0x0203,
    ],
    server_name: true,
    prime_bits: 1008..=usize::MAX,
    source: "GnuTLS manual, Priority strings: NORMAL of GnuTLS 3.6 (derived: no hello was recorded)",
};
