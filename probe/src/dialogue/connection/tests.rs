use futures_util::FutureExt;
use proptest::prelude::*;

use super::*;
use crate::testing::script::{Script, connection_to};

#[test]
fn lines_end_in_lf_with_or_without_cr() {
    let mut connection = connection_to(Script::new(b"one\r\ntwo\nthree\r\r\n\r\nfour"));
    for expected in [&b"one"[..], b"two", b"three\r", b""] {
        assert_eq!(
            connection.read_line().now_or_never().unwrap().unwrap(),
            expected
        );
    }
    let fault = connection.read_line().now_or_never().unwrap().unwrap_err();
    assert_eq!(fault.outcome, Outcome::ClosedEarly);
    assert!(fault.server_reply.unwrap().ends_with("four"));
}

#[test]
fn what_is_read_is_bounded() {
    for (bytes, outcome) in [
        (vec![b'a'; 1 << 20], Outcome::ReplyTooLong),
        (
            [vec![b'a'; MAX_LINE_LEN + 1], b"\r\n".to_vec()].concat(),
            Outcome::ReplyTooLong,
        ),
        (b"\n".repeat(MAX_STAGE_LINES + 1), Outcome::ReplyTooLong),
        (
            [vec![b'a'; 999], b"\n".to_vec()].concat().repeat(66),
            Outcome::ReplyTooLong,
        ),
        (b"abc\0def\r\n".to_vec(), Outcome::MalformedReply),
        (
            [vec![b'a'; MAX_LINE_LEN], b"\r\n".to_vec()].concat(),
            Outcome::ClosedEarly,
        ),
        (b"\n".repeat(MAX_STAGE_LINES), Outcome::ClosedEarly),
    ] {
        for step in [1, 2, 3, 1024, usize::MAX] {
            let mut connection = connection_to(Script::new(&bytes).in_steps_of(step));
            let fault = loop {
                match connection.read_line().now_or_never().unwrap() {
                    Ok(_) => assert!(connection.buffered() <= MAX_LINE_LEN + 4096),
                    Err(fault) => break fault,
                }
            };
            assert_eq!(fault.outcome, outcome, "{} bytes by {step}", bytes.len());
        }
    }
}

#[test]
fn a_drip_of_bytes_does_not_move_the_deadline() {
    // Every read lets a second pass; the stage lasts ten.
    let mut connection = connection_to(
        Script::new(&[b'a'; 100])
            .in_steps_of(1)
            .taking(Duration::from_secs(1)),
    );
    connection.begin_stage(Duration::from_secs(10));
    let fault = connection.read_line().now_or_never().unwrap().unwrap_err();
    assert_eq!(fault.outcome, Outcome::NoReply);
    assert!((9..=11).contains(&fault.server_reply.unwrap().len()));
}

#[test]
fn one_byte_left_over_stops_the_upgrade() {
    use Outcome::{StarttlsBroken, StarttlsInjection};
    for (bytes, expected) in [
        (&b"220 go\r\n"[..], None),
        (b"220 go\n", None),
        (b"220 go\r\n.", Some(StarttlsInjection)),
        (b"220 go\r\n\r", Some(StarttlsInjection)),
        (b"220 go\r\n250 OK\r\n", Some(StarttlsInjection)),
        (b"220 go\r\n\x16\x03\x03", Some(StarttlsInjection)),
        (b"220 go\r\n-ERR failed\r\n", Some(StarttlsBroken)),
        (b"220 go\r\nm1 NO failed\r\n", Some(StarttlsBroken)),
        (b"220 go\r\n454 failed\r\n", Some(StarttlsBroken)),
    ] {
        // However much of it has come by then, it is never taken for a part of what is protected.
        for length in bytes.len().min(8)..=bytes.len() {
            let mut connection = connection_to(Script::new(&bytes[..length]));
            connection.read_line().now_or_never().unwrap().unwrap();
            let upgrade = connection.into_upgrade().map_err(|fault| fault.outcome);
            let clean = bytes[..length].ends_with(b" go\r\n") || expected.is_none();
            assert_eq!(upgrade.is_ok(), clean, "{bytes:?}");
            if length == bytes.len() {
                assert_eq!(upgrade.err(), expected, "{bytes:?}");
            }
        }
    }
}

/// What should be read of this, written down once more in the simplest way.
fn lines_of(bytes: &[u8]) -> (Vec<Vec<u8>>, Outcome) {
    let mut all: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let rest = all.pop().unwrap_or_default();
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for line in all {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let together = lines.iter().map(Vec::len).sum::<usize>() + line.len();
        if line.len() > MAX_LINE_LEN || lines.len() == MAX_STAGE_LINES || together > MAX_STAGE_BYTES
        {
            return (lines, Outcome::ReplyTooLong);
        }
        if line.contains(&0) {
            return (lines, Outcome::MalformedReply);
        }
        lines.push(line.to_vec());
    }
    let too_long = rest.len() > MAX_LINE_LEN + 1;
    let end = if too_long {
        Outcome::ReplyTooLong
    } else {
        Outcome::ClosedEarly
    };
    (lines, end)
}

/// Short and long parts of lines, some many times.
fn said() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop::sample::select(b"a\r\n\n\0 \xff".to_vec());
    let short = prop::collection::vec(byte, 0..8);
    let times = prop_oneof![8 => Just(1), 1 => 1..1100_usize];
    let many = (short, times).prop_map(|(part, times)| part.repeat(times));
    let long = (
        0..3_usize,
        prop::sample::select(vec![0, 1, MAX_LINE_LEN - 1, MAX_STAGE_BYTES / 9]),
    );
    let long = long.prop_map(|(more, length)| vec![b'x'; length + more]);
    prop::collection::vec(prop_oneof![3 => many, 1 => long], 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_the_same_in_any_pieces(
        bytes in said(),
        pieces in prop::collection::vec(1..3000_usize, 1..6),
    ) {
        let (lines, end) = lines_of(&bytes);
        for pieces in [&pieces[..], &[usize::MAX]] {
            let mut connection = connection_to(Script::new(&bytes).in_fragments(pieces));
            for line in &lines {
                prop_assert_eq!(&connection.read_line().now_or_never().unwrap().unwrap(), line);
            }
            let fault = connection.read_line().now_or_never().unwrap().unwrap_err();
            prop_assert_eq!(fault.outcome, end);
            prop_assert!(connection.buffered() <= MAX_LINE_LEN + 2 + READ_BUFFER_LEN);
        }
    }
}
