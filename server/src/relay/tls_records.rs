//! What of a byte stream looks like TLS: the headers of its records (RFC 8446 §5.1, RFC 5246 §6.2.1).
//!
//! A stream of records is passed on in the clear and encrypted alike, so this is all that can be known of it. It is
//! read piece by piece, wherever the pieces begin and end.

/// A content type, a version and a length.
const HEADER_LEN: usize = 5;

/// The longest content of a record, encrypted: 2^14 + 2048 (RFC 5246 §6.2.3); TLS 1.3 allows less.
const MAX_RECORD_LEN: u16 = (1 << 14) + 2048;

/// The content types of a client. Heartbeats (24, RFC 6520) are none of them: no client of mail sends them, and they
/// would make a relay good for trying the oldest holes.
const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// The handshake message with which a client begins (RFC 8446 §4).
const CLIENT_HELLO: u8 = 1;

/// The bytes are no TLS of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotTls;

/// What has gone by of a stream of records.
#[derive(Clone, Debug, Default)]
pub(super) struct TlsRecords {
    /// The beginning of a header that is not complete, and of the first record one byte more.
    head: Vec<u8>,
    /// How many bytes of the last record are to come.
    left: usize,
    /// How many records have begun.
    records: usize,
    /// How many of them hold application data: what follows the handshake, and in TLS 1.3 its end.
    data_records: usize,
    /// How many bytes the records of application data have, with their headers.
    data_len: usize,
}

impl TlsRecords {
    /// Takes the next bytes, and appends to `pass` what may be passed on. The bytes of a header are held back until
    /// it is known to be one.
    ///
    /// # Errors
    ///
    /// When they are no TLS of a client; nothing may be passed on any more.
    pub(super) fn take(&mut self, mut bytes: &[u8], pass: &mut Vec<u8>) -> Result<(), NotTls> {
        while let Some(first) = bytes.first() {
            if self.left > 0 {
                let (inside, rest) = bytes.split_at(self.left.min(bytes.len()));
                pass.extend_from_slice(inside);
                self.left -= inside.len();
                bytes = rest;
                continue;
            }
            self.head.push(*first);
            bytes = &bytes[1..];
            self.check_head(pass)?;
        }
        Ok(())
    }

    /// How many records have begun.
    pub(super) fn records(&self) -> usize {
        self.records
    }

    /// How many records of application data have begun.
    pub(super) fn data_records(&self) -> usize {
        self.data_records
    }

    /// How many bytes the records of application data have.
    pub(super) fn data_len(&self) -> usize {
        self.data_len
    }

    /// Looks at the last byte of the head. Every byte is judged as it comes, so that whatever is no TLS is refused
    /// at its first byte and not waited for.
    fn check_head(&mut self, pass: &mut Vec<u8>) -> Result<(), NotTls> {
        let is_first = self.records == 0;
        let fits = match *self.head.as_slice() {
            [kind] if is_first => kind == HANDSHAKE,
            [kind] => (CHANGE_CIPHER_SPEC..=APPLICATION_DATA).contains(&kind),
            [_, major] => major == 3,
            [_, _, minor] => minor <= 4,
            [_, _, _, _] => true,
            [_, _, _, high, low] => {
                let len = u16::from_be_bytes([high, low]);
                (1..=MAX_RECORD_LEN).contains(&len)
            }
            [_, _, _, _, _, message] => message == CLIENT_HELLO,
            _ => false,
        };
        if !fits {
            return Err(NotTls);
        }
        let whole = if is_first { HEADER_LEN + 1 } else { HEADER_LEN };
        if let [kind, _, _, high, low, begun @ ..] = self.head.as_slice()
            && self.head.len() == whole
        {
            let len = usize::from(u16::from_be_bytes([*high, *low]));
            self.left = len - begun.len();
            self.records += 1;
            if *kind == APPLICATION_DATA {
                self.data_records += 1;
                self.data_len += HEADER_LEN + len;
            }
            pass.append(&mut self.head);
        }
        Ok(())
    }
}

/// Whether a server that begins with this byte answers in TLS: with its part of the handshake, or with an alert.
pub(super) fn answers_in_tls(first: u8) -> bool {
    const ALERT: u8 = 21;
    first == HANDSHAKE || first == ALERT
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(kind: u8, minor: u8, content: &[u8]) -> Vec<u8> {
        let len = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[kind, 3, minor], &len[..], content].concat()
    }

    fn hello() -> Vec<u8> {
        record(22, 1, &[&[CLIENT_HELLO, 0, 0, 46], &[7; 46][..]].concat())
    }

    /// What passes of these bytes in pieces of this length, or that they are refused, and what has passed then.
    fn passed(bytes: &[u8], piece: usize) -> (Result<(), NotTls>, Vec<u8>) {
        let (mut records, mut pass) = (TlsRecords::default(), Vec::new());
        for piece in bytes.chunks(piece.max(1)) {
            if let Err(refused) = records.take(piece, &mut pass) {
                return (Err(refused), pass);
            }
        }
        (Ok(()), pass)
    }

    #[test]
    fn only_records_of_a_client_pass_and_the_first_is_its_hello() {
        let after = |rest: Vec<u8>| [hello(), rest].concat();
        let long = usize::from(MAX_RECORD_LEN);
        for (what, bytes, passes) in [
            ("a hello", hello(), true),
            (
                "a hello of TLS 1.2",
                {
                    let mut hello = hello();
                    hello[2] = 3;
                    hello
                },
                true,
            ),
            ("the end of a handshake", after(record(20, 3, &[1])), true),
            ("an alert", after(record(21, 3, &[1, 0])), true),
            ("a key exchange", after(record(22, 3, &[16; 70])), true),
            ("application data", after(record(23, 3, &[0; 400])), true),
            (
                "the longest record",
                after(record(23, 3, &vec![0; long])),
                true,
            ),
            (
                "a longer record",
                after(record(23, 3, &vec![0; long + 1])),
                false,
            ),
            ("an empty record", after(record(23, 3, &[])), false),
            ("a heartbeat", after(record(24, 3, &[1; 20])), false),
            ("an unknown type", after(record(25, 3, &[1])), false),
            ("type 19", after(record(19, 3, &[1])), false),
            (
                "text behind the hello",
                after(b"EHLO x\r\n".to_vec()),
                false,
            ),
            ("version 3.5", after(record(23, 5, &[1])), false),
            ("version 4.0", after([23, 4, 0, 0, 1, 1].to_vec()), false),
            ("SSL 2.0", vec![0x80, 46, 1, 0, 2], false),
            ("application data at first", record(23, 3, &[0; 40]), false),
            ("an alert at first", record(21, 3, &[1, 0]), false),
            ("a server hello", record(22, 3, &[2, 0, 0, 46]), false),
            (
                "mail in the clear",
                b"MAIL FROM:<a@b.example>\r\n".to_vec(),
                false,
            ),
            (
                "a sign-in in the clear",
                b"a LOGIN jane secret\r\n".to_vec(),
                false,
            ),
            ("HTTP", b"GET / HTTP/1.1\r\n\r\n".to_vec(), false),
            ("SSH", b"SSH-2.0-x\r\n".to_vec(), false),
            ("DNS over TCP", vec![0, 30, 1, 2, 1, 0], false),
        ] {
            for piece in [1, 2, 5, 7, bytes.len()] {
                let (result, pass) = passed(&bytes, piece);
                assert_eq!(result.is_ok(), passes, "{what}, {piece}");
                match passes {
                    true => assert!(pass == bytes, "{what}, {piece}"),
                    false => assert!(
                        bytes.starts_with(&pass) && pass.len() <= hello().len(),
                        "{what}, {piece}"
                    ),
                }
            }
        }
    }

    #[test]
    fn application_data_is_measured() {
        let mut records = TlsRecords::default();
        let stream = [
            hello(),
            record(20, 3, &[1]),
            record(23, 3, &[9; 69]),
            record(23, 3, &[9; 95]),
        ]
        .concat();
        records.take(&stream, &mut Vec::new()).unwrap();
        assert_eq!(
            (
                records.records(),
                records.data_records(),
                records.data_len()
            ),
            (4, 2, 74 + 100)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_passes_does_not_depend_on_the_pieces(
            bytes in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..100),
                prop::collection::vec(any::<u8>(), 0..100).prop_map(|rest| [hello(), rest].concat()),
            ],
            piece in 1_usize..40,
        ) {
            prop_assert_eq!(passed(&bytes, piece), passed(&bytes, bytes.len()));
        }
    }
}
