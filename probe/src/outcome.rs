//! The closed set of results a step can have.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::judgement::Judgement;
use crate::side::Side;
use crate::stage::Stage;

/// How much an outcome matters to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// As it should be.
    Fine,
    /// Worth knowing; mail still works.
    Notice,
    /// Mail does not work through this service.
    Failure,
}

/// Whether a step went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As it should be.
    Ok,
    /// Worth knowing; mail still works.
    Notice,
    /// This service does not work.
    Failed,
    /// Not done, for the reason that the outcome gives.
    Skipped,
}

/// Declares the outcomes once: the documentation, the code, the stage, how the step went, who can do
/// something about it, and what became of the password if the step was a sign-in. An outcome without one of
/// these does not compile.
macro_rules! outcomes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $stage:ident, $went:ident, $side:ident, $judgement:ident;)+) => {
        /// What a step found. A step that went well has [`Outcome::Ok`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Outcome {
            /// The step did what it should.
            Ok,
            $($(#[doc = $doc])+ $name,)+
        }

        impl Outcome {
            /// Every outcome, in the order of the stages.
            pub const ALL: &[Self] = &[Self::Ok, $(Self::$name,)+];

            /// The stable kebab-case name.
            pub const fn code(self) -> &'static str {
                match self {
                    Self::Ok => "ok",
                    $(Self::$name => $code,)+
                }
            }

            /// The stage it belongs to, or `None` where it can end any stage.
            pub const fn stage(self) -> Option<Stage> {
                match self {
                    Self::Ok => None,
                    $(Self::$name => outcomes!(@stage $stage),)+
                }
            }

            /// How much it matters.
            pub const fn severity(self) -> Severity {
                match self {
                    Self::Ok => Severity::Fine,
                    $(Self::$name => outcomes!(@severity $went),)+
                }
            }

            /// How the step went that ended with it.
            pub const fn state(self) -> State {
                match self {
                    Self::Ok => State::Ok,
                    $(Self::$name => outcomes!(@state $went),)+
                }
            }

            /// Who can do something about it.
            pub const fn side(self) -> Side {
                match self {
                    Self::Ok => Side::Customer,
                    $(Self::$name => Side::$side,)+
                }
            }

            /// What it says about the password when a sign-in ends with it. Whatever does not speak plainly
            /// says nothing: the server may have counted a wrong password before it broke off.
            pub const fn judgement(self) -> Judgement {
                match self {
                    Self::Ok => Judgement::Accepted,
                    $(Self::$name => Judgement::$judgement,)+
                }
            }

            /// What it means and where that is written, as in this documentation.
            pub const fn meaning(self) -> &'static str {
                match self {
                    Self::Ok => "The step did what it should.",
                    $(Self::$name => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
    (@stage Any) => { None };
    (@stage $stage:ident) => { Some(Stage::$stage) };
    // A step that was not done may be one that was not needed, or one that the customer should know of.
    (@severity NotNeeded) => { Severity::Fine };
    (@severity Skipped) => { Severity::Notice };
    (@severity $severity:ident) => { Severity::$severity };
    (@state NotNeeded) => { State::Skipped };
    (@state Skipped) => { State::Skipped };
    (@state Notice) => { State::Notice };
    (@state Failure) => { State::Failed };
}

outcomes! {
    /// The lookup was not needed: the host is an address literal, or the operator named the address to connect to.
    AddressGiven = "address-given", Dns, NotNeeded, Service, Unknown;
    /// The DNS says that the name does not exist (RFC 8020).
    NameNotFound = "name-not-found", Dns, Failure, Service, Unknown;
    /// The name exists but has neither an A nor an AAAA record (RFC 2308 §2.2).
    NoAddress = "no-address", Dns, Failure, Service, Unknown;
    /// The DNS server answered with an error such as SERVFAIL, or with what leads nowhere, such as aliases in a circle (RFC 1035 §4.1.1, RFC 1034 §3.6.2).
    DnsServerFailed = "dns-server-failed", Dns, Failure, Service, Unknown;
    /// No DNS server answered for the name in time, although the DNS can be reached from here.
    DnsTimeout = "dns-timeout", Dns, Failure, Service, Unknown;
    /// The DNS gave only addresses that are not on the public internet (IANA special-purpose registries, RFC 6890).
    AddressNotPublic = "address-not-public", Dns, Failure, Service, Unknown;

    /// The host answered that nothing listens on the port (RFC 9293 §3.5.2).
    ConnectionRefused = "connection-refused", Connect, Failure, Service, Unknown;
    /// No address answered the connection request in time.
    ConnectionTimeout = "connection-timeout", Connect, Failure, Service, Unknown;
    /// No route to any address of the host.
    NetworkUnreachable = "network-unreachable", Connect, Failure, Probe, Unknown;
    /// The connection was reset while it was being opened.
    ConnectionReset = "connection-reset", Connect, Failure, Service, Unknown;
    /// The host answers over IPv4 and not over IPv6, although it has an address there (RFC 8305 §1).
    Ipv6OnlyFailed = "ipv6-only-failed", OtherAddresses, Notice, Service, Unknown;
    /// Some of the addresses of the host do not answer, and others do.
    SomeAddressesFailed = "some-addresses-failed", OtherAddresses, Notice, Service, Unknown;
    /// The addresses of the host show different certificates, or one of them a bad one.
    AddressesDiffer = "addresses-differ", OtherAddresses, Notice, Service, Unknown;

    /// Connected, but the server said nothing in time (RFC 5321 §4.5.3.2.1).
    NoGreeting = "no-greeting", Greeting, Failure, Service, Unknown;
    /// The greeting took longer than five seconds (RFC 5321 §4.5.3.2.1 has clients wait for it).
    SlowGreeting = "slow-greeting", Greeting, Notice, Service, Unknown;
    /// The server says before the sign-in that it is too busy now: 421, 4yz to EHLO, `[SYS/TEMP]`, `[UNAVAILABLE]`, `BYE` with such words (RFC 5321 §3.8).
    GreetingBusy = "greeting-busy", Greeting, Failure, Service, Unknown;
    /// The server turns the client away, in the greeting or later: 554, 521, 550 to EHLO, `BYE`, `-ERR`, a block list (RFC 7504, RFC 5321 §4.3.2, RFC 9051 §7.1.5).
    GreetingRefused = "greeting-refused", Greeting, Failure, Service, Unknown;
    /// Another kind of service answers on the port.
    UnexpectedService = "unexpected-service", Greeting, Failure, Service, Unknown;
    /// A port documented as unencrypted at first expects TLS at once.
    TlsOnPlainPort = "tls-on-plain-port", Greeting, Failure, Service, Unknown;
    /// `PREAUTH`: the server treats the connection as signed in already (RFC 9051 §7.1.4).
    Preauthenticated = "preauthenticated", Greeting, Failure, Service, Unknown;

    /// The server does not offer STARTTLS, or STLS, where it is documented (RFC 3207 §4, RFC 2595).
    StarttlsNotOffered = "starttls-not-offered", Starttls, Failure, Service, Unknown;
    /// The server offered STARTTLS and then refused it: `NO`, `BAD`, 454, `-ERR` (RFC 3207 §4).
    StarttlsRefused = "starttls-refused", Starttls, Failure, Service, Unknown;
    /// Bytes arrived in the clear behind the answer to STARTTLS; nothing after them can be trusted (RFC 9051 §6.2.1).
    StarttlsInjection = "starttls-injection", Starttls, Failure, Service, Unknown;
    /// The server agreed to STARTTLS and then did not start TLS.
    StarttlsBroken = "starttls-broken", Starttls, Failure, Service, Unknown;

    /// A port documented as TLS from the start answers in the clear.
    PlainOnTlsPort = "plain-on-tls-port", Tls, Failure, Service, Unknown;
    /// The server speaks only TLS versions older than 1.2 (RFC 8997).
    TlsVersionTooOld = "tls-version-too-old", Tls, Failure, Service, Unknown;
    /// Client and server share no way to encrypt (TLS alert 40 or 71, RFC 8446 §6.2).
    TlsNoCommonCipher = "tls-no-common-cipher", Tls, Failure, Service, Unknown;
    /// The server wants a certificate of the client (RFC 8446 §4.3.2).
    TlsClientCertificateRequired = "tls-client-certificate-required", Tls, Failure, Service, Unknown;
    /// The server does not know the documented name (TLS alert 112, RFC 6066 §3).
    TlsNameNotKnown = "tls-name-not-known", Tls, Failure, Service, Unknown;
    /// The server, or something before it, drops a TLS hello that is longer than one packet (RFC 8446 §4.1.2).
    TlsLargeHelloDropped = "tls-large-hello-dropped", Tls, Failure, Service, Unknown;
    /// The server closed the connection during the TLS handshake.
    TlsClosed = "tls-closed", Tls, Failure, Service, Unknown;
    /// The connection was reset during the TLS handshake.
    TlsReset = "tls-reset", Tls, Failure, Service, Unknown;
    /// The TLS handshake did not finish in time.
    TlsTimeout = "tls-timeout", Tls, Failure, Service, Unknown;
    /// The server reported a fault of its own during the TLS handshake (TLS alert 80 and others).
    TlsServerFault = "tls-server-fault", Tls, Failure, Service, Unknown;
    /// What the server sent is neither TLS nor a mail greeting.
    TlsGarbage = "tls-garbage", Tls, Failure, Service, Unknown;

    /// The certificate's time is over (RFC 5280 §4.1.2.5).
    CertificateExpired = "certificate-expired", Certificate, Failure, Service, Unknown;
    /// The certificate's time has not begun (RFC 5280 §4.1.2.5).
    CertificateNotYetValid = "certificate-not-yet-valid", Certificate, Failure, Service, Unknown;
    /// The certificate is for other names than the documented one (RFC 9525).
    CertificateWrongName = "certificate-wrong-name", Certificate, Failure, Service, Unknown;
    /// The certificate was signed by itself and by nobody who is trusted.
    CertificateSelfSigned = "certificate-self-signed", Certificate, Failure, Service, Unknown;
    /// The server leaves out a certificate between its own and the trusted root (RFC 8446 §4.4.2).
    CertificateIncompleteChain = "certificate-incomplete-chain", Certificate, Failure, Service, Unknown;
    /// The certificate leads to no root that the Mozilla list trusts.
    CertificateUnknownIssuer = "certificate-unknown-issuer", Certificate, Failure, Service, Unknown;
    /// The certificate's key is too short to be trusted (RSA below 2048 bits).
    CertificateWeakKey = "certificate-weak-key", Certificate, Failure, Service, Unknown;
    /// The certificate is signed in a way that is no longer safe, such as SHA-1 (RFC 9155).
    CertificateWeakSignature = "certificate-weak-signature", Certificate, Failure, Service, Unknown;
    /// The certificate was not issued for servers (RFC 5280 §4.2.1.12).
    CertificateWrongPurpose = "certificate-wrong-purpose", Certificate, Failure, Service, Unknown;
    /// The certificate is of an old format without the names that programs check (X.509 version 1).
    CertificateOldFormat = "certificate-old-format", Certificate, Failure, Service, Unknown;
    /// The certificates cannot be read or followed to a root.
    CertificateChainUnusable = "certificate-chain-unusable", Certificate, Failure, Service, Unknown;
    /// The certificate is good now but ends in less than 14 days.
    CertificateExpiresSoon = "certificate-expires-soon", Certificate, Notice, Service, Unknown;
    /// The server itself shows that its certificate was revoked (RFC 6960, RFC 6066 §8).
    CertificateRevoked = "certificate-revoked", Certificate, Failure, Service, Unknown;
    /// The certificate promises a proof that it is not revoked, and the server does not show it (RFC 7633).
    CertificateStapleMissing = "certificate-staple-missing", Certificate, Notice, Service, Unknown;

    /// The server did not answer what it can do (RFC 9051 §6.1.1).
    NoCapabilities = "no-capabilities", Capabilities, Failure, Service, Unknown;
    /// The server does not speak extended SMTP, so nobody can sign in (RFC 5321 §3.2).
    ExtendedSmtpMissing = "extended-smtp-missing", Capabilities, Failure, Service, Unknown;
    /// The server offers no way to sign in with a password, even over TLS (RFC 4422).
    PasswordSignInNotOffered = "password-sign-in-not-offered", Capabilities, Failure, Service, NotJudged;

    /// No password was given, so sign-in was not tried.
    NoPassword = "no-password", SignIn, NotNeeded, Account, NotJudged;
    /// Another service refused the password, or two ended a sign-in without saying so, and it was not sent again: repeated failures lock accounts.
    NotTried = "not-tried", SignIn, Skipped, Account, NotJudged;
    /// The connection is not encrypted, so no password is sent over it.
    NotEncrypted = "not-encrypted", SignIn, Skipped, Service, NotJudged;
    /// User name and password do not match: `[AUTHENTICATIONFAILED]`, `-ERR [AUTH]`, 535 (RFC 5530, RFC 3206, RFC 4954 §6).
    WrongCredentials = "wrong-credentials", SignIn, Failure, Account, Refused;
    /// The server wants an app password, or a sign-in on the web first (534 5.7.9, RFC 4954 §6).
    AppPasswordRequired = "app-password-required", SignIn, Failure, Account, Refused;
    /// The password is right, but this way to the mailbox, such as IMAP, POP or sending with a password, is switched off for it (535 5.7.139, RFC 5530 `[AUTHORIZATIONFAILED]` with words).
    AccessSwitchedOff = "access-switched-off", SignIn, Failure, Account, Accepted;
    /// The server takes no passwords of mail programs at all any more, only a sign-in with the provider in a browser (OAuth, RFC 7628).
    BasicAuthenticationOff = "basic-authentication-off", SignIn, Failure, Account, NotJudged;
    /// The server refused the sign-in and did not say why; most often it is the password (`NO`, `-ERR` without a code or a reason).
    SignInRefused = "sign-in-refused", SignIn, Failure, Account, Refused;
    /// The password must be renewed (`[EXPIRED]`, RFC 5530; 432 4.7.12, RFC 4954 §6).
    PasswordExpired = "password-expired", SignIn, Failure, Account, Refused;
    /// The account is switched off (`[CONTACTADMIN]`, RFC 5530; 525 5.7.13, RFC 5248).
    AccountDisabled = "account-disabled", SignIn, Failure, Account, Refused;
    /// The server refuses the sign-in for a reason that is not the password: the account may not use this service, or belongs to another server (`[AUTHORIZATIONFAILED]`, `[NOPERM]`, RFC 5530; `[REFERRAL]`, RFC 2221).
    NotAuthorized = "not-authorized", SignIn, Failure, Account, Accepted;
    /// The server says that encryption is needed although it is on (`[PRIVACYREQUIRED]`, 538, RFC 5530).
    TlsRequired = "tls-required", SignIn, Failure, Service, NotJudged;
    /// Too many programs are connected to the account (`[LIMIT]`, RFC 5530).
    TooManyConnections = "too-many-connections", SignIn, Failure, Account, Accepted;
    /// The password is right, but another program holds the mailbox (`[IN-USE]`, RFC 2449 §8.1.2; `[INUSE]`, RFC 5530).
    MailboxInUse = "mailbox-in-use", SignIn, Failure, Account, Accepted;
    /// The server asks to wait before the next sign-in (`[LOGIN-DELAY]`, RFC 2449 §8.1.1).
    TryLater = "try-later", SignIn, Failure, Account, Unknown;
    /// The server slows this client down after too many attempts (421 4.7.0, RFC 5321 §3.8).
    RateLimited = "rate-limited", SignIn, Failure, Account, Unknown;
    /// The server cannot check passwords right now (`[UNAVAILABLE]`, `[SYS/TEMP]`, 454 4.7.0).
    TemporaryFailure = "temporary-failure", SignIn, Failure, Service, NotJudged;
    /// The server reports a fault of its own (`[SERVERBUG]`, `[CORRUPTION]`, `[SYS/PERM]`; RFC 5530, RFC 3206).
    ServerFault = "server-fault", SignIn, Failure, Service, NotJudged;
    /// The password was accepted and the connection dropped right after.
    DroppedAfterSignIn = "dropped-after-sign-in", SignIn, Failure, Service, Unknown;
    /// The answer to the sign-in breaks the protocol, so it is not known whether the password is right.
    SignInProtocolError = "sign-in-protocol-error", SignIn, Failure, Service, Unknown;

    /// The password was accepted, and the server lets this program open no folder (RFC 9051 §6.3.3).
    MailboxRefused = "mailbox-refused", Mailbox, Failure, Service, Accepted;
    /// The password was accepted, and the server cannot open the mailbox because of a fault of its own (`[SERVERBUG]`, `[CORRUPTION]`, RFC 5530; `[SYS/PERM]`, RFC 3206).
    MailboxFault = "mailbox-fault", Mailbox, Failure, Service, Accepted;
    /// The mailbox has reached its limit (`[OVERQUOTA]`, RFC 5530; RFC 9208).
    MailboxFull = "mailbox-full", Mailbox, Failure, Account, Accepted;
    /// The mailbox is more than nine tenths full (RFC 9208).
    MailboxNearlyFull = "mailbox-nearly-full", Mailbox, Notice, Account, Unknown;

    /// The address of the customer cannot stand in a command without quotes, or is not known, so the server was not asked whether it takes mail from it.
    SendingNotTried = "sending-not-tried", Sending, NotNeeded, Account, Accepted;
    /// The server does not take mail from the customer's own address (553 5.7.1, 550 5.7.60; RFC 5321 §4.1.1.2, RFC 6409 §6.1).
    SenderRefused = "sender-refused", Sending, Failure, Account, Accepted;
    /// The server took the password and still does not pass on mail (554 5.7.1, RFC 5321 §3.6.2).
    RelayingDenied = "relaying-denied", Sending, Failure, Service, Accepted;
    /// The server takes no mail for the customer's own address (550 5.1.1, RFC 5321 §4.1.1.3, RFC 3463 §3.2).
    RecipientRefused = "recipient-refused", Sending, Failure, Account, Accepted;
    /// The account may send nothing now: spam, too many messages, or a decision of the provider (550 5.4.5; 550, 554 and 535 with words; RFC 3463).
    SendingBlocked = "sending-blocked", Sending, Failure, Account, Accepted;
    /// The server refuses to take mail from the customer and does not say why, or not in a way that is about the account (550, 554 5.7.1; RFC 5321 §4.2.2, RFC 3463 §3.8).
    SendingRefused = "sending-refused", Sending, Failure, Account, Accepted;
    /// The server asks to try again in a few minutes, as it does with senders that it does not know (450 4.2.0, RFC 6647).
    Greylisted = "greylisted", Sending, Failure, Service, Accepted;
    /// The server takes no mail right now (4yz, RFC 5321 §4.2.1).
    SendingDeferred = "sending-deferred", Sending, Failure, Service, Accepted;
    /// The server took the password and cannot pass on mail because of a fault of its own (421 4.4.0, 5yz; RFC 5321 §3.8).
    SendingFault = "sending-fault", Sending, Failure, Service, Accepted;

    /// Another service has sent the message to the customer's own address, or sees it arrive.
    DeliveryElsewhere = "delivery-elsewhere", Delivery, NotNeeded, Account, Accepted;
    /// No message was sent, because no server took it or no inbox was open in which it could be seen to arrive.
    DeliveryNotTried = "delivery-not-tried", Delivery, Skipped, Account, Accepted;
    /// The message to the customer's own address was taken and did not arrive while it was waited for.
    MessageNotSeen = "message-not-seen", Delivery, Failure, Service, Accepted;
    /// The message to the customer's own address lies among the junk mail (`\\Junk`, RFC 6154).
    MessageInJunk = "message-in-junk", Delivery, Notice, Account, Accepted;
    /// The provider's own check says that SPF, DKIM or DMARC failed (RFC 8601).
    MessageNotAuthenticated = "message-not-authenticated", Delivery, Notice, Service, Accepted;

    /// The domain publishes other servers than the documented ones (RFC 6186, RFC 8314 §5.1).
    SrvDiffers = "srv-differs", Published, Notice, Service, Unknown;
    /// The signed DNS names other certificates than the one the server shows (RFC 6698, RFC 7673).
    TlsaMismatch = "tlsa-mismatch", Published, Notice, Service, Unknown;

    /// A reply that is not of the protocol.
    MalformedReply = "malformed-reply", Any, Failure, Service, Unknown;
    /// A reply longer than any honest server sends.
    ReplyTooLong = "reply-too-long", Any, Failure, Service, Unknown;
    /// The server closed the connection before it had answered.
    ClosedEarly = "closed-early", Any, Failure, Service, Unknown;
    /// The server stopped answering within a stage.
    NoReply = "no-reply", Any, Failure, Service, Unknown;
    /// This machine has no connection to the internet, or no working DNS, so nothing is known of the server: the root of the DNS and hosts that always answer were tried, too.
    ProbeOffline = "probe-offline", Any, Failure, Probe, Unknown;
    /// This machine has no descriptors, memory or ports left to open a socket, so nothing is known of the server (EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL; connect(2), socket(2)).
    LocalResourcesExhausted = "local-resources-exhausted", Any, Failure, Probe, Unknown;
    /// The time for the whole check was over before this service was done.
    Deadline = "deadline", Any, Failure, Service, Unknown;
    /// The check was stopped before this service was done.
    Cancelled = "cancelled", Any, Skipped, Probe, Unknown;
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        let outcome = Self::ALL.iter().find(|outcome| outcome.code() == code);
        let unknown = || D::Error::custom(format_args!("{code:?} is no outcome"));
        outcome.copied().ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_kebab_case_and_unique() {
        let mut seen = HashSet::new();
        for outcome in Outcome::ALL {
            let code = outcome.code();
            assert!(seen.insert(code), "{code} stands twice");
            assert!(
                code.split('-').all(|word| {
                    !word.is_empty()
                        && word
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                }),
                "{code}"
            );
        }
    }
}
