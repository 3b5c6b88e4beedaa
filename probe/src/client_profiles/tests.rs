//! The table holds together, and the verdict on every kind of server is the right one.

use std::collections::BTreeSet;

use rustls::{AlertDescription, CipherSuite, NamedGroup, ProtocolVersion};

use super::answers::{Answer, Answers};
use super::offers::{
    ANDROID_2_3, ANDROID_6, APPLE_2025, JAVA_7, JAVA_8, NSS_17, NSS_45, NSS_91, SCHANNEL_7,
    SCHANNEL_8_1, SCHANNEL_10, SECURE_TRANSPORT_MAIL, TLS_1_0, TLS_1_2, TLS_1_3, TlsOffer,
};
use super::verdict::{Reason, Server, SignIn, Verdict, judge};
use super::{ALL, ClientProfile, without_tls_1_2};
use crate::endpoint::Protocol;
use crate::step::CertificateFacts;
use crate::tls::flight::{Choice, KeyExchange};

const X25519: Option<u16> = Some(0x001d);
const P256: Option<u16> = Some(0x0017);
const X448: Option<u16> = Some(0x001e);

fn chose(version: u16, cipher: u16, group: Option<u16>) -> Answer {
    exchanged(
        version,
        cipher,
        group.map(|group| KeyExchange::Group(NamedGroup::from(group))),
    )
}

fn prime(version: u16, cipher: u16, bits: usize) -> Answer {
    exchanged(version, cipher, Some(KeyExchange::Prime(bits)))
}

fn exchanged(version: u16, cipher: u16, key_exchange: Option<KeyExchange>) -> Answer {
    Answer::Chose(Choice {
        version: ProtocolVersion::from(version),
        cipher: CipherSuite::from(cipher),
        key_exchange,
    })
}

fn alert(number: u8) -> Answer {
    Answer::Alert(AlertDescription::from(number))
}

/// A profile that verifies no certificate and knows one mechanism for passwords.
fn profile(offer: &'static TlsOffer) -> ClientProfile {
    ClientProfile {
        id: "one",
        program: None,
        name: "One",
        platform: "any",
        offer,
        certificates: None,
        mechanisms: &["LOGIN", "XOAUTH2"],
        sources: &[],
        derived: None,
    }
}

const NOTHING_KNOWN: Server<'static> = Server {
    certificate: None,
    certificate_accepted: true,
    sign_in: None,
};

fn reason(profile: &ClientProfile, answers: &Answers, server: &Server<'_>) -> Option<Reason> {
    let judged = judge(profile, answers, server);
    assert_eq!(judged.verdict == Verdict::Fits, judged.reason.is_none());
    judged.reason
}

#[test]
fn what_a_server_chooses_is_what_a_program_can_go_on_with() {
    let protocol_version = alert(70);
    for (offer, answer, expected) in [
        (&SCHANNEL_10, chose(0x0303, 0xc030, P256), None),
        (&NSS_91, chose(0x0304, 0x1301, X25519), None),
        (&ANDROID_2_3, chose(0x0301, 0x000a, None), None),
        (&SCHANNEL_7, chose(0x0301, 0xc014, P256), None),
        // A version that was not offered: below, and above.
        (
            &NSS_91,
            chose(0x0302, 0xc014, P256),
            Some(Reason::NoCommonVersion),
        ),
        (
            &SCHANNEL_7,
            chose(0x0303, 0xc014, P256),
            Some(Reason::NoCommonVersion),
        ),
        (&SCHANNEL_7, protocol_version, Some(Reason::NoCommonVersion)),
        (
            &APPLE_2025,
            chose(0x0304, 0x1304, X25519),
            Some(Reason::NoCommonCipher),
        ),
        (
            &NSS_45,
            chose(0x0303, 0xc030, P256),
            Some(Reason::NoCommonCipher),
        ),
        (
            &NSS_91,
            chose(0x0304, 0x1301, X448),
            Some(Reason::NoCommonGroup),
        ),
        (
            &ANDROID_6,
            chose(0x0303, 0xc02f, X25519),
            Some(Reason::NoCommonGroup),
        ),
        // Primes without and with a name.
        (&JAVA_7, prime(0x0301, 0x0033, 1024), None),
        (
            &JAVA_7,
            prime(0x0301, 0x0033, 2048),
            Some(Reason::PrimeTooLong),
        ),
        (&JAVA_8, prime(0x0303, 0x009e, 2048), None),
        (
            &JAVA_8,
            prime(0x0303, 0x009e, 4096),
            Some(Reason::PrimeTooLong),
        ),
        (
            &JAVA_8,
            chose(0x0303, 0x009e, Some(0x0101)),
            Some(Reason::PrimeTooLong),
        ),
        (&JAVA_8, chose(0x0303, 0x009e, Some(0x0100)), None),
        (
            &SCHANNEL_8_1,
            prime(0x0303, 0x009e, 1023),
            Some(Reason::PrimeTooShort),
        ),
        (
            &NSS_45,
            prime(0x0303, 0x0033, 768),
            Some(Reason::PrimeTooShort),
        ),
        (&NSS_91, Answer::Nothing, Some(Reason::NoAnswer)),
    ] {
        let mut answers = Answers::default();
        answers.add(offer, answer);
        let found = reason(&profile(offer), &answers, &NOTHING_KNOWN);
        assert_eq!(found, expected, "{} {answer:?}", offer.id);
    }
}

#[test]
fn a_refusal_is_explained_by_what_the_server_takes_otherwise() {
    let refused = alert(40);
    for (offer, refusal, everything, other, expected) in [
        // Only ciphers, or only groups, or only versions that the program does not have.
        (
            &SCHANNEL_8_1,
            refused,
            Some(chose(0x0303, 0xc030, P256)),
            None,
            Reason::NoCommonCipher,
        ),
        (
            &SECURE_TRANSPORT_MAIL,
            Answer::Dropped,
            Some(chose(0x0303, 0xcca8, X25519)),
            None,
            Reason::NoCommonCipher,
        ),
        (
            &ANDROID_6,
            refused,
            Some(chose(0x0303, 0xc02f, X25519)),
            None,
            Reason::NoCommonGroup,
        ),
        (
            &NSS_91,
            refused,
            Some(chose(0x0304, 0x1301, X448)),
            None,
            Reason::NoCommonGroup,
        ),
        (
            &NSS_91,
            refused,
            Some(chose(0x0301, 0x0035, None)),
            None,
            Reason::NoCommonVersion,
        ),
        (
            &NSS_17,
            refused,
            Some(alert(70)),
            None,
            Reason::NoCommonVersion,
        ),
        // Who takes nothing of this version from anybody, and takes newer ones, does not take the version.
        (
            &NSS_17,
            Answer::Dropped,
            Some(Answer::Dropped),
            Some(chose(0x0303, 0xc030, P256)),
            Reason::NoCommonVersion,
        ),
        (
            &NSS_17,
            refused,
            Some(refused),
            Some(chose(0x0304, 0x1301, X25519)),
            Reason::NoCommonVersion,
        ),
        // Who took it from another program has another reason: perhaps too many connections.
        (
            &NSS_45,
            Answer::Dropped,
            Some(Answer::Dropped),
            Some(chose(0x0303, 0xc02f, P256)),
            Reason::Refused,
        ),
        // What the server chose is there, so it was something else.
        (
            &NSS_45,
            refused,
            Some(chose(0x0303, 0xc02f, P256)),
            None,
            Reason::Refused,
        ),
        (
            &NSS_45,
            refused,
            Some(Answer::Nothing),
            None,
            Reason::Refused,
        ),
        (&NSS_45, refused, None, None, Reason::Refused),
    ] {
        let mut answers = Answers::default();
        answers.add(offer, refusal);
        if let Some(everything) = everything {
            answers.add_everything(offer.highest, everything);
        }
        if let Some(other) = other {
            answers.add(&SCHANNEL_10, other);
        }
        let found = reason(&profile(offer), &answers, &NOTHING_KNOWN);
        assert_eq!(found, Some(expected), "{} {everything:?}", offer.id);
    }
}

#[test]
fn a_refused_version_decides_for_every_offer_within() {
    let mut answers = Answers::default();
    answers.add(&SCHANNEL_7, alert(70));
    for (offer, known) in [(&NSS_17, true), (&NSS_45, false), (&NSS_91, false)] {
        assert_eq!(answers.to(offer).is_some(), known, "{}", offer.id);
    }
    // All versions up to 1.2 were refused.
    answers.add(&SCHANNEL_10, alert(70));
    for (offer, known) in [(&NSS_17, true), (&NSS_45, true), (&NSS_91, false)] {
        assert_eq!(answers.to(offer).is_some(), known, "{}", offer.id);
    }
    // Versions from 1.2 on were refused; older ones may be taken.
    let mut answers = Answers::default();
    answers.add(&NSS_91, alert(70));
    for offer in [&NSS_17, &NSS_45, &APPLE_2025] {
        assert_eq!(answers.to(offer), None, "{}", offer.id);
    }
}

#[test]
fn who_refuses_all_there_is_of_a_version_refuses_every_offer_of_it() {
    for refusal in [alert(40), Answer::Dropped] {
        let mut answers = Answers::default();
        answers.add(&SCHANNEL_7, refusal);
        answers.add_everything(TLS_1_0, refusal);
        assert_eq!(answers.to(&NSS_17), Some(refusal));
        assert_eq!(answers.to(&NSS_45), None);
        // Whether that is for the version shows when it takes another one.
        let found = reason(&profile(&NSS_17), &answers, &NOTHING_KNOWN);
        assert_eq!(found, Some(Reason::Refused));
        answers.add(&NSS_91, chose(0x0304, 0x1301, X25519));
        let found = reason(&profile(&NSS_17), &answers, &NOTHING_KNOWN);
        assert_eq!(found, Some(Reason::NoCommonVersion));
        // What it takes from one, it may take from others.
        answers.add(&SCHANNEL_10, chose(0x0301, 0xc014, P256));
        assert_eq!(answers.to(&NSS_17), None);
    }
}

/// A certificate that every program takes, issued in 2025.
fn good() -> CertificateFacts {
    const ISSUED: i64 = 1_750_000_000;
    CertificateFacts {
        names: vec!["mail.example.test".to_owned()],
        subject: "CN=mail.example.test".to_owned(),
        issuer: "CN=Sub".to_owned(),
        not_before: ISSUED,
        not_after: ISSUED + 90 * 86_400,
        days_left: 80,
        key: "RSA 2048 bits".to_owned(),
        signature: "sha256WithRSAEncryption".to_owned(),
        fingerprint: String::new(),
        key_fingerprint: String::new(),
        sent: Vec::new(),
        built: vec!["CN=mail.example.test".to_owned(), "CN=Old Root".to_owned()],
        staple: None,
    }
}

#[test]
fn a_certificate_may_be_too_old_or_too_young_for_a_program() {
    type Change = fn(&mut CertificateFacts);
    let young: Change = |facts| {
        facts
            .built
            .push("C=US, O=Internet Security Research Group, CN=ISRG Root X1".to_owned());
    };
    let short: Change = |facts| facts.key = "RSA 1024 bits".to_owned();
    let sha1: Change = |facts| facts.signature = "sha1WithRSAEncryption".to_owned();
    let long: Change = |facts| facts.not_after = facts.not_before + 1000 * 86_400;
    let long_and_old: Change = |facts| {
        facts.not_before = 1_500_000_000;
        facts.not_after = facts.not_before + 1000 * 86_400;
    };
    let curve: Change = |facts| facts.key = "ECDSA P-256".to_owned();
    let same: Change = |_| {};
    for (change, id, expected) in [
        (same, "apple-mail-mac-13", None),
        (curve, "apple-mail-mac-13", None),
        (young, "apple-mail-mac-13", None),
        (
            young,
            "gmail-android-6",
            Some(Reason::CertificateAuthorityUnknown),
        ),
        (young, "gmail-android-9", None),
        (young, "outlook-windows-10", None),
        (
            short,
            "apple-mail-ios-16",
            Some(Reason::CertificateKeyTooShort),
        ),
        (short, "outlook-windows-10", None),
        (
            sha1,
            "apple-mail-ios-16",
            Some(Reason::CertificateSignatureTooOld),
        ),
        (
            sha1,
            "thunderbird-91",
            Some(Reason::CertificateSignatureTooOld),
        ),
        (sha1, "outlook-windows-8-1", None),
        (
            long,
            "apple-mail-mac-13",
            Some(Reason::CertificateValidTooLong),
        ),
        (long, "apple-mail-mac-10-14", None),
        (long_and_old, "apple-mail-mac-13", None),
    ] {
        let mut facts = good();
        change(&mut facts);
        let profile = ALL.iter().find(|profile| profile.id == id).unwrap();
        let mut answers = Answers::default();
        let offer = profile.offer;
        let group = offer.groups.first().copied();
        answers.add(offer, chose(offer.highest, offer.ciphers[0], group));
        let accepted = Server {
            certificate: Some(&facts),
            ..NOTHING_KNOWN
        };
        let found = reason(profile, &answers, &accepted);
        assert_eq!(found, expected, "{id} {facts:?}");
        let refused = Server {
            certificate_accepted: false,
            ..accepted
        };
        let found = reason(profile, &answers, &refused);
        assert_eq!(found, Some(Reason::CertificateRefused));
        let careless = ClientProfile {
            certificates: None,
            ..self::profile(offer)
        };
        assert_eq!(reason(&careless, &answers, &refused), None);
    }
}

#[test]
fn a_program_needs_a_way_to_sign_in_with_a_password() {
    let words =
        |words: &str| -> Vec<String> { words.split_whitespace().map(str::to_owned).collect() };
    let none = Some(Reason::NoCommonMechanism);
    for (protocol, capabilities, mechanisms, expected) in [
        (Protocol::Smtp, "SIZE", "PLAIN LOGIN", None),
        (Protocol::Smtp, "SIZE", "PLAIN", none),
        (Protocol::Smtp, "SIZE", "CRAM-MD5 XOAUTH2", none),
        (Protocol::Smtp, "SIZE", "", none),
        (Protocol::Imap, "IMAP4REV1", "", None),
        (Protocol::Imap, "IMAP4REV1 LOGINDISABLED", "PLAIN", none),
        (Protocol::Imap, "IMAP4REV1 LOGINDISABLED", "LOGIN", None),
        (Protocol::Pop3, "TOP USER", "", None),
        (Protocol::Pop3, "TOP", "PLAIN", none),
        (Protocol::Pop3, "", "", None),
    ] {
        let (capabilities, mechanisms) = (words(capabilities), words(mechanisms));
        let server = Server {
            sign_in: Some(SignIn {
                protocol,
                capabilities: &capabilities,
                mechanisms: &mechanisms,
            }),
            ..NOTHING_KNOWN
        };
        let mut answers = Answers::default();
        answers.add(&NSS_91, chose(0x0304, 0x1301, X25519));
        let found = reason(&profile(&NSS_91), &answers, &server);
        assert_eq!(
            found, expected,
            "{protocol:?} {capabilities:?} {mechanisms:?}"
        );
    }
}

#[test]
fn the_table_holds_together() {
    let ids: BTreeSet<&str> = ALL.iter().map(|profile| profile.id).collect();
    assert_eq!(ids.len(), ALL.len(), "every id is there once");
    for profile in ALL {
        let ClientProfile { id, offer, .. } = profile;
        let texts = [profile.name, profile.platform, offer.source, offer.id];
        assert!(texts.iter().all(|text| !text.is_empty()), "{id}");
        assert!(
            profile.sources.iter().all(|source| !source.is_empty()),
            "{id}"
        );
        assert!(!profile.mechanisms.is_empty(), "{id}");
        assert!((TLS_1_0..=offer.highest).contains(&offer.lowest), "{id}");
        assert!(offer.highest <= TLS_1_3, "{id}");
        assert_eq!(offer.schemes.is_empty(), offer.highest < TLS_1_2, "{id}");
        for list in [offer.ciphers, offer.groups, offer.schemes] {
            let different: BTreeSet<u16> = list.iter().copied().collect();
            assert_eq!(different.len(), list.len(), "{id}: {list:04x?}");
        }
        let of_tls_1_3 = |cipher: &u16| (0x1300..0x1400).contains(cipher);
        let has_1_3 = offer.ciphers.iter().any(of_tls_1_3);
        assert_eq!(has_1_3, offer.highest == TLS_1_3, "{id}");
    }
    for offer in ALL.iter().map(|profile| profile.offer) {
        let same = ALL.iter().map(|profile| profile.offer);
        let mut same = same.filter(|other| other.id == offer.id);
        assert!(same.all(|other| other == offer), "{}", offer.id);
    }
}

#[test]
fn the_versions_without_tls_1_2_are_known() {
    let ids =
        |program| -> Vec<&str> { without_tls_1_2(program).map(|profile| profile.id).collect() };
    assert_eq!(ids("outlook-classic"), ["outlook-windows-7"]);
    assert_eq!(ids("thunderbird"), ["thunderbird-24"]);
    assert_eq!(ids("apple-mail-ios"), ["apple-mail-ios-9"]);
    assert!(ids("evolution").is_empty());
    assert!(ids("unknown").is_empty());
}

#[test]
fn reasons_have_the_names_that_json_has() {
    for reason in Reason::ALL {
        let json = serde_json::to_string(reason).unwrap();
        assert_eq!(json, format!("\"{}\"", reason.code()));
    }
}
