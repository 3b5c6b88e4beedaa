//! One thing that happened while a service was checked, with its facts.

use std::net::IpAddr;
use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::endpoint::Endpoint;
use crate::outcome::{Outcome, State};
use crate::stage::Stage;

/// One finished step of one endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What was done.
    pub stage: Stage,
    /// How it went.
    pub state: State,
    /// What was found.
    pub outcome: Outcome,
    /// The time from the start of this step to its end.
    #[serde(rename = "elapsed_ms", with = "milliseconds")]
    pub elapsed: Duration,
    /// What was learnt.
    pub facts: Facts,
    /// The server's own words, made safe to show: no control characters, at most 300 characters, no secret.
    #[serde(rename = "server_said")]
    pub server_reply: Option<String>,
}

impl Step {
    /// A step whose state follows from its outcome.
    pub fn new(stage: Stage, outcome: Outcome, elapsed: Duration) -> Self {
        Self {
            stage,
            state: outcome.state(),
            outcome,
            elapsed,
            facts: Facts::None {},
            server_reply: None,
        }
    }

    /// Why a part of it could not be done, if that is the fault of this machine: it was offline, or had no socket
    /// left. Then it says nothing about the server, and nothing to those who ask a moment later.
    pub fn fault_of_probe(&self) -> Option<Outcome> {
        let own = |outcome: &Outcome| {
            matches!(
                outcome,
                Outcome::ProbeOffline | Outcome::LocalResourcesExhausted
            )
        };
        let within = match &self.facts {
            Facts::Connect { attempts, .. } => attempts.iter().map(|one| one.outcome).find(own),
            Facts::OtherAddresses { others } => others.iter().map(|one| one.outcome).find(own),
            _ => None,
        };
        Some(self.outcome).filter(own).or(within)
    }
}

/// What a step learnt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Facts {
    /// Nothing beyond the outcome.
    None {},
    /// The addresses of the host, in the order in which they are tried.
    Dns {
        /// Every address that the DNS gave and that may be connected to.
        addresses: Vec<IpAddr>,
        /// The names that the name stands for (CNAME), each leading to the next.
        aliases: Vec<String>,
    },
    /// The connections that were tried.
    Connect {
        /// The address that is used from here on.
        connected: Option<IpAddr>,
        /// Every attempt with its result.
        attempts: Vec<Attempt>,
    },
    /// The parameters of the encrypted connection, or of the one that the server would have had.
    Tls(TlsFacts),
    /// What the server's certificate says.
    Certificate(Box<CertificateFacts>),
    /// What the server can do.
    Capabilities {
        /// The capability words, in the server's order, upper case.
        capabilities: Vec<String>,
        /// The SASL mechanisms among them.
        mechanisms: Vec<String>,
    },
    /// How the sign-in was done.
    SignIn {
        /// The SASL mechanism, or the protocol's own command (`LOGIN`, `USER`).
        mechanism: String,
    },
    /// How full the mailbox is, as far as the server tells.
    Mailbox {
        /// Bytes in use.
        used: Option<u64>,
        /// Bytes allowed.
        limit: Option<u64>,
        /// Messages in it.
        messages: Option<u64>,
        /// Messages allowed.
        message_limit: Option<u64>,
    },
    /// What the server said about sending.
    Sending {
        /// The largest message that it takes, in bytes (RFC 1870).
        size_limit: Option<u64>,
    },
    /// How a message to the customer's own address arrived.
    Delivery {
        /// From the end of the sending to its arrival.
        #[serde(rename = "seconds", with = "optional_seconds")]
        on_the_way: Option<Duration>,
        /// The folder in which it lies, by the server's name for it.
        folder: Option<String>,
        /// What the provider found of SPF (RFC 8601 §2.7.2), such as `pass`.
        spf: Option<String>,
        /// What the provider found of DKIM (RFC 8601 §2.7.1).
        dkim: Option<String>,
        /// What the provider found of DMARC (RFC 7489 §11.2).
        dmarc: Option<String>,
    },
    /// What the other addresses of the host did.
    OtherAddresses {
        /// Each that was looked at.
        others: Vec<OtherAddress>,
    },
    /// What the DNS publishes about the service.
    Published {
        /// Where the domain says the service is.
        srv: Vec<SrvRecord>,
        /// Which certificates the host says it has.
        tlsa: Vec<TlsaRecord>,
        /// Whether the answer about the certificates was proven by DNSSEC (RFC 4033): the probe itself
        /// has validated it from the keys of the root on. It is false also where the DNS server does
        /// not pass on the signatures.
        authenticated: bool,
    },
}

/// One attempt to open a TCP connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// Where to.
    pub address: IpAddr,
    /// [`Outcome::Ok`] or the reason why not.
    pub outcome: Outcome,
    /// The time until that was known.
    #[serde(rename = "elapsed_ms", with = "milliseconds")]
    pub elapsed: Duration,
}

/// The parameters of an encrypted connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFacts {
    /// For example `TLS 1.3`.
    pub version: String,
    /// The IANA name of the cipher suite.
    pub cipher: String,
    /// The IANA name of the key exchange group, or the size of a Diffie-Hellman group without a name.
    pub group: Option<String>,
    /// Whether the key exchange withstands a quantum computer, where it is known.
    pub post_quantum: Option<bool>,
    /// Whether the server asked for a certificate of the client (RFC 8446 §4.3.2).
    pub client_certificate_asked: bool,
}

/// What the server's own certificate says, whether or not it could be verified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateFacts {
    /// The DNS names and addresses it was issued for.
    pub names: Vec<String>,
    /// The subject, as one line.
    pub subject: String,
    /// Who signed it, as one line.
    pub issuer: String,
    /// Seconds since 1970 at which its time begins.
    pub not_before: i64,
    /// Seconds since 1970 at which its time ends.
    pub not_after: i64,
    /// Whole days left, negative when expired.
    pub days_left: i64,
    /// For example `RSA 2048 bits` or `ECDSA P-256`.
    pub key: String,
    /// For example `sha256WithRSAEncryption`.
    pub signature: String,
    /// SHA-256 of the certificate, in lower-case hexadecimal.
    pub fingerprint: String,
    /// SHA-256 of its public key (SubjectPublicKeyInfo), in lower-case hexadecimal.
    pub key_fingerprint: String,
    /// The certificates as the server sent them, its own first.
    pub sent: Vec<SentCertificate>,
    /// The subjects of the chain that was verified, from the server's own certificate to the root.
    /// Empty when there is none.
    pub built: Vec<String>,
    /// What the server showed about revocation (RFC 6066 §8), if it did.
    pub staple: Option<Staple>,
}

/// One certificate of those that a server sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentCertificate {
    /// The subject, as one line.
    pub subject: String,
    /// Who signed it, as one line.
    pub issuer: String,
    /// Seconds since 1970 at which its time ends.
    pub not_after: i64,
}

/// An OCSP response that came with the handshake (RFC 6960 §4.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staple {
    /// What it says.
    pub status: StapleStatus,
    /// Seconds since 1970 from which on it holds.
    pub this_update: i64,
    /// Seconds since 1970 until which it holds, if it says so.
    pub next_update: Option<i64>,
}

/// The certificate status in an OCSP response (RFC 6960 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StapleStatus {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked,
    /// The responder does not know the certificate.
    Unknown,
}

/// What one of the other addresses of a host did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherAddress {
    /// Where to.
    pub address: IpAddr,
    /// [`Outcome::Ok`], or the first thing that went wrong.
    pub outcome: Outcome,
    /// SHA-256 of the certificate it showed, in lower-case hexadecimal.
    pub fingerprint: Option<String>,
    /// Its greeting, safe to show.
    pub greeting: Option<String>,
    /// The time until that was known.
    #[serde(rename = "elapsed_ms", with = "milliseconds")]
    pub elapsed: Duration,
}

/// A published place of a service (RFC 2782, RFC 6186).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SrvRecord {
    /// The name that was asked for, such as `_imaps._tcp.example.net`.
    pub name: String,
    /// The host, or `.` for "this service is not offered" (RFC 6186 §3.4).
    pub target: String,
    /// The port.
    pub port: u16,
    /// Lower is tried first.
    pub priority: u16,
    /// Whether it is the documented one.
    pub matches: bool,
}

/// A published certificate of a host (RFC 6698 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsaRecord {
    /// The record as it is written in a zone file.
    pub record: String,
    /// Whether it fits a certificate that the server sent.
    pub matches: bool,
}

/// Everything that happened to one endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointReport {
    /// What was checked.
    pub endpoint: Endpoint,
    /// The steps, in the order in which they happened.
    pub steps: Vec<Step>,
    /// The worst outcome of all steps.
    pub outcome: Outcome,
    /// The time from the start of the check to the end of this endpoint.
    #[serde(rename = "elapsed_ms", with = "milliseconds")]
    pub elapsed: Duration,
}

impl EndpointReport {
    /// Sums up the steps of one endpoint.
    pub fn new(endpoint: Endpoint, steps: Vec<Step>, elapsed: Duration) -> Self {
        // The first of the worst is the cause; what follows it is a consequence.
        let outcome = steps
            .iter()
            .map(|step| step.outcome)
            .fold(Outcome::Ok, |worst, next| {
                if next.severity() > worst.severity() {
                    next
                } else {
                    worst
                }
            });
        Self {
            endpoint,
            steps,
            outcome,
            elapsed,
        }
    }

    /// Why a part of the check could not be done, if that is the fault of this machine.
    pub fn fault_of_probe(&self) -> Option<Outcome> {
        self.steps.iter().find_map(Step::fault_of_probe)
    }

    /// Whether the server has accepted the password.
    pub fn signed_in(&self) -> bool {
        let signed_in = |step: &Step| step.stage == Stage::SignIn && step.outcome == Outcome::Ok;
        self.steps.iter().any(signed_in)
    }
}

/// As milliseconds. A tenth of one is the finest that means anything on a network.
mod milliseconds {
    use super::*;

    pub(super) fn serialize<S: Serializer>(elapsed: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64((elapsed.as_secs_f64() * 10_000.0).round() / 10.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        duration(f64::deserialize(from)? / 1_000.0)
    }
}

/// As seconds, to a tenth of one.
mod optional_seconds {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        elapsed: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let seconds = elapsed.map(|elapsed| (elapsed.as_secs_f64() * 10.0).round() / 10.0);
        seconds.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        let seconds: Option<f64> = Option::deserialize(from)?;
        seconds.map(duration).transpose()
    }
}

fn duration<E: Error>(seconds: f64) -> Result<Duration, E> {
    Duration::try_from_secs_f64(seconds).map_err(E::custom)
}

#[cfg(test)]
mod tests;
