//! Finds out why there is no TLS when rustls cannot say, with a few hellos made by hand.
//!
//! One alert stands for many causes (RFC 8446 §6.2), and a closed connection for all of them. What a
//! server would have chosen instead is in the clear, so it is asked, on new connections, and left
//! alone as soon as it has answered. Nothing is ever encrypted here.

mod client_hello;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::{AlertDescription, NamedGroup, ProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use self::client_hello::ClientHello;
use super::prepare_tls::connect_and_prepare;
use crate::dialogue::{Fault, Redactor};
use crate::endpoint::Endpoint;
use crate::outcome::Outcome;
use crate::step::Facts;
use crate::tls::flight::{self, Choice, Flight, KeyExchange};
use crate::tls::{ciphers, facts as tls_facts};

/// The time for everything here together.
const DIAGNOSIS_TIMEOUT: Duration = Duration::from_secs(8);

/// The time for the answer to one hello. A server that is there needs one round trip.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Longer than one packet of Ethernet, as hellos with a post-quantum key share are.
const LONG_HELLO_LEN: usize = 1800;

/// Looks again at a server that refused TLS without a reason. Returns why, and what the server would
/// have chosen; or else `first`.
pub(super) async fn diagnose(
    first: Fault,
    peer: SocketAddr,
    endpoint: &Endpoint,
    redactor: &Arc<Redactor>,
    ours: &CryptoProvider,
) -> (Fault, Facts) {
    let supported = Supported::of(ours);
    let asking = async {
        let mut answers = Vec::new();
        loop {
            match decide(first.outcome, &answers, &supported) {
                Next::Ask(question) => {
                    let answer = ask(question, &supported, peer, endpoint, redactor, ours).await;
                    answers.push((question, answer));
                }
                Next::Found(outcome, facts) => return (outcome, facts),
            }
        }
    };
    match timeout(DIAGNOSIS_TIMEOUT, asking).await {
        Ok((outcome, facts)) if outcome != first.outcome => {
            let server_reply = None;
            (
                Fault {
                    outcome,
                    server_reply,
                },
                facts,
            )
        }
        Ok((_, facts)) => (first, facts),
        Err(_) => (first, Facts::None {}),
    }
}

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offer {
    /// The same supported as the first time, without what made the hello long.
    Short,
    /// The same supported, as long as the first time.
    Long,
    /// All that there is.
    All,
    /// What was there before TLS 1.2, in a hello of this version.
    Legacy(u16),
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
enum Response {
    /// The server agreed to something.
    Chose(Flight, Choice),
    /// It said why not.
    Alert(AlertDescription),
    /// It closed or reset the connection.
    Dropped,
    /// It did not answer in time.
    Silent,
    /// It could not be asked, or answered something that is not TLS.
    Nothing,
}

/// What to do next.
#[derive(Debug, PartialEq)]
enum Next {
    Ask(Offer),
    Found(Outcome, Facts),
}

/// What is asked next, or what was found. There are at most five questions, because each connection
/// costs the server something and the customer time.
fn decide(first: Outcome, answers: &[(Offer, Response)], supported: &Supported) -> Next {
    use Next::{Ask, Found};
    let nothing = Found(first, Facts::None {});
    let Some((question, answer)) = answers.last() else {
        return match first {
            Outcome::TlsClosed | Outcome::TlsReset | Outcome::TlsTimeout => Ask(Offer::Short),
            _ => Ask(Offer::All),
        };
    };
    match (question, answer) {
        // Whether it is the length is only known when nothing but the length makes the difference.
        (Offer::Short, Response::Chose(_, choice)) if supported.lack(*choice).is_none() => {
            Ask(Offer::Long)
        }
        (Offer::Long, Response::Dropped | Response::Silent) => {
            let small = answers.iter().find_map(|(_, answer)| match answer {
                Response::Chose(flight, _) => Some(tls_facts::seen(flight, false)),
                _ => None,
            });
            small.map_or(nothing, |facts| Found(Outcome::TlsLargeHelloDropped, facts))
        }
        (Offer::Long, _) | (_, Response::Silent | Response::Nothing) => nothing,
        (_, Response::Chose(flight, choice)) => Found(
            supported.lack(*choice).unwrap_or(first),
            tls_facts::seen(flight, false),
        ),
        (_, Response::Alert(alert)) if !is_about_offers(*alert) => nothing,
        (Offer::Short, _) => Ask(Offer::All),
        (Offer::All, _) => Ask(Offer::Legacy(0x0302)),
        (Offer::Legacy(0x0302), _) => Ask(Offer::Legacy(0x0301)),
        (Offer::Legacy(0x0301), _) => Ask(Offer::Legacy(0x0300)),
        (Offer::Legacy(_), _) => nothing,
    }
}

/// Whether another hello may be answered better. Legacy servers also call illegal or undecodable what is
/// only new to them.
fn is_about_offers(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity
            | AlertDescription::ProtocolVersion
            | AlertDescription::IllegalParameter
            | AlertDescription::DecodeError
            | AlertDescription::UnexpectedMessage
    )
}

/// What this client can do.
struct Supported {
    ciphers: Vec<u16>,
    groups: Vec<NamedGroup>,
}

impl Supported {
    fn of(provider: &CryptoProvider) -> Self {
        Self {
            ciphers: provider
                .cipher_suites
                .iter()
                .map(|suite| suite.suite().into())
                .collect(),
            groups: provider
                .kx_groups
                .iter()
                .map(|group| group.name())
                .collect(),
        }
    }

    /// Why this client cannot have what the server chose, if that is so.
    fn lack(&self, choice: Choice) -> Option<Outcome> {
        let Choice {
            version,
            cipher,
            key_exchange,
        } = choice;
        let exchange_known = match key_exchange {
            None => true,
            Some(KeyExchange::Group(group)) => self.groups.contains(&group),
            Some(KeyExchange::Prime(_)) => false,
        };
        if u16::from(version) < u16::from(ProtocolVersion::TLSv1_2) {
            Some(Outcome::TlsVersionTooOld)
        } else if !self.ciphers.contains(&cipher.into()) || !exchange_known {
            Some(Outcome::TlsNoCommonCipher)
        } else {
            None
        }
    }

    /// The groups whose keys are short.
    fn small_groups(&self) -> Vec<u16> {
        let classical = |group: &NamedGroup| {
            matches!(
                group,
                NamedGroup::X25519 | NamedGroup::secp256r1 | NamedGroup::secp384r1
            )
        };
        let groups = self.groups.iter().copied().filter(classical);
        groups.map(u16::from).collect()
    }
}

async fn ask(
    question: Offer,
    supported: &Supported,
    peer: SocketAddr,
    endpoint: &Endpoint,
    redactor: &Arc<Redactor>,
    provider: &CryptoProvider,
) -> Response {
    let mut random = [0; 32];
    if provider.secure_random.fill(&mut random).is_err() {
        return Response::Nothing;
    }
    let groups = supported.small_groups();
    let every_cipher: Vec<u16> = ciphers::ALL
        .iter()
        .map(|(number, _)| *number)
        .chain([SECURE_RENEGOTIATION])
        .collect();
    // Addresses are not names (RFC 6066 §3), and SSL 3.0 has no extensions.
    let server_name = endpoint
        .host
        .address()
        .is_none()
        .then_some(endpoint.host.as_str());
    let hello = match question {
        Offer::Short | Offer::Long => ClientHello {
            version: 0x0303,
            random,
            ciphers: &supported.ciphers,
            server_name,
            versions: &[0x0304, 0x0303],
            groups: &groups,
            schemes: SCHEMES,
            padded_to: if question == Offer::Long {
                LONG_HELLO_LEN
            } else {
                0
            },
        },
        Offer::All => ClientHello {
            version: 0x0303,
            random,
            ciphers: &every_cipher,
            server_name,
            versions: &[0x0304, 0x0303, 0x0302, 0x0301],
            groups: EVERY_GROUP,
            schemes: EVERY_SCHEME,
            padded_to: 0,
        },
        Offer::Legacy(0x0300) => ClientHello {
            version: 0x0300,
            random,
            ciphers: OLD_CIPHERS,
            ..ClientHello::default()
        },
        Offer::Legacy(version) => ClientHello {
            version,
            random,
            ciphers: OLD_CIPHERS,
            server_name,
            groups: OLD_GROUPS,
            ..ClientHello::default()
        },
    };
    match connect_and_prepare(peer, endpoint, redactor).await {
        Ok(ready) => answer(ready.upgrade.into_stream(), &hello.write()).await,
        Err(_) => Response::Nothing,
    }
}

/// Sends a hello and reads until all is said that is said in the clear.
async fn answer(mut stream: TcpStream, hello: &[u8]) -> Response {
    let mut received = Vec::new();
    let mut read = Flight::default();
    let reading = async {
        stream.write_all(hello).await?;
        let mut bytes = [0; 4096];
        while !read.complete && received.len() < flight::MAX_FLIGHT_LEN {
            match stream.read(&mut bytes).await? {
                0 => break,
                length => received.extend_from_slice(&bytes[..length]),
            }
            read = flight::parse(&received);
        }
        Ok::<_, std::io::Error>(())
    };
    let ended = timeout(RESPONSE_TIMEOUT, reading).await;
    match (read.choice, read.alert) {
        (Some(choice), _) => Response::Chose(read, choice),
        (None, Some(alert)) => Response::Alert(alert),
        (None, None) if !received.is_empty() => Response::Nothing,
        (None, None) if ended.is_ok() => Response::Dropped,
        (None, None) => Response::Silent,
    }
}

/// The signature schemes that rustls supported (RFC 8446 §4.2.3).
const SCHEMES: &[u16] = &[
    0x0503, 0x0403, 0x0603, 0x0807, 0x0806, 0x0805, 0x0804, 0x0601, 0x0501, 0x0401,
];

/// The same and Ed448, DSA, SHA-224, SHA-1 and MD5.
const EVERY_SCHEME: &[u16] = &[
    0x0503, 0x0403, 0x0603, 0x0807, 0x0808, 0x0806, 0x0805, 0x0804, 0x080b, 0x080a, 0x0809, 0x0601,
    0x0501, 0x0401, 0x0303, 0x0301, 0x0203, 0x0201, 0x0602, 0x0502, 0x0402, 0x0302, 0x0202, 0x0101,
];

/// X25519, which has a key share, the other groups of RFC 8446 §4.2.7, and the older curves of RFC 8422
/// §5.1.1 and RFC 7027.
const EVERY_GROUP: &[u16] = &[
    0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x001a, 0x001b, 0x001c, 0x0016, 0x0015, 0x0013, 0x000e,
    0x000d, 0x000c, 0x000b, 0x000a, 0x0009, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104,
];

/// The curves that servers before TLS 1.2 know.
const OLD_GROUPS: &[u16] = &[0x0017, 0x0018, 0x0019];

/// Stands for the renegotiation extension, which some servers insist on (RFC 5746 §3.3).
const SECURE_RENEGOTIATION: u16 = 0x00ff;

/// The ciphers of SSL 3.0 to TLS 1.1, few enough for a short hello.
const OLD_CIPHERS: &[u16] = &[
    0xc009,
    0xc013,
    0xc00a,
    0xc014,
    0x0033,
    0x0039,
    0x0032,
    0x0038,
    0x002f,
    0x0035,
    0x0045,
    0x0088,
    0x0041,
    0x0084,
    0xc008,
    0xc012,
    0x0016,
    0x0013,
    0x000a,
    0xc007,
    0xc011,
    0x0005,
    0x0004,
    0x0034,
    0x003a,
    0x001b,
    0x0018,
    0x0015,
    0x0012,
    0x0009,
    0x0014,
    0x0011,
    0x0008,
    0x0006,
    0x0003,
    SECURE_RENEGOTIATION,
];

#[cfg(test)]
mod tests {
    use rustls::crypto::aws_lc_rs;
    use rustls::{CipherSuite, NamedGroup};

    use super::*;

    fn chose(version: u16, cipher: u16, key_exchange: Option<KeyExchange>) -> Response {
        let choice = Choice {
            version: ProtocolVersion::from(version),
            cipher: CipherSuite::from(cipher),
            key_exchange,
        };
        let flight = Flight {
            choice: Some(choice),
            ..Flight::default()
        };
        Response::Chose(flight, choice)
    }

    fn alert(number: u8) -> Response {
        Response::Alert(AlertDescription::from(number))
    }

    /// What comes out when a server answers to each question like this.
    fn outcome(first: Outcome, answer: impl Fn(Offer) -> Response) -> (Vec<Offer>, Outcome, bool) {
        let supported = Supported::of(&aws_lc_rs::default_provider());
        let mut answers = Vec::new();
        loop {
            match decide(first, &answers, &supported) {
                Next::Ask(question) => answers.push((question, answer(question))),
                Next::Found(outcome, facts) => {
                    let asked = answers.into_iter().map(|(question, _)| question);
                    return (asked.collect(), outcome, facts != Facts::None {});
                }
            }
        }
    }

    #[test]
    fn causes_are_told_apart() {
        use Offer::{All, Legacy, Long, Short};
        use Outcome::{
            TlsClosed, TlsLargeHelloDropped, TlsNoCommonCipher, TlsReset, TlsTimeout,
            TlsVersionTooOld,
        };
        let x25519 = Some(KeyExchange::Group(NamedGroup::X25519));
        let x448 = Some(KeyExchange::Group(NamedGroup::X448));
        let good = move || chose(0x0303, 0xc02f, x25519);
        let every = vec![All, Legacy(0x0302), Legacy(0x0301), Legacy(0x0300)];
        let all = [vec![Short], every.clone()].concat();
        type Answers = Box<dyn Fn(Offer) -> Response>;
        let same = |answer: fn() -> Response| -> Answers { Box::new(move |_| answer()) };
        let only = |wanted: Offer, yes: fn() -> Response, no: fn() -> Response| -> Answers {
            Box::new(move |question| if question == wanted { yes() } else { no() })
        };
        let dropped = || Response::Dropped;
        let refused = || alert(40);
        let rows: Vec<(Outcome, Answers, Vec<Offer>, Outcome, bool)> = vec![
            // The length.
            (
                TlsReset,
                only(Long, dropped, || chose(0x0304, 0x1301, None)),
                vec![Short, Long],
                TlsLargeHelloDropped,
                true,
            ),
            (
                TlsTimeout,
                only(Long, || Response::Silent, || chose(0x0304, 0x1301, None)),
                vec![Short, Long],
                TlsLargeHelloDropped,
                true,
            ),
            // Not the length: nothing happens again, or nothing can be known.
            (
                TlsReset,
                Box::new(move |_| good()),
                vec![Short, Long],
                TlsReset,
                false,
            ),
            (
                TlsReset,
                only(Long, || Response::Nothing, || chose(0x0304, 0x1301, None)),
                vec![Short, Long],
                TlsReset,
                false,
            ),
            (
                TlsReset,
                only(Long, || alert(50), || chose(0x0304, 0x1301, None)),
                vec![Short, Long],
                TlsReset,
                false,
            ),
            // The version.
            (
                TlsVersionTooOld,
                same(|| chose(0x0301, 0x002f, None)),
                vec![All],
                TlsVersionTooOld,
                true,
            ),
            (
                TlsNoCommonCipher,
                same(|| chose(0x0302, 0x002f, None)),
                vec![All],
                TlsVersionTooOld,
                true,
            ),
            (
                TlsClosed,
                only(Legacy(0x0300), || chose(0x0300, 0x000a, None), dropped),
                all.clone(),
                TlsVersionTooOld,
                true,
            ),
            (
                TlsNoCommonCipher,
                only(Legacy(0x0301), || chose(0x0301, 0x000a, None), refused),
                every[..3].to_vec(),
                TlsVersionTooOld,
                true,
            ),
            // Its length may matter, too, but not as much.
            (
                TlsReset,
                only(Long, dropped, || chose(0x0301, 0x002f, None)),
                vec![Short],
                TlsVersionTooOld,
                true,
            ),
            // The cipher or the group.
            (
                TlsNoCommonCipher,
                same(|| chose(0x0303, 0x009c, None)),
                vec![All],
                TlsNoCommonCipher,
                true,
            ),
            (
                TlsClosed,
                only(All, || chose(0x0303, 0x009c, None), dropped),
                vec![Short, All],
                TlsNoCommonCipher,
                true,
            ),
            (
                TlsVersionTooOld,
                Box::new(move |_| chose(0x0304, 0x1301, x448)),
                vec![All],
                TlsNoCommonCipher,
                true,
            ),
            (
                TlsVersionTooOld,
                same(|| chose(0x0303, 0xc02f, Some(KeyExchange::Prime(1024)))),
                vec![All],
                TlsNoCommonCipher,
                true,
            ),
            // What is chosen could be had, so it is something else.
            (
                TlsNoCommonCipher,
                Box::new(move |_| good()),
                vec![All],
                TlsNoCommonCipher,
                true,
            ),
            // Nothing is learnt.
            (
                TlsNoCommonCipher,
                same(refused),
                every.clone(),
                TlsNoCommonCipher,
                false,
            ),
            (TlsClosed, same(dropped), all, TlsClosed, false),
            (
                TlsTimeout,
                same(|| Response::Silent),
                vec![Short],
                TlsTimeout,
                false,
            ),
            (
                TlsReset,
                same(|| Response::Nothing),
                vec![Short],
                TlsReset,
                false,
            ),
            (
                TlsNoCommonCipher,
                same(|| alert(80)),
                vec![All],
                TlsNoCommonCipher,
                false,
            ),
        ];
        for (index, (first, answers, questions, expected, facts)) in rows.into_iter().enumerate() {
            let found = outcome(first, answers);
            assert_eq!(found, (questions, expected, facts), "row {index}");
        }
    }

    #[test]
    fn there_are_at_most_five_questions() {
        for first in [Outcome::TlsClosed, Outcome::TlsNoCommonCipher] {
            for answer in [
                || Response::Dropped,
                || alert(70),
                || chose(0x0303, 0x1301, None),
            ] {
                assert!(outcome(first, |_| answer()).0.len() <= 5);
            }
        }
    }
}
