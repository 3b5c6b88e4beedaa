//! Whether a program fits a server, or why not. Pure.

use rustls::{AlertDescription, NamedGroup, ProtocolVersion};
use serde::Serialize;

use super::answers::{Answer, Answers};
use super::offers::TlsOffer;
use super::{CertificateRules, ClientProfile};
use crate::endpoint::Protocol;
use crate::step::CertificateFacts;
use crate::tls::flight::{Choice, KeyExchange};

/// Whether a program can use a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It can connect, and sign in as far as that is known.
    Fits,
    /// It cannot.
    DoesNotFit,
    /// Nothing is known, because the server did not answer.
    Unknown,
}

/// Why a program cannot use a server, or why nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No version of TLS is common to both (RFC 8446 §4.2.1).
    NoCommonVersion,
    /// No cipher suite is common to both (RFC 8446 §4.1.1).
    NoCommonCipher,
    /// No group for the exchange of keys is common to both (RFC 8446 §4.2.7).
    NoCommonGroup,
    /// The prime of a Diffie-Hellman exchange is shorter than the program takes.
    PrimeTooShort,
    /// The prime of a Diffie-Hellman exchange is longer than the program takes.
    PrimeTooLong,
    /// The server refuses the offer, and it is not known what of it.
    Refused,
    /// The certificate is refused by every program that verifies it.
    CertificateRefused,
    /// The certificate comes from an authority that is younger than the program's list of roots.
    CertificateAuthorityUnknown,
    /// The key of the certificate is shorter than the program takes.
    CertificateKeyTooShort,
    /// The certificate is signed with SHA-1, which the program does not take any more.
    CertificateSignatureTooOld,
    /// The certificate is valid for longer than the program takes.
    CertificateValidTooLong,
    /// The server offers no way to sign in with a password that the program knows.
    NoCommonMechanism,
    /// The server did not answer.
    NoAnswer,
    /// The endpoint is not encrypted, or TLS was not reached.
    NotAsked,
}

/// What is known about a server besides its answers.
pub(crate) struct Server<'a> {
    /// Its certificate, as the test saw it.
    pub(crate) certificate: Option<&'a CertificateFacts>,
    /// Whether the test accepted that certificate.
    pub(crate) certificate_accepted: bool,
    /// How to sign in, if the test came so far.
    pub(crate) sign_in: Option<SignIn<'a>>,
}

/// How a server lets its customers sign in.
pub(crate) struct SignIn<'a> {
    pub(crate) protocol: Protocol,
    /// The capability words, in upper case.
    pub(crate) capabilities: &'a [String],
    /// The SASL mechanisms among them.
    pub(crate) mechanisms: &'a [String],
}

/// What was found about one program.
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    pub(crate) reason: Option<Reason>,
    /// What the server chose for it, whether or not it can go on with that.
    pub(crate) choice: Option<Choice>,
}

/// Judges one program.
pub(crate) fn judge(profile: &ClientProfile, answers: &Answers, server: &Server<'_>) -> Judged {
    let answer = answers.to(profile.offer);
    let choice = match answer {
        Some(Answer::Chose(choice)) => Some(choice),
        _ => None,
    };
    let reason = tls(profile.offer, answer, answers)
        .or_else(|| {
            profile
                .certificates
                .and_then(|rules| certificate(rules, server))
        })
        .or_else(|| sign_in(profile.mechanisms, server.sign_in.as_ref()));
    let verdict = match reason {
        None => Verdict::Fits,
        Some(Reason::NoAnswer | Reason::NotAsked) => Verdict::Unknown,
        Some(_) => Verdict::DoesNotFit,
    };
    Judged {
        verdict,
        reason,
        choice,
    }
}

/// What is wrong with the handshake, up to where the certificate is verified.
fn tls(offer: &TlsOffer, answer: Option<Answer>, answers: &Answers) -> Option<Reason> {
    match answer {
        None | Some(Answer::Nothing) => Some(Reason::NoAnswer),
        Some(Answer::Chose(choice)) => lack(offer, choice),
        Some(Answer::Alert(AlertDescription::ProtocolVersion)) => Some(Reason::NoCommonVersion),
        Some(Answer::Alert(_) | Answer::Dropped) => Some(why_refused(offer, answers)),
    }
}

/// Why a server refused an offer without naming the reason. What it chooses from everything of these versions
/// shows what it missed.
fn why_refused(offer: &TlsOffer, answers: &Answers) -> Reason {
    match answers.to_everything(offer.highest) {
        Some(Answer::Chose(choice)) => lack(offer, choice).unwrap_or(Reason::Refused),
        Some(Answer::Alert(AlertDescription::ProtocolVersion)) => Reason::NoCommonVersion,
        // It does not take this version from anybody, and takes others. Who takes nothing has another reason.
        Some(Answer::Alert(_) | Answer::Dropped)
            if !answers.takes_version_up_to(offer.highest) && answers.takes_any_version() =>
        {
            Reason::NoCommonVersion
        }
        _ => Reason::Refused,
    }
}

/// What a client with this offer lacks for going on with what a server chose, if anything.
fn lack(offer: &TlsOffer, choice: Choice) -> Option<Reason> {
    let Choice {
        version,
        cipher,
        key_exchange,
    } = choice;
    if !(offer.lowest..=offer.highest).contains(&u16::from(version)) {
        return Some(Reason::NoCommonVersion);
    }
    if !offer.ciphers.contains(&u16::from(cipher)) {
        return Some(Reason::NoCommonCipher);
    }
    match key_exchange? {
        KeyExchange::Prime(bits) => prime(offer, bits),
        // Before TLS 1.3 a server names no such group; it sends the prime, whoever may know its name.
        KeyExchange::Group(group) if version != ProtocolVersion::TLSv1_3 => {
            match named_prime_bits(group) {
                Some(bits) => prime(offer, bits),
                None => group_lack(offer, group),
            }
        }
        KeyExchange::Group(group) => group_lack(offer, group),
    }
}

fn group_lack(offer: &TlsOffer, group: NamedGroup) -> Option<Reason> {
    // Without the extension, which is younger than TLS 1.0, a client takes any curve (RFC 8422 §4).
    let takes = offer.groups.is_empty() || offer.groups.contains(&u16::from(group));
    (!takes).then_some(Reason::NoCommonGroup)
}

fn prime(offer: &TlsOffer, bits: usize) -> Option<Reason> {
    if bits < *offer.prime_bits.start() {
        Some(Reason::PrimeTooShort)
    } else if bits > *offer.prime_bits.end() {
        Some(Reason::PrimeTooLong)
    } else {
        None
    }
}

/// The size of a prime with a name (RFC 7919 §A).
fn named_prime_bits(group: NamedGroup) -> Option<usize> {
    match group {
        NamedGroup::FFDHE2048 => Some(2048),
        NamedGroup::FFDHE3072 => Some(3072),
        NamedGroup::FFDHE4096 => Some(4096),
        NamedGroup::FFDHE6144 => Some(6144),
        NamedGroup::FFDHE8192 => Some(8192),
        _ => None,
    }
}

/// The day from which on Apple limits the validity: July 1, 2019.
const LIMITED_SINCE: i64 = 1_561_939_200;

const DAY: i64 = 24 * 60 * 60;

/// How the roots of Let's Encrypt begin in the name of an issuer.
const YOUNG_ROOT: &str = "CN=ISRG Root";

/// What is wrong with the certificate for a program with these rules.
fn certificate(rules: CertificateRules, server: &Server<'_>) -> Option<Reason> {
    if !server.certificate_accepted {
        return Some(Reason::CertificateRefused);
    }
    let facts = server.certificate?;
    let days = (facts.not_after - facts.not_before) / DAY;
    let limited = facts.not_before >= LIMITED_SINCE;
    if !rules.knows_isrg_root && is_under_young_root(facts) {
        Some(Reason::CertificateAuthorityUnknown)
    } else if rsa_bits(facts).is_some_and(|bits| bits < rules.min_rsa_bits) {
        Some(Reason::CertificateKeyTooShort)
    } else if !rules.takes_sha1 && is_signed_with_sha1(facts) {
        Some(Reason::CertificateSignatureTooOld)
    } else if limited && rules.max_days.is_some_and(|max_days| days > max_days) {
        Some(Reason::CertificateValidTooLong)
    } else {
        None
    }
}

fn is_under_young_root(facts: &CertificateFacts) -> bool {
    let root = facts.built.last().map(String::as_str);
    let sent = facts.sent.last().map(|last| last.issuer.as_str());
    [root, sent]
        .into_iter()
        .flatten()
        .any(|name| name.contains(YOUNG_ROOT))
}

/// The length of the key, if it is for RSA.
fn rsa_bits(facts: &CertificateFacts) -> Option<usize> {
    let bits = facts.key.strip_prefix("RSA ")?.strip_suffix(" bits")?;
    bits.parse().ok()
}

fn is_signed_with_sha1(facts: &CertificateFacts) -> bool {
    facts.signature.to_ascii_lowercase().contains("sha1")
}

/// Mechanisms that take no password, or only with what a provider has agreed on with the maker of a program.
const WITHOUT_PASSWORD: &[&str] = &["ANONYMOUS", "EXTERNAL", "GSSAPI", "OAUTHBEARER", "XOAUTH2"];

/// Whether there is no way to sign in. The commands of IMAP and POP3 for it are known to every program.
fn sign_in(known: &[&str], offered: Option<&SignIn<'_>>) -> Option<Reason> {
    let SignIn {
        protocol,
        capabilities,
        mechanisms,
    } = offered?;
    let has = |word: &str| capabilities.iter().any(|capability| capability == word);
    let by_command = match protocol {
        Protocol::Imap => !has("LOGINDISABLED"),
        // Who lists nothing still takes USER and PASS (RFC 1939 §7).
        Protocol::Pop3 => has("USER") || capabilities.is_empty(),
        Protocol::Smtp => false,
    };
    let common = mechanisms
        .iter()
        .map(String::as_str)
        .any(|mechanism| known.contains(&mechanism) && !WITHOUT_PASSWORD.contains(&mechanism));
    (!by_command && !common).then_some(Reason::NoCommonMechanism)
}

impl Reason {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::NoCommonVersion,
        Self::NoCommonCipher,
        Self::NoCommonGroup,
        Self::PrimeTooShort,
        Self::PrimeTooLong,
        Self::Refused,
        Self::CertificateRefused,
        Self::CertificateAuthorityUnknown,
        Self::CertificateKeyTooShort,
        Self::CertificateSignatureTooOld,
        Self::CertificateValidTooLong,
        Self::NoCommonMechanism,
        Self::NoAnswer,
        Self::NotAsked,
    ];

    /// Its stable name, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoCommonVersion => "no-common-version",
            Self::NoCommonCipher => "no-common-cipher",
            Self::NoCommonGroup => "no-common-group",
            Self::PrimeTooShort => "prime-too-short",
            Self::PrimeTooLong => "prime-too-long",
            Self::Refused => "refused",
            Self::CertificateRefused => "certificate-refused",
            Self::CertificateAuthorityUnknown => "certificate-authority-unknown",
            Self::CertificateKeyTooShort => "certificate-key-too-short",
            Self::CertificateSignatureTooOld => "certificate-signature-too-old",
            Self::CertificateValidTooLong => "certificate-valid-too-long",
            Self::NoCommonMechanism => "no-common-mechanism",
            Self::NoAnswer => "no-answer",
            Self::NotAsked => "not-asked",
        }
    }
}
