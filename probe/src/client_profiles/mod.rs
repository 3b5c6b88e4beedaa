//! What mail programs and their older versions offer a server, and whether the two fit.
//!
//! A program cannot connect where its TLS library and the server have no version, cipher or group in
//! common, where it does not accept the certificate, or where the server offers no way to sign in with
//! a password that the program knows. That is judged here, from what a server answered to the offer
//! of exactly that program, as SSL Labs does for browsers. Nothing here asks a server.
//!
//! | module | idea |
//! |---|---|
//! | `offers` | the offer of each TLS library |
//! | `profiles` | which program in which version makes which offer, with the sources |
//! | `answers` | what a server answered to the offers |
//! | `verdict` | whether a program fits a server, or why not |

mod answers;
mod offers;
mod profiles;
#[cfg(test)]
mod tests;
mod verdict;

pub(crate) use answers::{Answer, Answers};
pub use offers::TlsOffer;
pub(crate) use offers::{TLS_1_0, TLS_1_2, TLS_1_3};
pub use profiles::ALL;
pub use verdict::{Reason, Verdict};
pub(crate) use verdict::{Server, SignIn, judge};

/// A mail program in some of its versions.
#[derive(Debug)]
pub struct ClientProfile {
    /// Its name in reports and in the words of the guide. No other profile has it.
    pub id: &'static str,
    /// The program of the guide that it is a version of; none for programs that the guide does not have.
    pub program: Option<&'static str>,
    /// The program and its versions, by the maker's names.
    pub name: &'static str,
    /// The system on which that is so.
    pub platform: &'static str,
    /// The offer of its TLS library.
    pub offer: &'static TlsOffer,
    /// Which certificates it accepts; none where it verifies none.
    pub certificates: Option<CertificateRules>,
    /// The SASL mechanisms that it knows (RFC 4422).
    pub mechanisms: &'static [&'static str],
    /// Where it is known from that this program makes this offer, if that is not the offer's own source.
    pub sources: &'static [&'static str],
    /// What was concluded and not read, if anything.
    pub derived: Option<&'static str>,
}

/// What a program demands of a certificate beyond what every program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateRules {
    /// The shortest key for RSA, in bits.
    pub min_rsa_bits: usize,
    /// Whether it takes signatures with SHA-1.
    pub takes_sha1: bool,
    /// The longest validity of a certificate issued from July 2019 on, in days.
    pub max_days: Option<i64>,
    /// Whether it knows the root ISRG Root X1 of Let's Encrypt, which is from 2015.
    pub knows_isrg_root: bool,
}

impl ClientProfile {
    /// Whether it cannot connect to any server that takes TLS 1.2 or newer only (RFC 8996).
    pub fn lacks_tls_1_2(&self) -> bool {
        self.offer.highest < TLS_1_2
    }
}

/// The versions of a program of the guide that cannot connect where TLS 1.2 is the least.
pub fn without_tls_1_2(program: &str) -> impl Iterator<Item = &'static ClientProfile> {
    let versions = ALL
        .iter()
        .filter(move |profile| profile.program == Some(program));
    versions.filter(|profile| profile.lacks_tls_1_2())
}
