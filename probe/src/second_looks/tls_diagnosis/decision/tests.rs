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
    alert_of(number, 0x0303)
}

fn alert_of(number: u8, version: u16) -> Response {
    Response::Alert(AlertDescription::from(number), version)
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
    use Offer::{All, Legacy, Long, Supported};
    use Outcome::{
        TlsClosed, TlsLargeHelloDropped, TlsNoCommonCipher, TlsReset, TlsTimeout, TlsVersionTooOld,
    };
    type Row = (
        Outcome,
        fn(Offer) -> Response,
        &'static [Offer],
        Outcome,
        bool,
    );
    const X25519: Option<KeyExchange> = Some(KeyExchange::Group(NamedGroup::X25519));
    const X448: Option<KeyExchange> = Some(KeyExchange::Group(NamedGroup::X448));
    let rows: [Row; 29] = [
        // The length.
        (
            TlsReset,
            |offer| match offer {
                Long => Response::Dropped,
                _ => chose(0x0304, 0x1301, None),
            },
            &[All, Long],
            TlsLargeHelloDropped,
            true,
        ),
        (
            TlsTimeout,
            |offer| match offer {
                Long => Response::Silent,
                _ => chose(0x0304, 0x1301, None),
            },
            &[All, Long],
            TlsLargeHelloDropped,
            true,
        ),
        // Not the length: nothing happens again, or nothing can be known.
        (
            TlsReset,
            |_| chose(0x0303, 0xc02f, X25519),
            &[All, Long],
            TlsReset,
            false,
        ),
        (
            TlsReset,
            |offer| match offer {
                Long => Response::Nothing,
                _ => chose(0x0304, 0x1301, None),
            },
            &[All, Long],
            TlsReset,
            false,
        ),
        (
            TlsReset,
            |offer| match offer {
                Long => alert(50),
                _ => chose(0x0304, 0x1301, None),
            },
            &[All, Long],
            TlsReset,
            false,
        ),
        // The version.
        (
            TlsVersionTooOld,
            |_| chose(0x0301, 0x002f, None),
            &[All],
            TlsVersionTooOld,
            true,
        ),
        (
            TlsNoCommonCipher,
            |_| chose(0x0302, 0x002f, None),
            &[All],
            TlsVersionTooOld,
            true,
        ),
        (
            TlsClosed,
            |offer| match offer {
                Legacy(0x0301) => chose(0x0301, 0x000a, None),
                _ => Response::Dropped,
            },
            &[All, Legacy(0x0301)],
            TlsVersionTooOld,
            true,
        ),
        (
            TlsNoCommonCipher,
            |offer| match offer {
                Legacy(0x0301) => chose(0x0301, 0x000a, None),
                _ => alert(40),
            },
            &[All, Legacy(0x0301)],
            TlsVersionTooOld,
            true,
        ),
        (
            TlsNoCommonCipher,
            |offer| match offer {
                Legacy(0x0300) => chose(0x0300, 0x000a, None),
                _ => alert_of(40, 0x0300),
            },
            &[All, Legacy(0x0300)],
            TlsVersionTooOld,
            true,
        ),
        // Its length may matter, too, but not as much.
        (
            TlsReset,
            |offer| match offer {
                Long => Response::Dropped,
                _ => chose(0x0301, 0x002f, None),
            },
            &[All],
            TlsVersionTooOld,
            true,
        ),
        // The cipher or the group.
        (
            TlsNoCommonCipher,
            |_| chose(0x0303, 0x009c, None),
            &[All],
            TlsNoCommonCipher,
            true,
        ),
        (
            TlsClosed,
            |offer| match offer {
                All => chose(0x0303, 0x009c, None),
                _ => Response::Dropped,
            },
            &[All, Supported],
            TlsNoCommonCipher,
            true,
        ),
        (
            TlsReset,
            |offer| match offer {
                All => chose(0x0303, 0x009c, None),
                _ => alert(40),
            },
            &[All, Supported],
            TlsNoCommonCipher,
            true,
        ),
        (
            TlsVersionTooOld,
            |_| chose(0x0304, 0x1301, X448),
            &[All],
            TlsNoCommonCipher,
            true,
        ),
        (
            TlsVersionTooOld,
            |_| chose(0x0303, 0xc02f, Some(KeyExchange::Prime(1024))),
            &[All],
            TlsNoCommonCipher,
            true,
        ),
        // The server likes another cipher better, so it is something else, perhaps the length.
        (
            TlsClosed,
            |offer| match offer {
                All => chose(0x0303, 0x009c, None),
                _ => chose(0x0303, 0xc02f, X25519),
            },
            &[All, Supported],
            TlsClosed,
            false,
        ),
        (
            TlsClosed,
            |offer| match offer {
                All => chose(0x0303, 0x009c, None),
                _ => Response::Silent,
            },
            &[All, Supported],
            TlsClosed,
            false,
        ),
        (
            TlsClosed,
            |offer| match offer {
                All => chose(0x0303, 0x009c, None),
                _ => alert(80),
            },
            &[All, Supported],
            TlsClosed,
            false,
        ),
        // What is chosen could be had, so it is something else.
        (
            TlsNoCommonCipher,
            |_| chose(0x0303, 0xc02f, X25519),
            &[All],
            TlsNoCommonCipher,
            true,
        ),
        (
            TlsNoCommonCipher,
            |offer| match offer {
                All => Response::Dropped,
                _ => chose(0x0303, 0xc02f, X25519),
            },
            &[All, Legacy(0x0301)],
            TlsNoCommonCipher,
            true,
        ),
        // Nothing is learnt.
        (
            TlsNoCommonCipher,
            |_| alert(40),
            &[All, Legacy(0x0301)],
            TlsNoCommonCipher,
            false,
        ),
        (
            TlsVersionTooOld,
            |_| alert_of(70, 0x0300),
            &[All, Legacy(0x0300)],
            TlsVersionTooOld,
            false,
        ),
        (
            TlsClosed,
            |_| Response::Dropped,
            &[All, Legacy(0x0301)],
            TlsClosed,
            false,
        ),
        (
            TlsTimeout,
            |offer| match offer {
                All => Response::Dropped,
                _ => Response::Silent,
            },
            &[All, Legacy(0x0301)],
            TlsTimeout,
            false,
        ),
        (TlsTimeout, |_| Response::Silent, &[All], TlsTimeout, false),
        (TlsReset, |_| Response::Nothing, &[All], TlsReset, false),
        (
            TlsNoCommonCipher,
            |_| alert(80),
            &[All],
            TlsNoCommonCipher,
            false,
        ),
        (TlsClosed, |_| alert(112), &[All], TlsClosed, false),
    ];
    for (index, (first, answer, offers, expected, facts)) in rows.into_iter().enumerate() {
        let found = outcome(first, answer);
        assert_eq!(found, (offers.to_vec(), expected, facts), "row {index}");
    }
}

#[test]
fn there_are_at_most_two_offers() {
    let responses: [fn() -> Response; 7] = [
        || Response::Dropped,
        || Response::Silent,
        || alert(70),
        || alert_of(40, 0x0300),
        || chose(0x0303, 0x1301, None),
        || chose(0x0303, 0x009c, None),
        || chose(0x0301, 0x002f, None),
    ];
    for first in [
        Outcome::TlsClosed,
        Outcome::TlsTimeout,
        Outcome::TlsNoCommonCipher,
    ] {
        for one in responses {
            for other in responses {
                let answer = |offer| if offer == Offer::All { one() } else { other() };
                assert!(outcome(first, answer).0.len() <= 2);
            }
        }
    }
}
