//! The names of what certificates hold by number.

use std::sync::LazyLock;

use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::oid_registry::{OidEntry, OidRegistry};

/// What names and signatures of certificates consist of. The usual parts of a name, such as CN, are known to the
/// formatter. The whole registry of its crate would be a fiftieth of the worker that a browser loads.
pub(super) fn oid_names() -> &'static OidRegistry<'static> {
    static NAMES: LazyLock<OidRegistry<'static>> = LazyLock::new(|| {
        let mut registry = OidRegistry::default();
        for (oid, name) in [ATTRIBUTES, SIGNATURES].concat() {
            registry.insert(oid, OidEntry::new(name, name));
        }
        registry
    });
    &NAMES
}

/// Parts of names (RFC 4519 §2, RFC 4514 §3; those of a jurisdiction by the CA/Browser Forum's EV Guidelines).
const ATTRIBUTES: &[(Oid<'static>, &str)] = &[
    (oid!(0.9.2342.19200300.100.1.1), "uid"),
    (oid!(1.3.6.1.4.1.311.60.2.1.1), "jurisdictionLocality"),
    (oid!(1.3.6.1.4.1.311.60.2.1.2), "jurisdictionState"),
    (oid!(1.3.6.1.4.1.311.60.2.1.3), "jurisdictionCountry"),
    (oid!(2.5.4.4), "surname"),
    (oid!(2.5.4.5), "serialNumber"),
    (oid!(2.5.4.9), "streetAddress"),
    (oid!(2.5.4.12), "title"),
    (oid!(2.5.4.13), "description"),
    (oid!(2.5.4.15), "businessCategory"),
    (oid!(2.5.4.17), "postalCode"),
    (oid!(2.5.4.41), "name"),
    (oid!(2.5.4.42), "givenName"),
    (oid!(2.5.4.46), "dnQualifier"),
    (oid!(2.5.4.97), "organizationIdentifier"),
];

/// Signature algorithms (RFC 8017 appendix C, RFC 5758 §3, RFC 8410 §3).
const SIGNATURES: &[(Oid<'static>, &str)] = &[
    (oid!(1.2.840.113549.1.1.2), "md2WithRSAEncryption"),
    (oid!(1.2.840.113549.1.1.4), "md5WithRSAEncryption"),
    (oid!(1.2.840.113549.1.1.5), "sha1WithRSAEncryption"),
    (oid!(1.2.840.113549.1.1.10), "rsassa-pss"),
    (oid!(1.2.840.113549.1.1.11), "sha256WithRSAEncryption"),
    (oid!(1.2.840.113549.1.1.12), "sha384WithRSAEncryption"),
    (oid!(1.2.840.113549.1.1.13), "sha512WithRSAEncryption"),
    (oid!(1.2.840.113549.1.1.14), "sha224WithRSAEncryption"),
    (oid!(1.2.840.10040.4.3), "dsa-with-sha1"),
    (oid!(1.2.840.10045.4.1), "ecdsa-with-SHA1"),
    (oid!(1.2.840.10045.4.3.1), "ecdsa-with-SHA224"),
    (oid!(1.2.840.10045.4.3.2), "ecdsa-with-SHA256"),
    (oid!(1.2.840.10045.4.3.3), "ecdsa-with-SHA384"),
    (oid!(1.2.840.10045.4.3.4), "ecdsa-with-SHA512"),
    (oid!(1.3.101.112), "ed25519"),
    (oid!(1.3.101.113), "ed448"),
];
