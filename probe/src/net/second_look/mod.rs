//! Finds out why there is no TLS when rustls cannot say, with a few hellos made by hand.
//!
//! One alert stands for many causes (RFC 8446 §6.2), and a closed connection for all of them. What a
//! server would have chosen instead is in the clear, so it is asked, on new connections, and left
//! alone as soon as it has answered. Nothing is ever encrypted here.

mod hello;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::{AlertDescription, NamedGroup, ProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use self::hello::Hello;
use super::approach::approach;
use crate::dialogue::{Fault, Redactor};
use crate::endpoint::Endpoint;
use crate::outcome::Outcome;
use crate::step::Facts;
use crate::tls::flight::{self, Choice, Exchange, Flight};
use crate::tls::{ciphers, facts as tls_facts};

/// The time for everything here together.
const BUDGET: Duration = Duration::from_secs(8);

/// The time for the answer to one hello. A server that is there needs one round trip.
const ANSWER: Duration = Duration::from_secs(2);

/// Longer than one packet of Ethernet, as hellos with a post-quantum key share are.
const LARGE: usize = 1800;

/// Looks again at a server that refused TLS without a reason. Returns why, and what the server would
/// have chosen; or else `first`.
pub(super) async fn look(
    first: Fault,
    peer: SocketAddr,
    endpoint: &Endpoint,
    redactor: &Arc<Redactor>,
    ours: &CryptoProvider,
) -> (Fault, Facts) {
    let offers = Offers::of(ours);
    let asking = async {
        let mut answers = Vec::new();
        loop {
            match decide(first.outcome, &answers, &offers) {
                Decision::Ask(question) => {
                    let answer = ask(question, &offers, peer, endpoint, redactor, ours).await;
                    answers.push((question, answer));
                }
                Decision::Found(outcome, facts) => return (outcome, facts),
            }
        }
    };
    match timeout(BUDGET, asking).await {
        Ok((outcome, facts)) if outcome != first.outcome => {
            let server_said = None;
            (
                Fault {
                    outcome,
                    server_said,
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
enum Question {
    /// The same offers as the first time, without what made the hello long.
    Small,
    /// The same offers, as long as the first time.
    Large,
    /// Everything that there is.
    Everything,
    /// What was there before TLS 1.2, in a hello of this version.
    Old(u16),
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
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
enum Decision {
    Ask(Question),
    Found(Outcome, Facts),
}

/// What is asked next, or what was found. There are at most five questions, because each connection
/// costs the server something and the customer time.
fn decide(first: Outcome, answers: &[(Question, Answer)], offers: &Offers) -> Decision {
    use Decision::{Ask, Found};
    let nothing = Found(first, Facts::None {});
    let Some((question, answer)) = answers.last() else {
        return match first {
            Outcome::TlsClosed | Outcome::TlsReset | Outcome::TlsTimeout => Ask(Question::Small),
            _ => Ask(Question::Everything),
        };
    };
    match (question, answer) {
        // Whether it is the length is only known when nothing but the length makes the difference.
        (Question::Small, Answer::Chose(_, choice)) if offers.lack(*choice).is_none() => {
            Ask(Question::Large)
        }
        (Question::Large, Answer::Dropped | Answer::Silent) => {
            let small = answers.iter().find_map(|(_, answer)| match answer {
                Answer::Chose(flight, _) => Some(tls_facts::seen(flight, false)),
                _ => None,
            });
            small.map_or(nothing, |facts| Found(Outcome::TlsLargeHelloDropped, facts))
        }
        (Question::Large, _) | (_, Answer::Silent | Answer::Nothing) => nothing,
        (_, Answer::Chose(flight, choice)) => Found(
            offers.lack(*choice).unwrap_or(first),
            tls_facts::seen(flight, false),
        ),
        (_, Answer::Alert(alert)) if !is_about_offers(*alert) => nothing,
        (Question::Small, _) => Ask(Question::Everything),
        (Question::Everything, _) => Ask(Question::Old(0x0302)),
        (Question::Old(0x0302), _) => Ask(Question::Old(0x0301)),
        (Question::Old(0x0301), _) => Ask(Question::Old(0x0300)),
        (Question::Old(_), _) => nothing,
    }
}

/// Whether another hello may be answered better. Old servers also call illegal or undecodable what is
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
struct Offers {
    ciphers: Vec<u16>,
    groups: Vec<NamedGroup>,
}

impl Offers {
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
            exchange,
        } = choice;
        let exchange_known = match exchange {
            None => true,
            Some(Exchange::Group(group)) => self.groups.contains(&group),
            Some(Exchange::Prime(_)) => false,
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
    question: Question,
    offers: &Offers,
    peer: SocketAddr,
    endpoint: &Endpoint,
    redactor: &Arc<Redactor>,
    provider: &CryptoProvider,
) -> Answer {
    let mut random = [0; 32];
    if provider.secure_random.fill(&mut random).is_err() {
        return Answer::Nothing;
    }
    let groups = offers.small_groups();
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
        Question::Small | Question::Large => Hello {
            version: 0x0303,
            random,
            ciphers: &offers.ciphers,
            server_name,
            versions: &[0x0304, 0x0303],
            groups: &groups,
            schemes: SCHEMES,
            padded_to: if question == Question::Large {
                LARGE
            } else {
                0
            },
        },
        Question::Everything => Hello {
            version: 0x0303,
            random,
            ciphers: &every_cipher,
            server_name,
            versions: &[0x0304, 0x0303, 0x0302, 0x0301],
            groups: EVERY_GROUP,
            schemes: EVERY_SCHEME,
            padded_to: 0,
        },
        Question::Old(0x0300) => Hello {
            version: 0x0300,
            random,
            ciphers: OLD_CIPHERS,
            ..Hello::default()
        },
        Question::Old(version) => Hello {
            version,
            random,
            ciphers: OLD_CIPHERS,
            server_name,
            groups: OLD_GROUPS,
            ..Hello::default()
        },
    };
    match approach(peer, endpoint, redactor).await {
        Ok(approached) => answer(approached.upgrade.into_stream(), &hello.write()).await,
        Err(_) => Answer::Nothing,
    }
}

/// Sends a hello and reads until all is said that is said in the clear.
async fn answer(mut stream: TcpStream, hello: &[u8]) -> Answer {
    let mut heard = Vec::new();
    let mut read = Flight::default();
    let reading = async {
        stream.write_all(hello).await?;
        let mut bytes = [0; 4096];
        while !read.complete && heard.len() < flight::MOST_BYTES {
            match stream.read(&mut bytes).await? {
                0 => break,
                length => heard.extend_from_slice(&bytes[..length]),
            }
            read = flight::read(&heard);
        }
        Ok::<_, std::io::Error>(())
    };
    let ended = timeout(ANSWER, reading).await;
    match (read.choice, read.alert) {
        (Some(choice), _) => Answer::Chose(read, choice),
        (None, Some(alert)) => Answer::Alert(alert),
        (None, None) if !heard.is_empty() => Answer::Nothing,
        (None, None) if ended.is_ok() => Answer::Dropped,
        (None, None) => Answer::Silent,
    }
}

/// The signature schemes that rustls offers (RFC 8446 §4.2.3).
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

    fn chose(version: u16, cipher: u16, exchange: Option<Exchange>) -> Answer {
        let choice = Choice {
            version: ProtocolVersion::from(version),
            cipher: CipherSuite::from(cipher),
            exchange,
        };
        let flight = Flight {
            choice: Some(choice),
            ..Flight::default()
        };
        Answer::Chose(flight, choice)
    }

    fn alert(number: u8) -> Answer {
        Answer::Alert(AlertDescription::from(number))
    }

    /// What comes out when a server answers to each question like this.
    fn outcome(
        first: Outcome,
        answer: impl Fn(Question) -> Answer,
    ) -> (Vec<Question>, Outcome, bool) {
        let offers = Offers::of(&aws_lc_rs::default_provider());
        let mut answers = Vec::new();
        loop {
            match decide(first, &answers, &offers) {
                Decision::Ask(question) => answers.push((question, answer(question))),
                Decision::Found(outcome, facts) => {
                    let asked = answers.into_iter().map(|(question, _)| question);
                    return (asked.collect(), outcome, facts != Facts::None {});
                }
            }
        }
    }

    #[test]
    fn causes_are_told_apart() {
        use Outcome::{
            TlsClosed, TlsLargeHelloDropped, TlsNoCommonCipher, TlsReset, TlsTimeout,
            TlsVersionTooOld,
        };
        use Question::{Everything, Large, Old, Small};
        let x25519 = Some(Exchange::Group(NamedGroup::X25519));
        let x448 = Some(Exchange::Group(NamedGroup::X448));
        let good = move || chose(0x0303, 0xc02f, x25519);
        let every = vec![Everything, Old(0x0302), Old(0x0301), Old(0x0300)];
        let all = [vec![Small], every.clone()].concat();
        type Answers = Box<dyn Fn(Question) -> Answer>;
        let same = |answer: fn() -> Answer| -> Answers { Box::new(move |_| answer()) };
        let only = |wanted: Question, yes: fn() -> Answer, no: fn() -> Answer| -> Answers {
            Box::new(move |question| if question == wanted { yes() } else { no() })
        };
        let dropped = || Answer::Dropped;
        let refused = || alert(40);
        let rows: Vec<(Outcome, Answers, Vec<Question>, Outcome, bool)> = vec![
            // The length.
            (
                TlsReset,
                only(Large, dropped, || chose(0x0304, 0x1301, None)),
                vec![Small, Large],
                TlsLargeHelloDropped,
                true,
            ),
            (
                TlsTimeout,
                only(Large, || Answer::Silent, || chose(0x0304, 0x1301, None)),
                vec![Small, Large],
                TlsLargeHelloDropped,
                true,
            ),
            // Not the length: nothing happens again, or nothing can be known.
            (
                TlsReset,
                Box::new(move |_| good()),
                vec![Small, Large],
                TlsReset,
                false,
            ),
            (
                TlsReset,
                only(Large, || Answer::Nothing, || chose(0x0304, 0x1301, None)),
                vec![Small, Large],
                TlsReset,
                false,
            ),
            (
                TlsReset,
                only(Large, || alert(50), || chose(0x0304, 0x1301, None)),
                vec![Small, Large],
                TlsReset,
                false,
            ),
            // The version.
            (
                TlsVersionTooOld,
                same(|| chose(0x0301, 0x002f, None)),
                vec![Everything],
                TlsVersionTooOld,
                true,
            ),
            (
                TlsNoCommonCipher,
                same(|| chose(0x0302, 0x002f, None)),
                vec![Everything],
                TlsVersionTooOld,
                true,
            ),
            (
                TlsClosed,
                only(Old(0x0300), || chose(0x0300, 0x000a, None), dropped),
                all.clone(),
                TlsVersionTooOld,
                true,
            ),
            (
                TlsNoCommonCipher,
                only(Old(0x0301), || chose(0x0301, 0x000a, None), refused),
                every[..3].to_vec(),
                TlsVersionTooOld,
                true,
            ),
            // Its length may matter, too, but not as much.
            (
                TlsReset,
                only(Large, dropped, || chose(0x0301, 0x002f, None)),
                vec![Small],
                TlsVersionTooOld,
                true,
            ),
            // The cipher or the group.
            (
                TlsNoCommonCipher,
                same(|| chose(0x0303, 0x009c, None)),
                vec![Everything],
                TlsNoCommonCipher,
                true,
            ),
            (
                TlsClosed,
                only(Everything, || chose(0x0303, 0x009c, None), dropped),
                vec![Small, Everything],
                TlsNoCommonCipher,
                true,
            ),
            (
                TlsVersionTooOld,
                Box::new(move |_| chose(0x0304, 0x1301, x448)),
                vec![Everything],
                TlsNoCommonCipher,
                true,
            ),
            (
                TlsVersionTooOld,
                same(|| chose(0x0303, 0xc02f, Some(Exchange::Prime(1024)))),
                vec![Everything],
                TlsNoCommonCipher,
                true,
            ),
            // What is chosen could be had, so it is something else.
            (
                TlsNoCommonCipher,
                Box::new(move |_| good()),
                vec![Everything],
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
                same(|| Answer::Silent),
                vec![Small],
                TlsTimeout,
                false,
            ),
            (
                TlsReset,
                same(|| Answer::Nothing),
                vec![Small],
                TlsReset,
                false,
            ),
            (
                TlsNoCommonCipher,
                same(|| alert(80)),
                vec![Everything],
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
                || Answer::Dropped,
                || alert(70),
                || chose(0x0303, 0x1301, None),
            ] {
                assert!(outcome(first, |_| answer()).0.len() <= 5);
            }
        }
    }
}
