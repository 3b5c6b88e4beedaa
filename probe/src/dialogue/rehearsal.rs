//! For tests and fuzzing: a whole conversation with a server that says anything, in memory, and what
//! must hold whatever that was.

use futures_util::FutureExt;

use super::script::{Script, protected};
use super::{
    Fault, capabilities, goodbye, greeting, mailbox, password_sign_in_offered, sign_in, starttls,
};
use crate::credentials::Credentials;
use crate::endpoint::Protocol;

/// Ends one reply and begins the next; see also [`TAG`](super::script::TAG).
pub(crate) const NEXT: u8 = 2;

/// Unlike any other text, so that it can be searched for.
const PASSWORD: &str = "c4nary-Pa55phrase";

/// The longest text of a server that may be shown, in characters.
const LONGEST: usize = 300;

/// Talks to a server that says `bytes`, and checks that the way in which they arrive changes nothing.
///
/// # Panics
///
/// When something does not hold that must.
pub(crate) fn rehearse(protocol: Protocol, bytes: &[u8]) {
    let whole = talk(protocol, bytes, usize::MAX, usize::MAX);
    for step in [1, 2, 3, 7, 64] {
        assert_eq!(
            talk(protocol, bytes, step, usize::MAX),
            whole,
            "by {step}: {bytes:?}"
        );
    }
}

/// Everything that comes out of one conversation in the clear and one inside TLS, when the bytes come
/// in such steps, and with a gap at one place.
fn talk(protocol: Protocol, bytes: &[u8], step: usize, cut: usize) -> Vec<String> {
    let replies: Vec<&[u8]> = bytes.split(|byte| *byte == NEXT).collect();
    let script = || Script::of(&replies).in_steps_of(step).cut_at(cut);
    let password = PASSWORD.to_owned().into();
    let credentials = Credentials::new("alice@example.test".into(), password);
    let credentials = credentials.expect("a name and a password that can be sent");
    let mut told = Vec::new();
    in_the_clear(protocol, script(), &credentials, &mut told);
    inside(protocol, script(), &credentials, &mut told);
    for text in &mut told {
        *text = without_tags(text);
        assert!(!text.contains(PASSWORD), "the password is told: {text}");
    }
    told
}

fn in_the_clear(
    protocol: Protocol,
    script: Script,
    credentials: &Credentials,
    told: &mut Vec<String>,
) {
    // What is inside of it is a wire like any other, only that it knows what to hide.
    let mut wire = protected(script, credentials);
    let wire = wire.wire();
    let greeted = now(greeting(protocol, wire));
    tell(told, &greeted);
    if let Ok(greeted) = greeted {
        let known = greeted.capabilities.as_ref();
        tell(told, &now(starttls(protocol, wire, known)));
    }
}

fn inside(protocol: Protocol, script: Script, credentials: &Credentials, told: &mut Vec<String>) {
    let mut server = protected(script, credentials);
    let greeted = now(greeting(protocol, server.wire()));
    tell(told, &greeted);
    let Ok(greeted) = greeted else { return };
    let offered = match greeted.capabilities {
        Some(known) => Ok(known),
        None => now(capabilities(protocol, server.wire())),
    };
    tell(told, &offered);
    let Ok(offered) = offered else { return };
    if !password_sign_in_offered(protocol, &offered) {
        return;
    }
    let accepted = now(sign_in(protocol, &mut server, &offered, credentials));
    tell(told, &accepted);
    let Ok(accepted) = accepted else { return };
    let known = accepted.capabilities.as_ref();
    tell(told, &now(mailbox(protocol, server.wire(), known)));
    tell(told, &now(goodbye(protocol, server.wire())));
}

/// A script never makes anybody wait.
fn now<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never().expect("a script does not wait")
}

fn tell<T: std::fmt::Debug>(told: &mut Vec<String>, result: &Result<T, Fault>) {
    if let Err(Fault {
        server_said: Some(said),
        ..
    }) = result
    {
        assert!(said.chars().count() <= LONGEST, "{said:?} is long");
        assert!(!said.chars().any(char::is_control), "{said:?}");
    }
    told.push(format!("{result:?}"));
}

/// The tags differ from one conversation to the next.
fn without_tags(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('m') {
        let (before, tag) = rest.split_at(at);
        let digits = tag[1..].bytes().take(7).filter(u8::is_ascii_hexdigit);
        shown.push_str(before);
        if digits.count() == 7 {
            shown.push_str("TAG");
            rest = &tag[8..];
        } else {
            shown.push('m');
            rest = &tag[1..];
        }
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What servers say, and what only looks like it.
    const WORDS: &[&str] = &[
        "* OK ",
        "* NO ",
        "* BAD ",
        "* BYE ",
        "* PREAUTH ",
        "\x01 OK ",
        "\x01 NO ",
        "\x01 BAD ",
        "[CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ",
        "[CAPABILITY STARTTLS] ",
        "* CAPABILITY ",
        "[AUTHENTICATIONFAILED] ",
        "[ALERT] ",
        "QUOTA ",
        "* QUOTA \"\" (STORAGE 9 10 MESSAGE 1 0) ",
        "(STORAGE 18446744073709551615 1)",
        "{12}",
        "{3+}",
        "+ ",
        "+OK ",
        "-ERR ",
        "[SYS/TEMP] ",
        "+OK 3 400",
        "USER",
        "SASL PLAIN LOGIN",
        "STLS",
        ".",
        "220 ",
        "220-",
        "250 ",
        "250-",
        "235 ",
        "334 ",
        "334 VXNlcm5hbWU6",
        "421 4.7.0 ",
        "535 5.7.8 ",
        "AUTH PLAIN LOGIN",
        "STARTTLS",
        "AUTH=",
        "\r\n",
        "\r\n",
        "\r\n",
        "\n",
        "\r",
        "\x02",
        "\x02",
        "\0",
        "c4nary-Pa55phrase",
        "(((",
        ")))",
        "[",
        "]",
        "\u{202e}",
        "\u{fffd}",
    ];

    fn replies() -> impl Strategy<Value = Vec<u8>> {
        let word = prop::sample::select(WORDS).prop_map(|word| word.as_bytes().to_vec());
        let noise = prop::collection::vec(any::<u8>(), 0..6);
        let part = prop_oneof![6 => word, 1 => noise];
        prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }

    #[test]
    fn a_gap_at_any_place_changes_nothing() {
        for (protocol, conversations) in [
            (
                Protocol::Imap,
                &[
                    &b"* OK [CAPABILITY SASL-IR AUTH=PLAIN STARTTLS] hi\r\n\x02\x01 OK [CAPABILITY QUOTA] in\r\n\x02\
                       * QUOTA \"\" (STORAGE 9 10 MESSAGE 1 2)\r\n\x01 OK\r\n\x02* BYE\r\n\x01 OK\r\n"[..],
                    b"* OK hi\r\n* OK [ALERT] x\r\n\x02* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n* 3 EXISTS\r\n\x01 OK\r\n\x02\
                      + \r\n\x02\x01 OK in\r\n\x02* CAPABILITY A\r\n\x01 OK\r\n\x02* BYE\r\n",
                    b"* OK [CAPABILITY SASL-IR AUTH=PLAIN STARTTLS] hi\n\x02* OK x\n\x01 NO [AUTHENTICATIONFAILED] no\r\n",
                    b"* OK [CAPABILITY SASL-IR AUTH=PLAIN STARTTLS] hi\r\n\x02+ eyJ9\r\n\x02\x01 NO no\r\n",
                    b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n\x02\x01 NO no\r\n\x02* CAPABILITY A\r\n\x01 OK\r\n",
                    b"* BYE [UNAVAILABLE] f\xc3\xbcr Sie\r\n",
                ][..],
            ),
            (
                Protocol::Pop3,
                &[
                    b"+OK hi\r\n\x02+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n\x02+OK in\r\n\x02+OK 2 320\r\n\x02+OK bye\r\n",
                    b"+OK hi\n\x02-ERR what\n\x02+OK\n\x02-ERR [SYS/TEMP] no\n",
                    b"+OK hi\r\n\x02+OK\r\nSASL PLAIN\r\n.\r\n\x02+ eyJ9\r\n\x02-ERR [AUTH] no\r\n",
                    b"-ERR [IN-USE] later\r\n",
                ],
            ),
            (
                Protocol::Smtp,
                &[
                    b"220-hi\r\n220 there\r\n\x02250-me\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n\x02235 2.7.0 in\r\n\x02221 bye\r\n",
                    b"220 hi\n\x02250-me\n250 AUTH LOGIN\n\x02334 VXNl\n\x02334 \n\x02535-5.7.8 no\n535 5.7.8 no\n",
                    b"220 hi\r\n220 hi again\r\n\x02250-me\r\n250 AUTH PLAIN\r\n\x02334 eyJ9\r\n\x02535 no\r\n",
                    b"554-5.7.1 blocked\r\n554 for good\r\n",
                ],
            ),
        ] {
            for bytes in conversations {
                let whole = talk(protocol, bytes, usize::MAX, usize::MAX);
                for place in 1..bytes.len() {
                    let found = talk(protocol, bytes, usize::MAX, place);
                    assert_eq!(found, whole, "at {place}: {}", bytes.escape_ascii());
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_an_imap_server_says(bytes in replies()) {
            rehearse(Protocol::Imap, &bytes);
        }

        #[test]
        fn whatever_a_pop3_server_says(bytes in replies()) {
            rehearse(Protocol::Pop3, &bytes);
        }

        #[test]
        fn whatever_an_smtp_server_says(bytes in replies()) {
            rehearse(Protocol::Smtp, &bytes);
        }
    }
}
