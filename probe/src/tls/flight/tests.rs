use proptest::prelude::*;

use super::*;
use crate::testing::readers::flight as rehearse;

fn record_of(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut record = vec![kind, 3, 3];
    record.extend((content.len() as u16).to_be_bytes());
    record.extend(content);
    record
}

fn message_of(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind, 0];
    message.extend((body.len() as u16).to_be_bytes());
    message.extend(body);
    message
}

fn hello_of(version: u16, cipher: u16, extensions: &[u8]) -> Vec<u8> {
    let mut hello = version.to_be_bytes().to_vec();
    hello.extend([7; 32]);
    hello.push(32);
    hello.extend([8; 32]);
    hello.extend(cipher.to_be_bytes());
    hello.push(0);
    if !extensions.is_empty() {
        hello.extend((extensions.len() as u16).to_be_bytes());
        hello.extend(extensions);
    }
    message_of(2, &hello)
}

fn prime_of(prime: &[u8]) -> Vec<u8> {
    let mut body = (prime.len() as u16).to_be_bytes().to_vec();
    body.extend(prime);
    body.extend([0, 1, 2, 0, 1, 9]);
    message_of(12, &body)
}

fn chose(version: u16, cipher: u16, key_exchange: Option<KeyExchange>) -> Flight {
    Flight {
        choice: Some(Choice {
            version: version.into(),
            cipher: cipher.into(),
            key_exchange,
        }),
        ..Flight::default()
    }
}

/// Flights with what is in them.
fn flights() -> Vec<(&'static str, Vec<u8>, Flight)> {
    let group = |group| Some(KeyExchange::Group(group));
    let tls13 = [0, 43, 0, 2, 3, 4, 0, 51, 0, 4, 0x11, 0xec, 4, 0x60];
    let tls13 = record_of(22, &hello_of(0x0303, 0x1301, &tls13));
    let retry = [0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 30];
    let retry = record_of(22, &hello_of(0x0303, 0x1301, &retry));
    let certificate = message_of(11, &[0, 0, 3, 0, 0, 0]);
    let done = message_of(14, &[]);
    let request = message_of(13, &[1, 1, 0, 0, 0, 0]);
    let curve = message_of(12, &[3, 0, 25, 2, 4, 4, 0, 0]);
    let tls12 = |cipher, parts: &[&[u8]]| {
        record_of(
            22,
            &[&hello_of(0x0303, cipher, &[]), &parts.concat()[..]].concat(),
        )
    };
    let mut own_prime = vec![0; 129];
    own_prime[1] = 0x80;
    let complete = |flight| Flight {
        complete: true,
        ..flight
    };
    let mut split = hello_of(0x0303, 0xc02f, &[]);
    split.extend_from_slice(&curve);
    let split = split
        .chunks(7)
        .flat_map(|part| record_of(22, part))
        .collect();
    vec![
        (
            "TLS 1.3",
            [&tls13[..], &[20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 2, 8, 8]].concat(),
            complete(chose(0x0304, 0x1301, group(NamedGroup::X25519MLKEM768))),
        ),
        (
            "a retry",
            retry.clone(),
            complete(chose(0x0304, 0x1301, group(NamedGroup::X448))),
        ),
        (
            "a retry and what follows",
            [&retry[..], &[20, 3, 3, 0, 1, 1], &tls13].concat(),
            complete(chose(0x0304, 0x1301, group(NamedGroup::X25519MLKEM768))),
        ),
        (
            "RSA key exchange",
            tls12(0x009c, &[&certificate, &done]),
            complete(chose(0x0303, 0x009c, None)),
        ),
        (
            "a curve and a request",
            tls12(0xc02f, &[&certificate, &curve, &request, &done]),
            Flight {
                client_certificate_asked: true,
                ..complete(chose(0x0303, 0xc02f, group(NamedGroup::secp521r1)))
            },
        ),
        (
            "many small records",
            split,
            chose(0x0303, 0xc02f, group(NamedGroup::secp521r1)),
        ),
        (
            "a named prime",
            tls12(0x009e, &[&prime_of(ffdhe_groups::FFDHE2048.p)]),
            chose(0x0303, 0x009e, group(NamedGroup::FFDHE2048)),
        ),
        (
            "a prime of its own",
            tls12(0x009e, &[&prime_of(&own_prime)]),
            chose(0x0303, 0x009e, Some(KeyExchange::Prime(1024))),
        ),
        (
            "a prime of nothing",
            tls12(0x009e, &[&prime_of(&[0, 0])]),
            chose(0x0303, 0x009e, None),
        ),
        (
            "what is encrypted does not count",
            [
                &tls12(0x009c, &[]),
                &record_of(20, &[1])[..],
                &record_of(22, &done),
            ]
            .concat(),
            chose(0x0303, 0x009c, None),
        ),
        (
            "SSL 3.0",
            record_of(22, &hello_of(0x0300, 0x000a, &[])),
            chose(0x0300, 0x000a, None),
        ),
        (
            "an alert",
            vec![21, 3, 0, 0, 2, 2, 40],
            Flight {
                alert: Some(AlertDescription::HandshakeFailure),
                ..complete(Flight::default())
            },
        ),
        (
            "a warning and a close_notify",
            vec![21, 3, 3, 0, 2, 1, 112, 21, 3, 3, 0, 2, 1, 0],
            Flight {
                alert: Some(AlertDescription::UnrecognisedName),
                ..complete(Flight::default())
            },
        ),
        (
            "an agreement behind the end",
            [&[21, 3, 3, 0, 2, 2, 40], &tls12(0x009c, &[&done])[..]].concat(),
            Flight {
                alert: Some(AlertDescription::HandshakeFailure),
                ..complete(Flight::default())
            },
        ),
        (
            "a warning about the name, which is not meant seriously",
            [&[21, 3, 3, 0, 2, 1, 112], &tls12(0x009c, &[])[..]].concat(),
            Flight {
                alert: Some(AlertDescription::UnrecognisedName),
                ..chose(0x0303, 0x009c, None)
            },
        ),
        (
            "an end before the beginning",
            [record_of(22, &done), tls12(0x009c, &[])].concat(),
            chose(0x0303, 0x009c, None),
        ),
        (
            "an alert that is too long",
            vec![21, 3, 3, 0, 3, 2, 40, 0],
            Flight::default(),
        ),
        ("nothing", Vec::new(), Flight::default()),
        ("a greeting", b"220 hello\r\n".to_vec(), Flight::default()),
        (
            "an alert of another protocol",
            vec![21, 9, 9, 0, 2, 2, 40],
            Flight::default(),
        ),
        (
            "an extension that is longer than all",
            record_of(22, &hello_of(0x0303, 0xc02f, &[0, 43, 0, 9, 3, 4])),
            chose(0x0303, 0xc02f, None),
        ),
    ]
}

/// `make fuzz` begins with these files, which it takes up to 8192 bytes. Their last two bytes say where
/// a flight is cut.
#[test]
fn every_flight_is_a_seed_of_fuzzing() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds/tls");
    std::fs::create_dir_all(directory).unwrap();
    for (row, (name, bytes, _)) in flights().into_iter().enumerate() {
        let seed = [&bytes[..], &[0, 0]].concat();
        assert!(seed.len() <= 8192, "{name}");
        std::fs::write(format!("{directory}/flight-{row}"), seed).unwrap();
    }
}

#[test]
fn flights_are_read() {
    for (name, bytes, flight) in flights() {
        assert_eq!(parse(&bytes), flight, "{name}");
    }
}

#[test]
fn a_flight_that_is_cut_off_tells_nothing_wrong() {
    for (name, bytes, flight) in flights() {
        for end in 0..bytes.len() {
            rehearse(&bytes, end);
            let half = parse(&bytes[..end]);
            if let (Some(half), Some(whole)) = (half.choice, flight.choice)
                && name != "a retry and what follows"
            {
                assert_eq!(half.version, whole.version, "{name}, {end} bytes");
                assert_eq!(half.cipher, whole.cipher, "{name}, {end} bytes");
                assert!(
                    half.key_exchange.is_none() || half.key_exchange == whole.key_exchange,
                    "{name}, {end} bytes"
                );
            }
        }
    }
}

#[test]
fn any_byte_may_be_another() {
    for (_, bytes, _) in flights() {
        for place in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[place] = value;
                rehearse(&bytes, place);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_in_any_order_can_be_cut_anywhere(
        order in prop::collection::vec(0..flights().len(), 1..5),
        cuts in prop::collection::vec(any::<usize>(), 8),
    ) {
        let flights = flights();
        let bytes: Vec<u8> = order.iter().flat_map(|number| flights[*number].1.clone()).collect();
        for cut in cuts {
            rehearse(&bytes, cut % (bytes.len() + 1));
        }
    }
}
