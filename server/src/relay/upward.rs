//! What a browser may send up to the mail server, byte by byte.

use probe::{Endpoint, Security};

use super::commands::ClearText;
use super::end::End;
use super::tls_records::{TlsRecords, answers_in_tls};

/// All that a relay carries up, in bytes.
pub(super) const MAX_UP_LEN: usize = 16 * 1024;

/// What goes up in TLS before the server has answered in TLS, in bytes: one hello, which has 2 KiB where it offers a
/// key exchange that quantum computers do not break.
const MAX_HELLO_LEN: usize = 4 * 1024;

/// What goes up inside TLS, in bytes and in records: what one sign-in with the longest name and password takes, with
/// all that the session does before and after it: it sends no more than 5 KiB in 65 records, while it watches a message
/// arrive for as long as a relay lives.
const MAX_DATA_LEN: usize = 8 * 1024;
const MAX_DATA_RECORDS: usize = 80;

/// Judges what goes up.
#[derive(Debug)]
pub(crate) struct Upward {
    phase: Phase,
    len: usize,
}

#[derive(Debug)]
enum Phase {
    /// Before TLS, where it does not begin at once.
    Clear(ClearText),
    /// TLS.
    Tls {
        records: TlsRecords,
        /// What went up of it so far, in bytes.
        len: usize,
        /// Whether the server has answered in TLS; not known before its first byte.
        answered_in_tls: Option<bool>,
    },
}

impl Phase {
    fn tls() -> Self {
        Self::Tls {
            records: TlsRecords::default(),
            len: 0,
            answered_in_tls: None,
        }
    }
}

impl Upward {
    /// For a new connection to this endpoint; `None` for one without encryption, to which nothing is carried.
    pub(super) fn new(endpoint: &Endpoint) -> Option<Self> {
        let phase = match endpoint.security {
            Security::Tls => Phase::tls(),
            Security::Starttls => Phase::Clear(ClearText::new(endpoint.protocol)),
            Security::None => return None,
        };
        Some(Self { phase, len: 0 })
    }

    /// The server has said this.
    pub(super) fn server_spoke(&mut self, bytes: &[u8]) {
        let Some(first) = bytes.first() else {
            return;
        };
        match &mut self.phase {
            Phase::Clear(clear) => clear.server_spoke(),
            Phase::Tls {
                answered_in_tls, ..
            } => {
                answered_in_tls.get_or_insert_with(|| answers_in_tls(*first));
            }
        }
    }

    /// Whether the browser speaks first, and not the mail server with its greeting.
    pub(super) fn browser_begins(&self) -> bool {
        matches!(self.phase, Phase::Tls { .. })
    }

    /// Whether the browser is inside of TLS, where it may wait for its turn among the sign-ins of a test.
    pub(super) fn is_inside_tls(&self) -> bool {
        matches!(&self.phase, Phase::Tls { records, .. } if records.data_records() > 0)
    }

    /// Takes the next bytes of the browser, and appends to `pass` what may be passed on.
    ///
    /// # Errors
    ///
    /// Why the relay ends; then nothing of these bytes may be passed on.
    pub(super) fn take(&mut self, bytes: &[u8], pass: &mut Vec<u8>) -> Result<(), End> {
        self.len += bytes.len();
        if self.len > MAX_UP_LEN {
            return Err(End::TooManyBytes);
        }
        if let Phase::Clear(clear) = &mut self.phase {
            if bytes.first() != Some(&HANDSHAKE) || !clear.tls_may_begin() {
                return clear.take(bytes, pass).map_err(|_| End::NotAllowed);
            }
            self.phase = Phase::tls();
        }
        let Phase::Tls {
            records,
            len,
            answered_in_tls,
        } = &mut self.phase
        else {
            return Ok(());
        };
        records.take(bytes, pass).map_err(|_| End::NotTls)?;
        *len += bytes.len();
        let answered = *answered_in_tls == Some(true);
        if !answered && (records.records() > 1 || *len > MAX_HELLO_LEN) {
            return Err(End::NotTls);
        }
        if records.data_len() > MAX_DATA_LEN || records.data_records() > MAX_DATA_RECORDS {
            return Err(End::TooManyBytes);
        }
        Ok(())
    }
}

/// The first byte of TLS, which is that of no command.
const HANDSHAKE: u8 = 22;

#[cfg(test)]
mod tests {
    use probe::Protocol;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::endpoint;

    fn record(kind: u8, len: u16) -> Vec<u8> {
        let [high, low] = len.to_be_bytes();
        [
            &[kind, 3, 3, high, low, 1][..],
            &vec![0; usize::from(len) - 1],
        ]
        .concat()
    }

    #[derive(Debug)]
    enum Turn {
        /// The browser sends this.
        Up(Vec<u8>),
        /// The server says this.
        Down(&'static [u8]),
    }
    use Turn::{Down, Up};

    const SERVER_HELLO: &[u8] = &[22, 3, 3, 0, 80, 2];

    fn end_of(protocol: Protocol, security: Security, turns: Vec<Turn>) -> Result<usize, End> {
        let endpoint = Endpoint {
            protocol,
            security,
            ..endpoint()
        };
        let mut upward = Upward::new(&endpoint).unwrap();
        let mut passed = 0;
        for turn in turns {
            match turn {
                Up(bytes) => {
                    let mut pass = Vec::new();
                    upward.take(&bytes, &mut pass)?;
                    passed += pass.len();
                }
                Down(bytes) => upward.server_spoke(bytes),
            }
        }
        Ok(passed)
    }

    #[test]
    fn tls_is_carried_up_to_what_a_sign_in_needs() {
        let hello = || Up(record(22, 1800));
        let many = |count: usize, len: u16| {
            (0..count)
                .map(|_| record(23, len))
                .collect::<Vec<_>>()
                .concat()
        };
        let starttls = || Up(b"m0123abc STARTTLS\r\n".to_vec());
        let greeting = || Down(b"* OK ready\r\n");
        let ok = || Down(b"m0123abc OK go\r\n");
        for (what, security, turns, expected) in [
            (
                "a sign-in",
                Security::Tls,
                vec![
                    hello(),
                    Down(SERVER_HELLO),
                    Up(record(20, 1)),
                    Up(many(8, 700)),
                ],
                Ok(1805 + 6 + 8 * 705),
            ),
            (
                "another hello after a retry",
                Security::Tls,
                vec![hello(), Down(SERVER_HELLO), hello()],
                Ok(2 * 1805),
            ),
            (
                "a hello in two halves",
                Security::Tls,
                vec![
                    Up(record(22, 100)[..50].to_vec()),
                    Up(record(22, 100)[50..].to_vec()),
                ],
                Ok(105),
            ),
            (
                "two records before the answer",
                Security::Tls,
                vec![hello(), Up(record(23, 40))],
                Err(End::NotTls),
            ),
            (
                "a hello that is too long",
                Security::Tls,
                vec![Up(record(22, 4200))],
                Err(End::NotTls),
            ),
            (
                "more to a server without TLS",
                Security::Tls,
                vec![hello(), Down(b"* OK ready\r\n"), Up(record(23, 40))],
                Err(End::NotTls),
            ),
            (
                "more to one that spoke first",
                Security::Tls,
                vec![
                    Down(b"220 hi\r\n"),
                    hello(),
                    Down(SERVER_HELLO),
                    Up(record(20, 1)),
                ],
                Err(End::NotTls),
            ),
            (
                "commands in the clear",
                Security::Tls,
                vec![Up(b"m0123abc STARTTLS\r\n".to_vec())],
                Err(End::NotTls),
            ),
            (
                "too much inside",
                Security::Tls,
                vec![hello(), Down(SERVER_HELLO), Up(many(12, 700))],
                Err(End::TooManyBytes),
            ),
            (
                "too often inside",
                Security::Tls,
                vec![hello(), Down(SERVER_HELLO), Up(many(81, 40))],
                Err(End::TooManyBytes),
            ),
            (
                "too much of a handshake",
                Security::Tls,
                vec![hello(), Down(SERVER_HELLO), Up(record(22, 15_000))],
                Err(End::TooManyBytes),
            ),
            (
                "STARTTLS",
                Security::Starttls,
                vec![
                    greeting(),
                    starttls(),
                    ok(),
                    hello(),
                    Down(SERVER_HELLO),
                    Up(many(3, 700)),
                ],
                Ok(19 + 1805 + 3 * 705),
            ),
            (
                "TLS without STARTTLS",
                Security::Starttls,
                vec![greeting(), hello()],
                Err(End::NotAllowed),
            ),
            (
                "a hello to a silent server",
                Security::Starttls,
                vec![hello(), Down(SERVER_HELLO), Up(record(20, 1))],
                Ok(1805 + 6),
            ),
            (
                "a hello to a server that greets after all",
                Security::Starttls,
                vec![hello(), greeting(), Up(record(20, 1))],
                Err(End::NotTls),
            ),
            (
                "TLS before the answer",
                Security::Starttls,
                vec![greeting(), starttls(), hello()],
                Err(End::NotAllowed),
            ),
            (
                "TLS behind the line",
                Security::Starttls,
                vec![
                    greeting(),
                    Up([b"m0123abc STARTTLS\r\n".to_vec(), record(22, 100)].concat()),
                ],
                Err(End::NotAllowed),
            ),
            (
                "a goodbye after a refusal",
                Security::Starttls,
                vec![
                    greeting(),
                    starttls(),
                    ok(),
                    Up(b"m0123abd LOGOUT\r\n".to_vec()),
                ],
                Ok(19 + 17),
            ),
            (
                "a sign-in in the clear",
                Security::Starttls,
                vec![
                    greeting(),
                    starttls(),
                    ok(),
                    Up(b"m0123abd LOGIN a b\r\n".to_vec()),
                ],
                Err(End::NotAllowed),
            ),
            (
                "commands inside of TLS",
                Security::Starttls,
                vec![
                    greeting(),
                    starttls(),
                    ok(),
                    hello(),
                    Down(SERVER_HELLO),
                    Up(b"m0123abd LOGOUT\r\n".to_vec()),
                ],
                Err(End::NotTls),
            ),
        ] {
            assert_eq!(end_of(Protocol::Imap, security, turns), expected, "{what}");
        }
        let without = Endpoint {
            security: Security::None,
            ..endpoint()
        };
        assert!(Upward::new(&without).is_none());
    }

    /// What an attacker may send, in any order and in any pieces.
    fn turn() -> impl Strategy<Value = Turn> {
        let lines = [
            "EHLO relay.invalid",
            "STARTTLS",
            "STLS",
            "CAPA",
            "QUIT",
            "m0123abc CAPABILITY",
            "m0123abc STARTTLS",
            "m0123abc LOGOUT",
            "m0123abc LOGIN jane secret",
            "m0123abc AUTHENTICATE PLAIN AGphbmUAc2VjcmV0",
            "AUTH PLAIN AGphbmUAc2VjcmV0",
            "USER jane",
            "PASS secret",
            "MAIL FROM:<jane@lab.test>",
            "GET / HTTP/1.1",
        ];
        let ends = vec!["\r\n", "\r\n", "\r\n", "\n", "\r", " ", ""];
        let line = (
            prop::sample::select(lines.to_vec()),
            prop::sample::select(ends),
        );
        prop_oneof![
            line.prop_map(|(line, end)| Up([line, end].concat().into())),
            prop::collection::vec(any::<u8>(), 1..40).prop_map(Up),
            (20..25_u8, 1..900_u16).prop_map(|(kind, len)| Up(record(kind, len))),
            prop::sample::select(vec![
                SERVER_HELLO,
                b"* OK ready\r\n",
                b"+OK\r\n",
                b"220 hi\r\n"
            ])
            .prop_map(Down),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_but_the_way_to_tls_gets_through_in_the_clear(
            protocol in prop::sample::select(vec![Protocol::Imap, Protocol::Pop3, Protocol::Smtp]),
            security in prop::sample::select(vec![Security::Tls, Security::Starttls]),
            turns in prop::collection::vec(turn(), 0..30),
            piece in 1_usize..60,
        ) {
            let endpoint = Endpoint { protocol, security, ..endpoint() };
            let mut upward = Upward::new(&endpoint).unwrap();
            let mut passed = Vec::new();
            'relay: for turn in turns {
                match turn {
                    Down(bytes) => upward.server_spoke(bytes),
                    Up(bytes) => for piece in bytes.chunks(piece) {
                        let mut pass = Vec::new();
                        if upward.take(piece, &mut pass).is_err() {
                            break 'relay;
                        }
                        passed.append(&mut pass);
                    },
                }
            }
            prop_assert!(passed.len() <= MAX_UP_LEN);
            let clear = passed.iter().position(|byte| *byte == HANDSHAKE);
            let clear = &passed[..clear.unwrap_or(passed.len())];
            let clear = str::from_utf8(clear).unwrap();
            prop_assert!(clear.is_empty() || security == Security::Starttls && clear.ends_with("\r\n"));
            for line in clear.lines() {
                let words: Vec<_> = line.split(' ').collect();
                let command = words[usize::from(protocol == Protocol::Imap)];
                let known = ["EHLO", "STARTTLS", "STLS", "CAPA", "CAPABILITY", "QUIT", "LOGOUT"];
                prop_assert!(known.contains(&command) && words.len() <= 2, "{line}");
            }
        }
    }
}
