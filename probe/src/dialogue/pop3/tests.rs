use proptest::prelude::*;

use super::*;
use crate::testing::fragmentation::in_any_fragments;

#[test]
fn greetings() {
    for (bytes, expected) in [
        (
            &b"+OK Dovecot ready.\r\n"[..],
            Ok(Some("+OK Dovecot ready.")),
        ),
        (b"+OK\n", Ok(Some("+OK"))),
        (b"-ERR go away\r\n", Err(Outcome::GreetingRefused)),
        (b"-ERR [SYS/TEMP] not now\r\n", Err(Outcome::GreetingBusy)),
        (b"-ERR Too many connections\r\n", Err(Outcome::GreetingBusy)),
        (b"+OKAY\r\n", Err(Outcome::UnexpectedService)),
        (b"220 mail ESMTP\r\n", Err(Outcome::UnexpectedService)),
        (b"hello\r\n", Err(Outcome::MalformedReply)),
        (b"+OK no end", Err(Outcome::ClosedEarly)),
    ] {
        let (found, _) =
            in_any_fragments(&[bytes], async |server| greeting(server.connection()).await);
        let found = found.map(|greeting| greeting.server_reply);
        assert_eq!(
            found,
            expected.map(|said| said.map(str::to_owned)),
            "{bytes:?}"
        );
    }
}

#[test]
fn what_is_in_the_mailbox_is_told() {
    let amount = |used| Some(Quota { used, limit: None });
    for (bytes, expected) in [
        (&b"+OK 2 320\r\n"[..], Ok((amount(2), amount(320)))),
        (b"+OK 0 0 messages\r\n", Ok((amount(0), amount(0)))),
        (b"+OK 2\r\n", Ok((amount(2), None))),
        (b"+OK\r\n", Ok((None, None))),
        (b"+OK 99999999999999999999 1\r\n", Ok((None, amount(1)))),
        (b"+OK mailbox 3\r\n", Ok((None, None))),
        (b"+OK 3 messages (320 octets)\r\n", Ok((amount(3), None))),
        (b"-ERR [IN-USE] locked\r\n", Err(Outcome::MailboxInUse)),
        (b"-ERR [SYS/TEMP] no\r\n", Err(Outcome::MailboxFault)),
        (b"-ERR broken\r\n", Err(Outcome::MailboxFault)),
        (b"what?\r\n", Err(Outcome::MalformedReply)),
        (b"", Err(Outcome::ClosedEarly)),
    ] {
        let (found, _) =
            in_any_fragments(&[bytes], async |server| mailbox(server.connection()).await);
        let found = found.map(|usage| (usage.messages, usage.storage));
        assert_eq!(found, expected, "{bytes:?}");
    }
}

#[test]
fn capabilities_end_with_a_dot() {
    for (bytes, expected) in [
        (&b"+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n"[..], Ok(2)),
        (b"+OK\r\n.\r\n", Ok(0)),
        (b"-ERR unknown\r\n", Ok(0)),
        (b"+OK\r\nUSER\r\n", Err(Outcome::ClosedEarly)),
        (b"+OK\r\n+OK\r\nUSER\r\n.\r\n", Err(Outcome::MalformedReply)),
        (b"what?\r\n", Err(Outcome::MalformedReply)),
    ] {
        let (found, _) = in_any_fragments(&[b"", bytes], async |server| {
            capabilities(server.connection()).await
        });
        let found = found.map(|capabilities| capabilities.words.len());
        assert_eq!(found, expected, "{bytes:?}");
    }
}

#[test]
fn a_refused_stls_is_looked_into() {
    for (replies, expected) in [
        (&[&b""[..], b"+OK begin\r\n"][..], None),
        (
            &[b"", b"-ERR no\r\n", b"+OK\r\nSTLS\r\n.\r\n"],
            Some(Outcome::StarttlsRefused),
        ),
        (
            &[b"", b"-ERR no\r\n", b"+OK\r\nUSER\r\n.\r\n"],
            Some(Outcome::StarttlsNotOffered),
        ),
        (
            &[b"", b"-ERR no\r\n", b"-ERR no\r\n"],
            Some(Outcome::StarttlsNotOffered),
        ),
        (&[b"", b"+ go on\r\n"], Some(Outcome::MalformedReply)),
    ] {
        let (found, _) =
            in_any_fragments(replies, async |server| starttls(server.connection()).await);
        assert_eq!(found.err(), expected, "{replies:?}");
    }
}

#[test]
fn sign_in_is_one_exchange() {
    let long = "p".repeat(250);
    let long_credentials = Credentials::new("a".into(), long.clone().into()).unwrap();
    let long_response = sasl::plain(&long_credentials);
    let long_response = format!("{}\r\n", String::from_utf8_lossy(long_response.expose()));
    let encoded = "AUTH PLAIN AGEAcHdwdw==\r\n";
    for (capa, password, replies, expected, sent) in [
        (
            "SASL PLAIN",
            "pwpw",
            &[&b""[..], b"+OK in\r\n"][..],
            Ok("PLAIN"),
            &[encoded][..],
        ),
        (
            "SASL PLAIN",
            "pwpw",
            &[b"", b"-ERR [AUTH] no\r\n"],
            Err(Outcome::WrongCredentials),
            &[encoded],
        ),
        (
            "SASL PLAIN",
            "pwpw",
            &[b"", b"-ERR [IN-USE] locked\r\n"],
            Err(Outcome::MailboxInUse),
            &[encoded],
        ),
        (
            "SASL PLAIN",
            "pwpw",
            &[b"", b"+ \r\n", b"-ERR cancelled\r\n"],
            Err(Outcome::SignInProtocolError),
            &[encoded, "*\r\n"],
        ),
        (
            "SASL PLAIN",
            "pwpw",
            &[b"", b"250 ok\r\n"],
            Err(Outcome::SignInProtocolError),
            &[encoded],
        ),
        (
            "USER",
            "pwpw",
            &[b"", b"+OK\r\n", b"+OK in\r\n"],
            Ok("USER"),
            &["USER a\r\n", "PASS pwpw\r\n"],
        ),
        (
            "USER",
            "pwpw",
            &[b"", b"-ERR who?\r\n"],
            Err(Outcome::SignInRefused),
            &["USER a\r\n"],
        ),
        (
            "USER",
            "pwpw",
            &[b"", b"+OK\r\n", b"-ERR no\r\n"],
            Err(Outcome::SignInRefused),
            &["USER a\r\n", "PASS pwpw\r\n"],
        ),
        (
            "SASL XOAUTH2",
            "pwpw",
            &[b""],
            Err(Outcome::PasswordSignInNotOffered),
            &[],
        ),
        (
            "SASL PLAIN",
            &long,
            &[b"", b"+ \r\n", b"+OK\r\n"],
            Ok("PLAIN"),
            &["AUTH PLAIN\r\n", &long_response],
        ),
    ] {
        let credentials = Credentials::new("a".into(), password.to_owned().into()).unwrap();
        let mut capabilities = Capabilities::default();
        capabilities.add_pop3(capa);
        let (found, flights) = in_any_fragments(replies, async |server| {
            sign_in(server, &capabilities, &credentials).await
        });
        let found = found.map(|accepted| accepted.mechanism);
        assert_eq!(found, expected, "{replies:?}");
        assert_eq!(flights, sent, "{replies:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn amounts_are_told_exactly_or_not_at_all(words in prop::collection::vec("[+0-9a]{1,25}", 0..4)) {
        let usage = parse_stat(&format!("+OK {}", words.join(" ")));
        let digits = |word: &&String| word.bytes().all(|byte| byte.is_ascii_digit());
        let numbers: Vec<&String> = words.iter().take_while(digits).collect();
        let number = |at: usize| numbers.get(at)?.parse::<u64>().ok();
        let used = |amount: Option<Quota>| amount.map(|amount| amount.used);
        prop_assert_eq!(used(usage.messages), number(0));
        prop_assert_eq!(used(usage.storage), number(1));
    }
}
