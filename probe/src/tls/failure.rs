//! Why there is no TLS, from the error of rustls and the bytes that caused it.

use std::io;

use rustls::AlertDescription;

use super::flight::Flight;
use crate::dialogue::first_words::refusal_in_the_clear;
use crate::dialogue::recognise::{ServiceKind, is_negative_reply, recognise};
use crate::dialogue::{Fault, Redactor};
use crate::endpoint::Security;
use crate::outcome::Outcome;

/// Why there is no TLS. `flight` is what could be read of `received`, the first bytes of the server.
pub(crate) fn classify_failure(
    error: &io::Error,
    received: &[u8],
    flight: &Flight,
    client_certificate_asked: bool,
    security: Security,
    redactor: &Redactor,
) -> Fault {
    use rustls::{Error, PeerIncompatible};
    let outcome = match rustls_error(error) {
        // TLS 1.2 has one alert for every kind of refusal; this one follows a request that was not
        // fulfilled.
        Some(Error::AlertReceived(alert))
            if client_certificate_asked && is_about_client_certificate(*alert) =>
        {
            Outcome::TlsClientCertificateRequired
        }
        Some(Error::AlertReceived(alert)) => classify_alert(*alert),
        Some(Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        )) => Outcome::TlsVersionTooOld,
        Some(Error::PeerIncompatible(_)) => Outcome::TlsNoCommonCipher,
        Some(
            Error::InvalidMessage(_)
            | Error::PeerMisbehaved(_)
            | Error::InappropriateMessage { .. }
            | Error::InappropriateHandshakeMessage { .. },
        ) => {
            return classify_non_tls(received, security, redactor);
        }
        Some(_) => Outcome::TlsGarbage,
        // A server that says something and hangs up is more telling for what it said.
        None if !received.is_empty() && recognise(received) != ServiceKind::Tls => {
            return classify_non_tls(received, security, redactor);
        }
        // Some say nothing at all when they are shown no certificate.
        None if client_certificate_asked && flight.complete => {
            Outcome::TlsClientCertificateRequired
        }
        // To rustls a warning is nothing; the last word before hanging up is the reason all the same.
        None => match (flight.alert, error.kind()) {
            (Some(alert), _) => classify_alert(alert),
            (None, io::ErrorKind::UnexpectedEof) => Outcome::TlsClosed,
            (None, _) => Outcome::TlsReset,
        },
    };
    Fault::from(outcome)
}

/// Whether the server left open why there is no TLS, so that asking again may tell.
pub(crate) fn is_unexplained(outcome: Outcome, received: &[u8], flight: &Flight) -> bool {
    let vague = matches!(
        outcome,
        Outcome::TlsVersionTooOld
            | Outcome::TlsNoCommonCipher
            | Outcome::TlsClosed
            | Outcome::TlsReset
            | Outcome::TlsTimeout
    );
    // What is complete without a choice or an alert is a goodbye (RFC 8446 §6.1).
    let only_refused = received.is_empty() || flight.alert.is_some() || flight.complete;
    vague && flight.choice.is_none() && only_refused
}

/// The outcome that an error of a stream inside TLS stands for.
///
/// In TLS 1.3 a server refuses a client without a certificate only after the client has finished, so
/// the alert comes in place of the greeting (RFC 8446 §4.4.2.4).
pub(crate) fn classify_stream_error(error: &io::Error) -> Option<Outcome> {
    match rustls_error(error)? {
        rustls::Error::AlertReceived(alert) => Some(classify_alert(*alert)),
        _ => Some(Outcome::TlsGarbage),
    }
}

pub(crate) fn rustls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// What came in place of TLS.
fn classify_non_tls(received: &[u8], security: Security, redactor: &Redactor) -> Fault {
    let service = recognise(received);
    let outcome = match (service, security) {
        (ServiceKind::Tls | ServiceKind::Binary, _) => Outcome::TlsGarbage,
        // Behind its agreement a server may explain why it cannot begin after all. Anything else that
        // comes in the clear was put there to be taken for a part of what is protected.
        (_, Security::Starttls) if is_negative_reply(received) => Outcome::StarttlsBroken,
        (ServiceKind::Mail, Security::Starttls) => Outcome::StarttlsInjection,
        (_, Security::Starttls) => Outcome::StarttlsBroken,
        (ServiceKind::Other, _) => Outcome::UnexpectedService,
        // Who turns this client away says so without TLS on every port.
        (ServiceKind::Mail | ServiceKind::Text, _) => {
            refusal_in_the_clear(received).unwrap_or(Outcome::PlainOnTlsPort)
        }
    };
    let server_reply = match service {
        ServiceKind::Tls | ServiceKind::Binary => None,
        _ => redactor.sanitize(received),
    };
    Fault {
        outcome,
        server_reply,
    }
}

/// What an alert means for someone who must repair the server (RFC 8446 §6.2).
fn classify_alert(alert: AlertDescription) -> Outcome {
    match alert {
        AlertDescription::ProtocolVersion => Outcome::TlsVersionTooOld,
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            Outcome::TlsNoCommonCipher
        }
        AlertDescription::UnrecognisedName => Outcome::TlsNameNotKnown,
        // A polite way to hang up (RFC 8446 §6.1).
        AlertDescription::CloseNotify | AlertDescription::UserCanceled => Outcome::TlsClosed,
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            Outcome::TlsClientCertificateRequired
        }
        _ => Outcome::TlsServerFault,
    }
}

/// Whether an alert can be about the certificate that a client did not show. Programs differ in which
/// one they send: OpenSSL the first, Go the third, GnuTLS the last.
fn is_about_client_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::HandshakeFailure
            | AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::CertificateRequired
            | AlertDescription::DecodeError
    )
}

#[cfg(test)]
mod tests {
    use rustls::{CipherSuite, ProtocolVersion};

    use super::*;
    use crate::tls::flight::{self, Choice};

    #[test]
    fn the_last_word_is_the_reason_for_hanging_up() {
        let alert =
            |number| io::Error::other(rustls::Error::AlertReceived(AlertDescription::from(number)));
        let closed = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
        let warning = [21, 3, 3, 0, 2, 1, 112];
        let goodbye = [21, 3, 3, 0, 2, 1, 0];
        // A hello and the end. The certificate is left out; what matters is that nothing more comes.
        let hello = [&[2, 0, 0, 38, 3, 3][..], &[7; 32], &[0, 0xc0, 0x2f, 0]].concat();
        let done = [&[22, 3, 3, 0, 46][..], &hello, &[14, 0, 0, 0]].concat();
        for (error, received, client_certificate_asked, outcome) in [
            (closed(), &[][..], false, Outcome::TlsClosed),
            (reset(), &[], false, Outcome::TlsReset),
            (closed(), &warning, false, Outcome::TlsNameNotKnown),
            (closed(), &goodbye, false, Outcome::TlsClosed),
            (alert(0), &goodbye, false, Outcome::TlsClosed),
            (alert(90), &[], false, Outcome::TlsClosed),
            (reset(), &warning, false, Outcome::TlsNameNotKnown),
            (closed(), &done, false, Outcome::TlsClosed),
            (closed(), &done, true, Outcome::TlsClientCertificateRequired),
            (reset(), &done, true, Outcome::TlsClientCertificateRequired),
            // It hung up before anything was asked of the client.
            (closed(), &done[..7], true, Outcome::TlsClosed),
            (
                alert(40),
                &done,
                true,
                Outcome::TlsClientCertificateRequired,
            ),
            (
                alert(42),
                &done,
                true,
                Outcome::TlsClientCertificateRequired,
            ),
            (
                alert(50),
                &done,
                true,
                Outcome::TlsClientCertificateRequired,
            ),
            (alert(50), &done, false, Outcome::TlsServerFault),
            (alert(80), &done, true, Outcome::TlsServerFault),
            (alert(42), &done, false, Outcome::TlsServerFault),
            (alert(40), &done, false, Outcome::TlsNoCommonCipher),
            (closed(), b"220 hello\r\n", false, Outcome::PlainOnTlsPort),
        ] {
            let flight = flight::parse(received);
            let redactor = Redactor::default();
            let fault = classify_failure(
                &error,
                received,
                &flight,
                client_certificate_asked,
                Security::Tls,
                &redactor,
            );
            assert_eq!(
                fault.outcome, outcome,
                "{error:?} {received:?} {client_certificate_asked}"
            );
        }
    }

    #[test]
    fn only_the_inexplicable_is_asked_again() {
        let chosen = Flight {
            choice: Some(Choice {
                version: ProtocolVersion::TLSv1_0,
                cipher: CipherSuite::TLS_NULL_WITH_NULL_NULL,
                key_exchange: None,
            }),
            ..Flight::default()
        };
        let refused = [21, 3, 3, 0, 2, 2, 40];
        let goodbye = [21, 3, 3, 0, 2, 1, 0];
        for (outcome, received, flight, again) in [
            (Outcome::TlsClosed, &[][..], Flight::default(), true),
            (Outcome::TlsReset, &[], Flight::default(), true),
            (Outcome::TlsClosed, &goodbye, flight::parse(&goodbye), true),
            (Outcome::TlsTimeout, &[], Flight::default(), true),
            (
                Outcome::TlsNoCommonCipher,
                &refused,
                flight::parse(&refused),
                true,
            ),
            (
                Outcome::TlsVersionTooOld,
                &refused,
                flight::parse(&refused),
                true,
            ),
            (Outcome::TlsVersionTooOld, &[22], chosen, false),
            (Outcome::TlsTimeout, &[22], Flight::default(), false),
            (
                Outcome::TlsNameNotKnown,
                &refused,
                flight::parse(&refused),
                false,
            ),
            (
                Outcome::TlsServerFault,
                &refused,
                flight::parse(&refused),
                false,
            ),
            (Outcome::TlsGarbage, &[], Flight::default(), false),
            (Outcome::PlainOnTlsPort, &[], Flight::default(), false),
            (
                Outcome::TlsClientCertificateRequired,
                &[],
                Flight::default(),
                false,
            ),
        ] {
            assert_eq!(
                is_unexplained(outcome, received, &flight),
                again,
                "{outcome} {received:?}"
            );
        }
    }

    #[test]
    fn what_is_not_tls_is_named() {
        use Security::{Starttls, Tls};
        for (received, security, outcome, quoted) in [
            (&b"* OK ready\r\n"[..], Tls, Outcome::PlainOnTlsPort, true),
            (b"220 mail ESMTP\r\n", Tls, Outcome::PlainOnTlsPort, true),
            (b"+OK\r\n", Tls, Outcome::PlainOnTlsPort, true),
            (b"554 5.7.1 go\r\n", Tls, Outcome::GreetingRefused, true),
            (b"-ERR banned\r\n", Tls, Outcome::GreetingRefused, true),
            (b"* BYE busy\r\n", Tls, Outcome::GreetingBusy, true),
            (
                b"HTTP/1.1 400 Bad Request\r\n",
                Tls,
                Outcome::UnexpectedService,
                true,
            ),
            (
                b"SSH-2.0-OpenSSH\r\n",
                Tls,
                Outcome::UnexpectedService,
                true,
            ),
            (b"\x80\x01\x02\x03", Tls, Outcome::TlsGarbage, false),
            (b"\x16\x03\x03\xff\xff", Tls, Outcome::TlsGarbage, false),
            (
                b"-ERR STARTTLS failed\r\n",
                Starttls,
                Outcome::StarttlsBroken,
                true,
            ),
            (
                b"a NO STARTTLS failed\r\n",
                Starttls,
                Outcome::StarttlsBroken,
                true,
            ),
            (
                b"454 4.7.0 TLS not available\r\n",
                Starttls,
                Outcome::StarttlsBroken,
                true,
            ),
            // A letter of several bytes where a digit is expected.
            (b"4\xe2\x98\x83 x\r\n", Starttls, Outcome::TlsGarbage, false),
            (b"250 OK\r\n", Starttls, Outcome::StarttlsInjection, true),
            (
                b"* CAPABILITY AUTH=PLAIN\r\n",
                Starttls,
                Outcome::StarttlsInjection,
                true,
            ),
        ] {
            let fault = classify_non_tls(received, security, &Redactor::default());
            assert_eq!(fault.outcome, outcome, "{received:?}");
            assert_eq!(fault.server_reply.is_some(), quoted, "{received:?}");
        }
    }
}
