use std::time::Duration;

use futures_util::FutureExt;
use proptest::prelude::*;

use super::*;
use crate::dialogue::results::Quota;
use crate::testing::fragmentation::in_any_fragments;
use crate::testing::script::{Script, connection_to};

#[test]
fn greetings() {
    for (bytes, expected) in [
        (&b"* OK ready\r\n"[..], Ok(None)),
        (b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n", Ok(Some(2))),
        (b"* ok [capability imap4rev1]\n", Ok(Some(1))),
        (b"* OK\r\n", Ok(None)),
        (b"* OK [ALERT unfinished\r\n", Ok(None)),
        (b"* PREAUTH hello tim\r\n", Err(Outcome::Preauthenticated)),
        (b"* BYE go away\r\n", Err(Outcome::GreetingRefused)),
        (b"* BYE [UNAVAILABLE] later\r\n", Err(Outcome::GreetingBusy)),
        (
            b"* BYE Too many connections\r\n",
            Err(Outcome::GreetingBusy),
        ),
        (b"* NO no\r\n", Err(Outcome::GreetingRefused)),
        (b"* BAD no\r\n", Err(Outcome::GreetingRefused)),
        (
            b"* BAD [LIMIT] too many connections\r\n",
            Err(Outcome::GreetingBusy),
        ),
        (
            b" NO LOGOUT Intrusion prevention active\r\n",
            Err(Outcome::GreetingRefused),
        ),
        (
            b"554 5.7.1 Your IP is blocked\r\n",
            Err(Outcome::GreetingRefused),
        ),
        (b"NO idea\r\n", Err(Outcome::MalformedReply)),
        (b"* LIST () \"/\" INBOX\r\n", Err(Outcome::MalformedReply)),
        (b"* OK hello {999999999}\r\n", Err(Outcome::MalformedReply)),
        (b"A1 OK ready\r\n", Err(Outcome::MalformedReply)),
        (b"+OK POP3\r\n", Err(Outcome::UnexpectedService)),
        (b"220 mail ESMTP\r\n", Err(Outcome::UnexpectedService)),
        (b"* OK no end", Err(Outcome::ClosedEarly)),
        (b"", Err(Outcome::ClosedEarly)),
        (b"\x15\x03\x01\0\x02\x02\x46", Err(Outcome::TlsOnPlainPort)),
    ] {
        let (found, _) = in_any_fragments(&[bytes], async |server| {
            crate::dialogue::greeting(crate::Protocol::Imap, server.connection()).await
        });
        let found = found.map(|greeting| greeting.capabilities.map(|found| found.words.len()));
        assert_eq!(found, expected, "{bytes:?}");
    }
}

#[test]
fn capabilities_are_read_in_every_place() {
    for (bytes, expected) in [
        (
            &b"* CAPABILITY IMAP4rev1 IDLE\r\n\x01 OK done\r\n"[..],
            Ok(2),
        ),
        (b"\x01 OK [CAPABILITY IMAP4rev1] done\r\n", Ok(1)),
        (
            b"* 3 EXISTS\r\n* OK hi\r\n* capability A B C\r\n\x01 ok\r\n",
            Ok(3),
        ),
        (b"\x01 OK done\r\n", Err(Outcome::NoCapabilities)),
        (b"\x01 BAD what?\r\n", Err(Outcome::NoCapabilities)),
        (
            b"* CAPABILITY IMAP4rev1\r\n1 OK done\r\n",
            Err(Outcome::MalformedReply),
        ),
        (
            b"* CAPABILITY {100}\r\n\x01 OK\r\n",
            Err(Outcome::MalformedReply),
        ),
        (b"+ go on\r\n", Err(Outcome::MalformedReply)),
        (b"* BYE too slow\r\n", Err(Outcome::ClosedEarly)),
    ] {
        let (found, _) = in_any_fragments(&[b"", bytes], async |server| {
            capabilities(server.connection()).await
        });
        let found = found.map(|found| found.words.len());
        assert_eq!(found, expected, "{bytes:?}");
    }
}

#[test]
fn starttls_is_asked_for_only_where_it_may_be_there() {
    let with = Capabilities::imap("IMAP4rev1 STARTTLS");
    let without = Capabilities::imap("IMAP4rev1");
    for (known, replies, expected, sent) in [
        (Some(&with), &[&b""[..], b"\x01 OK go\r\n"][..], None, 1),
        (Some(&without), &[b""], Some(Outcome::StarttlsNotOffered), 0),
        (
            Some(&with),
            &[b"", b"\x01 NO no\r\n"],
            Some(Outcome::StarttlsRefused),
            1,
        ),
        (
            Some(&with),
            &[b"", b"\x01 BAD no\r\n"],
            Some(Outcome::StarttlsRefused),
            1,
        ),
        (None, &[b"", b"\x01 OK go\r\n"], None, 1),
        (
            None,
            &[b"", b"\x01 BAD no\r\n", b"* CAPABILITY A\r\n\x01 OK\r\n"],
            Some(Outcome::StarttlsNotOffered),
            2,
        ),
        (
            None,
            &[
                b"",
                b"\x01 BAD no\r\n",
                b"* CAPABILITY STARTTLS\r\n\x01 OK\r\n",
            ],
            Some(Outcome::StarttlsRefused),
            2,
        ),
        (
            Some(&with),
            &[b"", b"+ go on\r\n"],
            Some(Outcome::MalformedReply),
            1,
        ),
        (
            Some(&with),
            &[b"", b"a1 OK go\r\n"],
            Some(Outcome::MalformedReply),
            1,
        ),
    ] {
        let (found, flights) = in_any_fragments(replies, async |server| {
            starttls(server.connection(), known).await
        });
        assert_eq!(
            (found.err(), flights.len()),
            (expected, sent),
            "{replies:?}"
        );
    }
}

#[test]
fn sign_in_is_one_exchange() {
    let credentials = Credentials::new("a".into(), "p\"w".to_owned().into()).unwrap();
    let response = "AGEAcCJ3";
    let at_once = format!("AUTHENTICATE PLAIN {response}\r\n");
    let response = format!("{response}\r\n");
    let plain = "AUTHENTICATE PLAIN\r\n";
    let login = "LOGIN \"a\" \"p\\\"w\"\r\n";
    let no = &b"\x01 NO [AUTHENTICATIONFAILED] no\r\n"[..];
    for (words, replies, expected, sent) in [
        (
            "AUTH=PLAIN SASL-IR",
            &[&b""[..], b"\x01 OK in\r\n"][..],
            Ok("PLAIN"),
            &[&*at_once][..],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b"", b"* CAPABILITY A\r\n\x01 OK [X] in\r\n"],
            Ok("PLAIN"),
            &[&at_once],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b"", no],
            Err(Outcome::WrongCredentials),
            &[&at_once],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b"", b"+ eyJ9\r\n", no],
            Err(Outcome::WrongCredentials),
            &[&at_once, "\r\n"],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b"", b"+ eyJ9\r\n", b"+ eyJ9\r\n", no],
            Err(Outcome::SignInProtocolError),
            &[&at_once, "\r\n", "*\r\n"],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b"", b"+ bW9yZQ==\r\n", no],
            Err(Outcome::SignInProtocolError),
            &[&at_once, "*\r\n"],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b"", b"+\r\n", b"+\r\n"],
            Err(Outcome::SignInProtocolError),
            &[&at_once, "*\r\n"],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b"", b"x OK in\r\n"],
            Err(Outcome::SignInProtocolError),
            &[&at_once],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b"", b"\x01 BAD no\r\n"],
            Err(Outcome::SignInProtocolError),
            &[&at_once],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b"", b"* BYE Temporary problem\r\n"],
            Err(Outcome::TemporaryFailure),
            &[&at_once],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b""],
            Err(Outcome::ClosedEarly),
            &[&at_once],
        ),
        (
            "AUTH=PLAIN",
            &[b"", b"+ \r\n", b"\x01 OK\r\n"],
            Ok("PLAIN"),
            &[plain, &response],
        ),
        (
            "AUTH=PLAIN",
            &[b"", b"\x01 NO no\r\n"],
            Err(Outcome::SignInRefused),
            &[plain],
        ),
        // The password was not looked at, so it is sent once more, and never a third time.
        (
            "AUTH=PLAIN SASL-IR",
            &[
                b"",
                b"\x01 BAD Request not ending with \\r\\n\r\n",
                b"+ \r\n",
                b"\x01 OK in\r\n",
            ],
            Ok("PLAIN"),
            &[&at_once, plain, &response],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[
                b"",
                b"\x01 NO Invalid initial response\r\n",
                b"+ \r\n",
                b"\x01 BAD Invalid initial response\r\n",
            ],
            Err(Outcome::SignInProtocolError),
            &[&at_once, plain, &response],
        ),
        (
            "AUTH=PLAIN",
            &[b"", b"+ \r\n", b"\x01 BAD Invalid initial response\r\n"],
            Err(Outcome::SignInProtocolError),
            &[plain, &response],
        ),
        // A note in front of an answer without a reason is the reason.
        (
            "AUTH=PLAIN SASL-IR",
            &[
                b"",
                b"* NO [ALERT] IMAP access is disabled\r\n\x01 NO no\r\n",
            ],
            Err(Outcome::AccessSwitchedOff),
            &[&at_once],
        ),
        (
            "AUTH=PLAIN SASL-IR",
            &[b"", b"\x01 BAD Invalid password\r\n"],
            Err(Outcome::WrongCredentials),
            &[&at_once],
        ),
        ("IMAP4rev1", &[b"", b"\x01 OK\r\n"], Ok("LOGIN"), &[login]),
        (
            "LOGINDISABLED",
            &[b""],
            Err(Outcome::PasswordSignInNotOffered),
            &[],
        ),
    ] {
        let capabilities = Capabilities::imap(words);
        let (found, flights) = in_any_fragments(replies, async |server| {
            sign_in(server, &capabilities, &credentials).await
        });
        let found = found.map(|accepted| accepted.mechanism);
        assert_eq!(found, expected, "{words} {replies:?}");
        assert_eq!(flights, sent, "{words} {replies:?}");
    }
}

#[test]
fn a_line_that_answers_nothing_is_skipped_behind_the_sign_in() {
    for (line, expected) in [
        ("", Ok(())),
        ("Welcome back!", Ok(())),
        ("m1234567 OK in, once more", Ok(())),
        ("x OK what", Err(Outcome::MalformedReply)),
        ("+ go on", Err(Outcome::MalformedReply)),
        ("more to come {10}", Err(Outcome::MalformedReply)),
        ("* BYE", Err(Outcome::ClosedEarly)),
        (
            "* BYE IMAP access disabled",
            Err(Outcome::AccessSwitchedOff),
        ),
        ("* BYE Authentication failed", Err(Outcome::ClosedEarly)),
    ] {
        let reply = format!("{line}\r\n\x01 OK\r\n");
        let replies: [&[u8]; 2] = [b"", reply.as_bytes()];
        let (found, _) = in_any_fragments(&replies, async |server| {
            server.connection().signed_in = true;
            command(server.connection(), "NOOP").await.map(|_| ())
        });
        assert_eq!(found, expected, "{line}");
        let (found, _) = in_any_fragments(&replies, async |server| {
            command(server.connection(), "NOOP").await.map(|_| ())
        });
        assert!(found.is_err(), "{line} before the sign-in");
    }
}

#[test]
fn the_inbox_is_opened_and_its_quota_told_in_bytes() {
    const OPENED: &[u8] = b"* 7 EXISTS\r\n* OK [UIDNEXT 8] next\r\n\x01 OK [READ-ONLY] open\r\n";
    let amount = |used, limit| Some(Quota { used, limit });
    let usage = |storage, messages| Ok(MailboxUsage { storage, messages });
    let inbox = amount(7, None);
    for (words, replies, expected, commands) in [
        (
            "IMAP4rev1",
            &[&b""[..], OPENED][..],
            usage(None, inbox),
            &["EXAMINE INBOX"][..],
        ),
        (
            "",
            &[b"", b"\x01 OK open\r\n"],
            usage(None, None),
            &["EXAMINE INBOX"],
        ),
        (
            "ID QUOTA",
            &[
                b"",
                b"* ID (\"name\" {1}\r\nx)\r\n\x01 OK\r\n",
                OPENED,
                b"* QUOTAROOT INBOX {1}\r\nu\r\n* QUOTA \"u\" (STORAGE 10 512)\r\n\x01 OK\r\n",
            ],
            usage(amount(10240, Some(524288)), inbox),
            &["ID (", "EXAMINE INBOX", "GETQUOTAROOT INBOX"],
        ),
        // Who is not let in by ID is let in without.
        (
            "ID",
            &[b"", b"\x01 BAD what?\r\n", OPENED],
            usage(None, inbox),
            &["ID (", "EXAMINE INBOX"],
        ),
        (
            "QUOTA",
            &[
                b"",
                OPENED,
                b"* QUOTA \"u (x)\" (MESSAGE 1 2 STORAGE 4 4)\r\n\x01 OK\r\n",
            ],
            usage(amount(4096, Some(4096)), amount(1, Some(2))),
            &["EXAMINE INBOX", "GETQUOTAROOT INBOX"],
        ),
        (
            "QUOTA",
            &[
                b"",
                OPENED,
                b"* QUOTA a (STORAGE 1 9)\r\n* QUOTA b (STORAGE 8 9)\r\n\x01 OK\r\n",
            ],
            usage(amount(8192, Some(9216)), inbox),
            &["EXAMINE INBOX", "GETQUOTAROOT INBOX"],
        ),
        (
            "QUOTA",
            &[
                b"",
                OPENED,
                b"* QUOTA a (STORAGE 99999999999999999999 1)\r\n\x01 OK\r\n",
            ],
            usage(None, inbox),
            &["EXAMINE INBOX", "GETQUOTAROOT INBOX"],
        ),
        (
            "QUOTA",
            &[b"", OPENED, b"\x01 NO no\r\n"],
            usage(None, inbox),
            &["EXAMINE INBOX", "GETQUOTAROOT INBOX"],
        ),
        (
            "",
            &[b"", b"\x01 NO [SERVERBUG] Internal error\r\n"],
            Err(Outcome::MailboxFault),
            &["EXAMINE INBOX"],
        ),
        ("", &[b""], Err(Outcome::ClosedEarly), &["EXAMINE INBOX"]),
    ] {
        let known = Capabilities::imap(words);
        let (found, flights) = in_any_fragments(replies, async |server| {
            server.connection().signed_in = true;
            mailbox(server.connection(), Some(known.clone())).await
        });
        let found = found.map(|opened| opened.usage);
        assert_eq!(found, expected, "{words} {replies:?}");
        assert_eq!(flights.len(), commands.len(), "{flights:?}");
        for (flight, command) in flights.iter().zip(commands) {
            assert!(flight.starts_with(command), "{flight}");
        }
    }
}

#[test]
fn a_message_is_found_where_it_lies() {
    const NOTHING: &[u8] = b"* SEARCH\r\n\x01 OK\r\n";
    const OPEN: &[u8] = b"* 1 EXISTS\r\n\x01 OK\r\n";
    const FOUND: &[u8] = b"* SEARCH 7 9\r\n\x01 OK\r\n";
    const RESULTS: &[u8] =
        b"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (AUTHENTICATION-RESULTS)] {52}\r\n\
        Authentication-Results: x;\r\n spf=fail; dkim=pass\r\n\r\n)\r\n\x01 OK\r\n";
    const BARE: &[u8] = b"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (X)] {2}\r\n\r\n)\r\n\x01 OK\r\n";
    let junk = &b"* LIST (\\Junk) \"/\" \"Junk mail\"\r\n\x01 OK\r\n"[..];
    let no_junk = &b"* LIST () \"/\" Sent\r\n\x01 OK\r\n"[..];
    for (words, replies, expected, commands) in [
        (
            "",
            &[b"", no_junk, OPEN, FOUND, RESULTS][..],
            Ok(("INBOX", false, Some("fail"), Some("pass"))),
            "LIST \"\" \"%\", EXAMINE INBOX, UID SEARCH HEADER Message-ID \"1@x\", UID FETCH 7",
        ),
        (
            "SPECIAL-USE LIST-EXTENDED",
            &[b"", junk, OPEN, FOUND, BARE],
            Ok(("Junk mail", true, None, None)),
            "LIST (SPECIAL-USE) \"\" \"*\", EXAMINE \"Junk mail\", UID SEARCH, UID FETCH",
        ),
        (
            "",
            &[b"", junk, OPEN, NOTHING, OPEN, FOUND, BARE],
            Ok(("INBOX", false, None, None)),
            "LIST \"\" \"%\", EXAMINE \"Junk mail\", UID SEARCH, EXAMINE INBOX, UID SEARCH, UID FETCH",
        ),
        (
            "IDLE",
            &[
                b"",
                no_junk,
                OPEN,
                NOTHING,
                b"+ idling\r\n* OK still here\r\n* 2 EXISTS\r\n",
                b"* 1 RECENT\r\n\x01 OK\r\n",
                OPEN,
                FOUND,
                BARE,
            ],
            Ok(("INBOX", false, None, None)),
            "LIST, EXAMINE, UID SEARCH, IDLE, DONE, EXAMINE, UID SEARCH, UID FETCH",
        ),
        // What comes between the command and the answer to it counts, too.
        (
            "IDLE",
            &[
                b"",
                no_junk,
                OPEN,
                NOTHING,
                b"* 2 EXISTS\r\nWelcome\r\n+ idling\r\n",
                b"\x01 OK\r\n",
                OPEN,
                FOUND,
                BARE,
            ],
            Ok(("INBOX", false, None, None)),
            "LIST, EXAMINE, UID SEARCH, IDLE, DONE, EXAMINE, UID SEARCH, UID FETCH",
        ),
        // All folders are below the inbox, and one name is a literal.
        (
            "SPECIAL-USE",
            &[
                b"",
                b"* LIST () \".\" INBOX\r\n\x01 OK\r\n",
                b"* LIST () \".\" INBOX.Sent\r\n* LIST () \".\" {10}\r\nINBOX.Spam\r\n\x01 OK\r\n",
                OPEN,
                FOUND,
                BARE,
            ],
            // The password here is one letter of the name.
            Ok(("IN[hidden]OX.Spam", true, None, None)),
            "LIST \"\" \"%\", LIST \"\" \"INBOX.%\", EXAMINE \"INBOX.Spam\", UID SEARCH, UID FETCH",
        ),
        (
            "",
            &[b"", no_junk, OPEN, FOUND, b"* 1 FETCH (BODY[] {99999}\r\n"],
            Err(Outcome::ReplyTooLong),
            "LIST, EXAMINE, UID SEARCH, UID FETCH",
        ),
        (
            "IDLE",
            &[
                b"",
                no_junk,
                OPEN,
                NOTHING,
                b"+ idling\r\n* BYE IMAP access disabled\r\n",
            ],
            Err(Outcome::AccessSwitchedOff),
            "LIST, EXAMINE, UID SEARCH, IDLE",
        ),
        (
            "",
            &[b"", no_junk, OPEN],
            Err(Outcome::ClosedEarly),
            "LIST, EXAMINE, UID SEARCH",
        ),
    ] {
        let known = Capabilities::imap(words);
        let (found, flights) = in_any_fragments(replies, async |server| {
            server.connection().signed_in = true;
            arrival(server.connection(), &known, "1@x").await
        });
        let found = found.map(|arrival| arrival.unwrap());
        let found = found.as_ref().map(|arrival| {
            let folder = arrival.folder.as_deref().unwrap();
            (
                folder,
                arrival.in_junk,
                arrival.spf.as_deref(),
                arrival.dkim.as_deref(),
            )
        });
        assert_eq!(
            found,
            expected.as_ref().map(|row| *row),
            "{words} {replies:?}"
        );
        let commands: Vec<&str> = commands.split(", ").collect();
        assert_eq!(flights.len(), commands.len(), "{flights:?}");
        for (flight, command) in flights.iter().zip(commands) {
            assert!(flight.starts_with(command), "{flight}");
        }
    }
}

#[test]
fn a_message_is_waited_for_until_the_stage_is_nearly_over() {
    let replies: Vec<&[u8]> = std::iter::once(&b""[..])
        .chain(std::iter::once(&b"\x01 OK\r\n"[..]))
        .chain((0..60).flat_map(|_| {
            let quiet: [&[u8]; 4] = [
                b"\x01 OK\r\n",
                b"* SEARCH\r\n\x01 OK\r\n",
                b"+ idling\r\n* 2 EXISTS\r\n",
                b"\x01 OK\r\n",
            ];
            quiet
        }))
        .collect();
    let known = Capabilities::imap("IDLE");
    // Each read takes two seconds.
    let script = Script::of(&replies).taking(Duration::from_secs(2));
    let mut connection = connection_to(script);
    connection.begin_stage(Duration::from_secs(60));
    let found = arrival(&mut connection, &known, "1@x").now_or_never();
    assert_eq!(found, Some(Ok(None)));
}

/// Numbers of any size, and what is none.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<u64>().prop_map(|number| number.to_string()),
        2 => (0..=u64::MAX / 1024).prop_map(|number| number.to_string()),
        1 => "[-+0-9. a]{0,25}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_quota_is_told_exactly_or_not_at_all(used in number(), limit in number()) {
        let quota = format!("* QUOTA \"\" (STORAGE {used} {limit})\r\n\x01 OK\r\n");
        let opened = &b"\x01 OK\r\n"[..];
        let mut connection = connection_to(Script::of(&[b"", opened, quota.as_bytes()]));
        let known = Capabilities::imap("QUOTA");
        let found = mailbox(&mut connection, Some(known)).now_or_never().unwrap().unwrap();
        let bytes = |text: &str| text.parse::<u64>().ok()?.checked_mul(1024);
        // A limit of 0 is none.
        let exactly = bytes(&used).zip(bytes(&limit)).map(|(used, limit)| (used, (limit > 0).then_some(limit)));
        let found = found.usage.storage.map(|storage| (storage.used, storage.limit));
        // Blanks inside of a number make several of it.
        if !used.contains(' ') && !limit.contains(' ') {
            prop_assert_eq!(found, exactly);
        }
    }
}
