//! For tests and fuzzing: the readers of what a server shows during the TLS handshake, and what must
//! hold whatever that was.

use std::time::Duration;

use rustls::CertificateError;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use x509_parser::parse_x509_certificate;

use super::conversation::assert_fits;
use crate::dialogue::first_words::refusal_in_the_clear;
use crate::outcome::Outcome;
use crate::stage::Stage;
use crate::step::CertificateFacts;
use crate::tls::certificate::{classify, facts, notice};
use crate::tls::flight::{self, KeyExchange};
use crate::tls::{path, staple};

/// Reads a chain with its stapled response, and classifies it as good and as bad.
///
/// # Panics
///
/// When something does not hold that must.
pub(crate) fn certificates(chain: &[CertificateDer<'_>], response: &[u8]) {
    const NOW: u64 = 1_800_000_000;
    let now = NOW as i64;
    if let Some(facts) = facts(chain, now) {
        assert_shown(&facts, chain.len());
        assert_is_about_certificate(notice(&facts, chain.first(), now));
    }
    for error in ERRORS {
        let outcome = classify(error, chain, algorithms());
        assert_is_about_certificate(outcome);
        assert_ne!(outcome, Outcome::Ok, "{error:?}");
    }
    let [leaf, .., issuer] = chain else { return };
    if let Ok((_, issuer)) = parse_x509_certificate(issuer) {
        let _ = staple::verify(response, leaf, issuer.public_key().raw, now, algorithms());
    }
    if let Ok(root) = webpki::anchor_from_trusted_cert(issuer) {
        let now = UnixTime::since_unix_epoch(Duration::from_secs(NOW));
        let path = path::build(chain, &[root], now, algorithms());
        let subjects = path.map_or_else(Vec::new, |path| path.subjects);
        assert!(subjects.len() <= chain.len() + 1, "{subjects:?}");
        subjects.iter().for_each(|subject| assert_fits(subject));
    }
}

/// Reads a flight that comes in two fragments, and checks what must hold whatever
/// it is.
///
/// # Panics
///
/// When something does not hold that must.
pub(crate) fn flight(bytes: &[u8], cut: usize) {
    let whole = flight::parse(bytes);
    let half = flight::parse(&bytes[..cut]);
    let refusal = refusal_in_the_clear(bytes);
    assert!(
        matches!(
            refusal,
            None | Some(Outcome::GreetingRefused | Outcome::GreetingBusy | Outcome::RateLimited)
        ),
        "{refusal:?}"
    );
    // What comes behind the first line changes nothing.
    let with_more = [bytes, b"\nAccess denied: too many connections"].concat();
    assert_eq!(refusal_in_the_clear(&with_more), refusal);
    // Whoever reads stops as soon as all is said, and must have the same answer by then.
    if half.complete {
        assert!(whole.complete, "{half:?} becomes {whole:?}");
        match half.choice {
            Some(_) => assert!(whole.choice.is_some(), "{half:?} becomes {whole:?}"),
            None => assert_eq!(half, whole),
        }
    }
    if let Some(KeyExchange::Prime(bits)) = whole.choice.and_then(|choice| choice.key_exchange) {
        assert!((1..=8 * bytes.len()).contains(&bits), "{bits}");
    }
}

/// The algorithms that the provider of `net` has.
pub(crate) fn algorithms() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    aws_lc_rs::default_provider()
        .signature_verification_algorithms
        .all
}

/// One for each branch of `classify`.
const ERRORS: &[CertificateError] = &[
    CertificateError::BadEncoding,
    CertificateError::BadSignature,
    CertificateError::Expired,
    CertificateError::InvalidPurpose,
    CertificateError::NotValidForName,
    CertificateError::NotValidYet,
    CertificateError::Revoked,
    CertificateError::UnknownIssuer,
];

fn assert_shown(facts: &CertificateFacts, sent: usize) {
    let CertificateFacts {
        names,
        subject,
        issuer,
        key,
        signature,
        fingerprint,
        ..
    } = facts;
    assert!(names.len() <= 100, "{} names", names.len());
    assert!(facts.sent.len() <= sent, "{} sent", facts.sent.len());
    let sent = facts.sent.iter();
    let sent = sent.flat_map(|certificate| [&certificate.subject, &certificate.issuer]);
    names
        .iter()
        .chain([subject, issuer, key, signature, fingerprint])
        .chain(sent)
        .for_each(|text| assert_fits(text));
}

fn assert_is_about_certificate(outcome: Outcome) {
    let stage = outcome.stage();
    assert!(
        matches!(stage, Some(Stage::Certificate) | None),
        "{outcome}"
    );
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    const RESPONSE: &[u8] = include_bytes!("../../tests/certificates/stapled.ocsp");

    fn certificates_of_tests() -> Vec<Vec<u8>> {
        let pem = [
            &include_bytes!("../../tests/certificates/broken-signature.pem")[..],
            include_bytes!("../../tests/certificates/good.pem"),
            include_bytes!("../../tests/certificates/self-signed-authority.pem"),
            include_bytes!("../../tests/certificates/short-key.pem"),
            include_bytes!("../../tests/certificates/version-1.pem"),
        ];
        let pem = pem.map(|pem| CertificateDer::from_pem_slice(pem).unwrap().to_vec());
        let der = [
            include_bytes!("../../tests/certificates/stapled.der").to_vec(),
            include_bytes!("../../tests/certificates/stapled-issuer.der").to_vec(),
        ];
        pem.into_iter().chain(der).collect()
    }

    /// A line with a no of some protocol in it, and what servers say besides.
    fn refusals() -> impl Strategy<Value = Vec<u8>> {
        let words = prop::sample::select(vec![
            "* BYE ",
            "* BAD ",
            " NO ",
            "-ERR ",
            "554 ",
            "421-",
            "500 ",
            "[UNAVAILABLE] ",
            "[SYS/TEMP] ",
            "blocked ",
            "access denied ",
            "too many connections ",
            "rate limit ",
            "TLS ",
            "\r\n",
            "[",
            "]",
        ]);
        let words = words.prop_map(|word| word.as_bytes().to_vec());
        let noise = prop::collection::vec(any::<u8>(), 0..4);
        let part = prop_oneof![5 => words, 1 => noise];
        prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn refusals_of_any_kind(bytes in refusals(), cut in any::<prop::sample::Index>()) {
            flight(&bytes, cut.index(bytes.len() + 1));
        }

        #[test]
        fn certificates_of_any_kind(
            chain in prop::collection::vec(prop::sample::select(certificates_of_tests()), 1..4),
            changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 0..4),
            changed in any::<prop::sample::Index>(),
            end in any::<prop::sample::Index>(),
        ) {
            let mut chain = chain;
            let mut response = RESPONSE.to_vec();
            let count = chain.len();
            let part = chain.get_mut(changed.index(count + 1)).unwrap_or(&mut response);
            for (place, value) in changes {
                let place = place.index(part.len());
                part[place] = value;
            }
            let chain: Vec<_> = chain.into_iter().map(CertificateDer::from).collect();
            certificates(&chain, &response);
            let cut = &chain[0][..end.index(chain[0].len())];
            certificates(&[CertificateDer::from(cut)], &response);
        }
    }
}
