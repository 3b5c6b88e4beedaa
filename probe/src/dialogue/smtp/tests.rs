use super::*;
use crate::dialogue::results::OutgoingMessage;
use crate::envelope_address::EnvelopeAddress;
use crate::testing::fragmentation::in_any_fragments;

#[test]
fn greetings() {
    for (bytes, expected) in [
        (
            &b"220 mail.example ESMTP\r\n"[..],
            Ok(Some("220 mail.example ESMTP")),
        ),
        (
            b"220-mail.example\r\n220-no spam\r\n220 please\r\n",
            Ok(Some("220-mail.example 220-no spam 220 please")),
        ),
        (b"220\r\n", Ok(Some("220"))),
        (b"421 4.3.2 too busy\r\n", Err(Outcome::GreetingBusy)),
        (b"554 5.7.1 blocked\r\n", Err(Outcome::GreetingRefused)),
        (b"521 no mail here\r\n", Err(Outcome::GreetingRefused)),
        (b"354 go on\r\n", Err(Outcome::MalformedReply)),
        (b"220-one\r\n250 two\r\n", Err(Outcome::MalformedReply)),
        (b"220-one\r\n", Err(Outcome::ClosedEarly)),
        (b"22O hello\r\n", Err(Outcome::MalformedReply)),
        (b"220:hello\r\n", Err(Outcome::MalformedReply)),
        (b"* OK IMAP4rev1\r\n", Err(Outcome::UnexpectedService)),
        (b"220 (vsFTPd 3.0.3)\r\n", Err(Outcome::UnexpectedService)),
        (b"SSH-2.0-OpenSSH\r\n", Err(Outcome::UnexpectedService)),
        (b"", Err(Outcome::ClosedEarly)),
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
fn starttls_is_asked_for_only_where_it_is_offered() {
    for (replies, expected, sent) in [
        (
            &[&b""[..], b"250-me\r\n250 STARTTLS\r\n", b"220 go\r\n"][..],
            None,
            2,
        ),
        (
            &[b"", b"250-me\r\n250 SIZE 10\r\n"],
            Some(Outcome::StarttlsNotOffered),
            1,
        ),
        (
            &[b"", b"502 what\r\n"],
            Some(Outcome::ExtendedSmtpMissing),
            1,
        ),
        (
            &[
                b"",
                b"250-me\r\n250 starttls\r\n",
                b"454 4.7.0 no TLS now\r\n",
            ],
            Some(Outcome::StarttlsRefused),
            2,
        ),
        (
            &[b"", b"250-me\r\n250 STARTTLS\r\n", b"334 \r\n"],
            Some(Outcome::MalformedReply),
            2,
        ),
        (
            &[b"", b"250-me\r\n250 STARTTLS\r\n"],
            Some(Outcome::ClosedEarly),
            2,
        ),
    ] {
        let (found, flights) =
            in_any_fragments(replies, async |server| starttls(server.connection()).await);
        assert_eq!(
            (found.err(), flights.len()),
            (expected, sent),
            "{replies:?}"
        );
    }
}

#[test]
fn sign_in_is_one_exchange() {
    let credentials = Credentials::new("tim".into(), "tanstaaftanstaaf".to_owned().into()).unwrap();
    let plain = "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n";
    for (auth, replies, expected, sent) in [
        (
            "AUTH PLAIN LOGIN",
            &[&b""[..], b"235 2.7.0 ok\r\n"][..],
            Ok("PLAIN"),
            &[plain][..],
        ),
        (
            "AUTH PLAIN",
            &[b"", b"535 5.7.8 no\r\n"],
            Err(Outcome::WrongCredentials),
            &[plain],
        ),
        (
            "AUTH PLAIN",
            &[b"", b"334 \r\n", b"501 5.7.0 cancelled\r\n"],
            Err(Outcome::SignInProtocolError),
            &[plain, "*\r\n"],
        ),
        (
            "AUTH PLAIN",
            &[b"", b"334 \r\n", b"235 surprise\r\n"],
            Err(Outcome::SignInProtocolError),
            &[plain, "*\r\n"],
        ),
        ("AUTH PLAIN", &[b""], Err(Outcome::ClosedEarly), &[plain]),
        (
            "AUTH=LOGIN",
            &[
                b"",
                b"334 VXNlcm5hbWU6\r\n",
                b"334 geheim?\r\n",
                b"235 ok\r\n",
            ],
            Ok("LOGIN"),
            &["AUTH LOGIN\r\n", "dGlt\r\n", "dGFuc3RhYWZ0YW5zdGFhZg==\r\n"],
        ),
        (
            "AUTH LOGIN",
            &[b"", b"334 \r\n", b"334 \r\n", b"334 \r\n", b"501 stop\r\n"],
            Err(Outcome::SignInProtocolError),
            &[
                "AUTH LOGIN\r\n",
                "dGlt\r\n",
                "dGFuc3RhYWZ0YW5zdGFhZg==\r\n",
                "*\r\n",
            ],
        ),
        (
            "AUTH XOAUTH2",
            &[b""],
            Err(Outcome::PasswordSignInNotOffered),
            &[],
        ),
    ] {
        let mut capabilities = Capabilities::default();
        capabilities.add_smtp(auth);
        let (found, flights) = in_any_fragments(replies, async |server| {
            sign_in(server, &capabilities, &credentials).await
        });
        let found = found.map(|accepted| accepted.mechanism);
        assert_eq!(found, expected, "{replies:?}");
        assert_eq!(flights, sent, "{replies:?}");
    }
}

#[test]
fn a_message_is_sent_once_and_whole() {
    let address: EnvelopeAddress = "jane@example.test".parse().unwrap();
    let message = OutgoingMessage {
        id: "1@example.test".to_owned(),
        content: b"Subject: x\r\n\r\n.\r\n".to_vec(),
    };
    let (mail, rcpt) = (
        "MAIL FROM:<jane@example.test>\r\n",
        "RCPT TO:<jane@example.test>\r\n",
    );
    let (data, content) = ("DATA\r\n", "Subject: x\r\n\r\n..\r\n.\r\n");
    for (replies, expected, sent) in [
        (
            &[
                &b""[..],
                b"250 ok\r\n",
                b"250 ok\r\n",
                b"354 go\r\n",
                b"250 2.0.0 queued\r\n",
            ][..],
            Ok("250 2.0.0 queued"),
            &[mail, rcpt, data, content][..],
        ),
        (
            &[b"", b"553 5.7.1 not owned by user\r\n"],
            Err(Outcome::SenderRefused),
            &[mail],
        ),
        (
            &[b"", b"250 ok\r\n", b"550 5.1.1 no\r\n"],
            Err(Outcome::RecipientRefused),
            &[mail, rcpt],
        ),
        (
            &[b"", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n"],
            Err(Outcome::MalformedReply),
            &[mail, rcpt, data],
        ),
        (
            &[
                b"",
                b"250 ok\r\n",
                b"250 ok\r\n",
                b"354 go\r\n",
                b"554 5.7.1 spam\r\n",
            ],
            Err(Outcome::SendingBlocked),
            &[mail, rcpt, data, content],
        ),
    ] {
        let (found, flights) = in_any_fragments(replies, async |server| {
            offer_message(server.connection(), &address).await?;
            send_content(server.connection(), &message).await
        });
        let expected = expected.map(|reply| Some(reply.to_owned()));
        assert_eq!(found, expected, "{replies:?}");
        assert_eq!(flights, sent, "{replies:?}");
    }
}

#[test]
fn an_envelope_is_accepted_once_both_sides_of_it_are() {
    let address: EnvelopeAddress = "jane@example.test".parse().unwrap();
    let ok = &b"250 ok\r\n"[..];
    for (words, replies, expected, sent) in [
        (
            "",
            &[&b""[..], ok, b"250 taken\r\n", ok][..],
            Ok("250 taken"),
            3,
        ),
        (
            "PIPELINING",
            &[b"", b"250 ok\r\n250 taken\r\n250 ok\r\n"],
            Ok("250 taken"),
            1,
        ),
        // Nothing is left to be asked.
        ("", &[b"", ok, b"250 taken\r\n"], Ok("250 taken"), 3),
        (
            "",
            &[b"", ok, b"250 taken\r\n", b"502 what?\r\n"],
            Ok("250 taken"),
            3,
        ),
        (
            "",
            &[b"", ok, b"250 taken\r\n", b"421 bye\r\n"],
            Err(Outcome::SendingFault),
            3,
        ),
        ("", &[b"", ok], Err(Outcome::ClosedEarly), 2),
        (
            "PIPELINING",
            &[b"", b"250 ok\r\n"],
            Err(Outcome::ClosedEarly),
            1,
        ),
        (
            "PIPELINING",
            &[b"", b"250 ok\r\n550 5.1.1 no\r\n"],
            Err(Outcome::RecipientRefused),
            1,
        ),
    ] {
        let mut capabilities = Capabilities::default();
        capabilities.add_smtp(words);
        let (found, flights) = in_any_fragments(replies, async |server| {
            sending(server.connection(), &capabilities, &address).await
        });
        let expected = expected.map(|reply| Some(reply.to_owned()));
        assert_eq!(found, expected, "{words} {replies:?}");
        assert_eq!(flights.len(), sent, "{flights:?}");
    }
}
