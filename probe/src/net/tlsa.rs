//! Whether a TLSA record fits the certificates that a server sent (RFC 6698 §2.1, RFC 7671).

use hickory_resolver::proto::rr::rdata::TLSA;
use hickory_resolver::proto::rr::rdata::tlsa::{CertUsage, Matching, Selector};
use sha2::{Digest, Sha256, Sha512};
use x509_parser::prelude::{FromDer, X509Certificate};

/// Of longer data only the beginning is shown.
const MAX_SHOWN_LEN: usize = 64;

/// How a record and a chain of certificates go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TlsaMatch {
    /// The record is for one of the certificates.
    Matches,
    /// It is for another one.
    Differs,
    /// The certificates cannot tell: the record is of an unknown kind, or for an authority that a
    /// server need not send.
    Undecidable,
}

/// Compares a record with a chain, the server's own certificate first.
pub(super) fn compare(record: &TLSA, chain: &[Vec<u8>]) -> TlsaMatch {
    let known = !matches!(
        (record.cert_usage, record.selector, record.matching),
        (CertUsage::Unassigned(_) | CertUsage::Private, _, _)
            | (_, Selector::Unassigned(_) | Selector::Private, _)
            | (_, _, Matching::Unassigned(_) | Matching::Private)
    );
    let [own, others @ ..] = chain else {
        return TlsaMatch::Undecidable;
    };
    if !known {
        return TlsaMatch::Undecidable;
    }
    let found = match record.cert_usage {
        CertUsage::PkixEe | CertUsage::DaneEe => is_associated(record, own),
        // A certificate that signed itself is its own authority (RFC 7671 §5.2).
        _ => {
            others
                .iter()
                .any(|authority| is_associated(record, authority))
                || is_self_issued(own) && is_associated(record, own)
        }
    };
    match (found, record.cert_usage, record.matching) {
        (true, ..) => TlsaMatch::Matches,
        // A root that programs have is not sent, and neither is an authority that stands in the record
        // itself (RFC 7671 §5.2.2, §5.2.3).
        (false, CertUsage::PkixTa, _) | (false, CertUsage::DaneTa, Matching::Raw) => {
            TlsaMatch::Undecidable
        }
        (false, ..) => TlsaMatch::Differs,
    }
}

/// A record as it is written in a zone file (RFC 6698 §2.2).
pub(super) fn text(record: &TLSA) -> String {
    let TLSA {
        cert_usage,
        selector,
        matching,
        cert_data,
        ..
    } = record;
    let shown = &cert_data[..cert_data.len().min(MAX_SHOWN_LEN)];
    let data: String = shown.iter().map(|byte| format!("{byte:02x}")).collect();
    let rest = if cert_data.len() > MAX_SHOWN_LEN {
        "…"
    } else {
        ""
    };
    let (usage, selector, matching) = (
        u8::from(*cert_usage),
        u8::from(*selector),
        u8::from(*matching),
    );
    format!("{usage} {selector} {matching} {data}{rest}")
}

fn is_associated(record: &TLSA, certificate: &[u8]) -> bool {
    let selected = match record.selector {
        Selector::Full => certificate,
        _ => match X509Certificate::from_der(certificate) {
            Ok((_, parsed)) => parsed.tbs_certificate.subject_pki.raw,
            Err(_) => return false,
        },
    };
    match record.matching {
        Matching::Raw => selected == record.cert_data,
        Matching::Sha256 => Sha256::digest(selected)[..] == record.cert_data[..],
        Matching::Sha512 => Sha512::digest(selected)[..] == record.cert_data[..],
        Matching::Unassigned(_) | Matching::Private => false,
    }
}

fn is_self_issued(certificate: &[u8]) -> bool {
    X509Certificate::from_der(certificate)
        .is_ok_and(|(_, parsed)| parsed.subject() == parsed.issuer())
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    use super::*;

    /// A server's certificate, the one of its authority, and one that signed itself.
    fn certificates() -> [Vec<u8>; 3] {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "authority");
        let key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let mut params = CertificateParams::new(vec!["mail.example.test".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "server");
        let own = params.signed_by(&KeyPair::generate().unwrap(), &issuer);
        let lone = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        [
            own.unwrap().der().to_vec(),
            authority.der().to_vec(),
            lone.der().to_vec(),
        ]
    }

    fn record(usage: u8, selector: u8, matching: u8, of: &[u8]) -> TLSA {
        let (_, parsed) = X509Certificate::from_der(of).unwrap();
        let selected = match selector {
            1 => parsed.tbs_certificate.subject_pki.raw,
            _ => of,
        };
        let data = match matching {
            1 => Sha256::digest(selected).to_vec(),
            2 => Sha512::digest(selected).to_vec(),
            _ => selected.to_vec(),
        };
        TLSA::new(usage.into(), selector.into(), matching.into(), data)
    }

    #[test]
    fn a_record_fits_the_certificate_that_it_is_for() {
        use TlsaMatch::{Differs, Matches, Undecidable};
        let [own, authority, lone] = certificates();
        let sent = [own.clone(), authority.clone()];
        let without_authority = [own.clone()];
        let by_itself = [lone.clone()];
        // Each usage with every selector and kind of matching.
        for (usage, of, chain, expected) in [
            (3, &own, &sent[..], Matches),
            (3, &own, &by_itself[..], Differs),
            (3, &authority, &sent[..], Differs),
            (1, &own, &sent[..], Matches),
            (1, &authority, &sent[..], Differs),
            (2, &authority, &sent[..], Matches),
            (2, &own, &sent[..], Differs),
            (2, &lone, &by_itself[..], Matches),
            (2, &authority, &without_authority[..], Differs),
            (0, &authority, &sent[..], Matches),
            (0, &authority, &without_authority[..], Undecidable),
            (3, &own, &[][..], Undecidable),
            (4, &own, &sent[..], Undecidable),
            (255, &own, &sent[..], Undecidable),
        ] {
            for selector in 0..=1 {
                for matching in 0..=2 {
                    let record = record(usage, selector, matching, of);
                    let expected = match (usage, matching, expected) {
                        // The authority stands in the record, so that it need not be sent.
                        (2, 0, Differs) => Undecidable,
                        _ => expected,
                    };
                    let found = compare(&record, chain);
                    assert_eq!(found, expected, "{usage} {selector} {matching}");
                }
            }
        }
        for (selector, matching) in [(2, 1), (255, 1), (1, 3), (1, 255)] {
            let record = record(3, selector, matching, &own);
            assert_eq!(
                compare(&record, &sent),
                Undecidable,
                "3 {selector} {matching}"
            );
        }
    }

    #[test]
    fn records_are_written_as_in_a_zone_file() {
        let written = |length| {
            let data = vec![0xa0; length];
            text(&TLSA::new(3.into(), 1.into(), 255.into(), data))
        };
        assert_eq!(written(0), "3 1 255 ");
        assert_eq!(written(2), "3 1 255 a0a0");
        assert_eq!(written(64), format!("3 1 255 {}", "a0".repeat(64)));
        assert_eq!(written(65), format!("3 1 255 {}…", "a0".repeat(64)));
    }
}
