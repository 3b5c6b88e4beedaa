//! For tests and fuzzing: a whole conversation with a server that says anything, in memory, and what
//! must hold whatever that was.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;

use super::script::{Script, TestClock, verified_connection_to};
use crate::credentials::Credentials;
use crate::dialogue::connection::{
    MAX_LINE_LEN, MAX_STAGE_BYTES, MAX_STAGE_LINES, READ_BUFFER_LEN,
};
use crate::dialogue::{
    Arrival, Capabilities, Fault, Greeting, MAX_LITERAL_LEN, OpenedMailbox, OutgoingMessage,
    SignedIn, VerifiedConnection, arrival, capabilities, greeting, mailbox, offer_message,
    password_sign_in_offered, quit, send_content, sending, sign_in, starttls,
};
use crate::endpoint::Protocol;
use crate::outcome::Outcome;
use crate::stage::Stage;

/// Ends one reply and begins the next; see also [`TAG`](super::script::TAG).
const NEXT: u8 = 2;

/// Ends the replies. The bytes behind the last one say how many bytes each read brings.
const FRAGMENTS: u8 = 3;

/// Repeats the byte before it [`FLOOD_LEN`] times, so that a short script can hold a flood.
const FLOOD: u8 = 4;
const FLOOD_LEN: usize = 3000;

/// No stage reads more than half of this, so a longer script would test nothing else.
const MAX_SCRIPT_LEN: usize = 2 * MAX_STAGE_READ;

/// The most bytes that a stage may take: the ends of lines do not count as long as they are lines, and
/// the line that is one too many may be a long one, of which the end came with what follows.
const MAX_STAGE_READ: usize =
    MAX_STAGE_BYTES + 2 * MAX_STAGE_LINES + MAX_LINE_LEN + CR_AND_ONE_MORE + READ_BUFFER_LEN;
const CR_AND_ONE_MORE: usize = 2;

/// The id of a message that is sent and watched for.
const MESSAGE: &str = "1@example.test";

const USER: &str = "alice@example.test";

/// Unlike any other text, so that it can be searched for.
const PASSWORD: &str = "c4nary-Pa55phrase";

/// The shortest part of an encoded secret that is hidden.
const MIN_PART_LEN: usize = 8;

/// The longest text of a server that may be shown, in characters.
const MAX_SHOWN_CHARS: usize = 300;

/// Talks to a server that says `bytes`, and checks that the way in which they arrive changes nothing.
///
/// # Panics
///
/// When something does not hold that must.
pub(crate) fn check(protocol: Protocol, bytes: &[u8]) {
    let (bytes, fragments) = match bytes.iter().rposition(|byte| *byte == FRAGMENTS) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &[][..]),
    };
    let bytes = flooded(bytes);
    let whole = converse(protocol, &bytes, |script| script);
    let check_fragments = |fragments: &[usize]| {
        let found = converse(protocol, &bytes, |script| script.in_fragments(fragments));
        assert_eq!(found, whole, "{fragments:?}: {}", bytes.escape_ascii());
    };
    check_fragments(&[1]);
    if !fragments.is_empty() {
        let fragments: Vec<usize> = fragments
            .iter()
            .map(|fragment| usize::from(*fragment).max(1))
            .collect();
        check_fragments(&fragments);
    }
}

fn flooded(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match (byte, all.last().copied()) {
            (&FLOOD, Some(last)) if all.len() < MAX_SCRIPT_LEN => {
                all.resize(all.len() + FLOOD_LEN, last);
            }
            _ => all.push(*byte),
        }
    }
    all
}

/// Everything that comes out of one conversation in the clear and one inside TLS.
fn converse(protocol: Protocol, bytes: &[u8], cut: impl Fn(Script) -> Script) -> Vec<String> {
    let replies: Vec<&[u8]> = bytes.split(|byte| *byte == NEXT).collect();
    let credentials = Credentials::new(USER.to_owned(), PASSWORD.to_owned().into());
    let credentials = credentials.expect("a name and a password that can be sent");
    let mut results = in_the_clear(protocol, cut(Script::of(&replies)), &credentials);
    results.extend(inside(protocol, cut(Script::of(&replies)), &credentials));
    results.iter().map(|text| without_tags(text)).collect()
}

fn in_the_clear(protocol: Protocol, script: Script, credentials: &Credentials) -> Vec<String> {
    let sent = script.sent();
    // A verified connection is used here, too, because its redactor knows the password.
    let mut stages = Stages::of(script, credentials);
    if let Ok(greeted) = stages.next(async |server| greeting(protocol, server.connection()).await) {
        let known = greeted.capabilities.as_ref();
        let _ = stages.next(async |server| starttls(protocol, server.connection(), known).await);
    }
    let secrets = sent.all().iter().filter(|flight| is_secret(flight)).count();
    assert_eq!(secrets, 0, "{:?}", sent.all());
    stages.results
}

fn inside(protocol: Protocol, script: Script, credentials: &Credentials) -> Vec<String> {
    let sent = script.sent();
    let mut stages = Stages::of(script, credentials);
    signed_in(protocol, credentials, &mut stages);
    let secrets = sent.all().iter().filter(|flight| is_secret(flight)).count();
    // Once more only where the first was refused for its place in the command.
    let commands = sent.all();
    let commands = commands
        .iter()
        .filter(|flight| flight.contains("AUTHENTICATE "));
    let tries = commands.count().clamp(1, 2);
    assert!(secrets <= tries, "{:?}", sent.all());
    stages.results
}

/// Goes through the stages inside TLS until one fails.
fn signed_in(protocol: Protocol, credentials: &Credentials, stages: &mut Stages) -> Option<()> {
    let greeted = stages.next(async |server| greeting(protocol, server.connection()).await);
    let offered = match greeted.ok()?.capabilities {
        Some(known) => known,
        None => stages
            .next(async |server| capabilities(protocol, server.connection()).await)
            .ok()?,
    };
    if !password_sign_in_offered(protocol, &offered) {
        return None;
    }
    let accepted =
        stages.next(async |server| sign_in(protocol, server, &offered, credentials).await);
    let accepted = accepted.map_err(|fault| assert_is_about_account(fault.outcome));
    let known = accepted.ok()?.capabilities;
    // As in a real check, nothing is asked any more after a fault: what is left of a reply that was
    // given up would be taken for the answer.
    let used = match protocol {
        Protocol::Imap | Protocol::Pop3 => stages
            .next(async |server| mailbox(protocol, server.connection(), known).await)
            .and_then(|opened| {
                let known = opened.capabilities;
                let arrival = stages.next_or_wait(async |server| {
                    arrival(server.connection(), &known, MESSAGE).await
                });
                arrival.map_or(Ok(()), |arrival| arrival.map(drop))
            }),
        Protocol::Smtp => {
            let address = USER.parse().expect("an address");
            let message = OutgoingMessage {
                id: MESSAGE.to_owned(),
                content: b"Subject: x\r\n\r\n.\r\n".to_vec(),
            };
            stages
                .next(async |server| sending(server.connection(), &offered, &address).await)
                .and_then(|_| {
                    stages.next(async |server| offer_message(server.connection(), &address).await)
                })
                .and_then(|()| {
                    stages.next(async |server| send_content(server.connection(), &message).await)
                })
                .map(drop)
        }
    };
    used.map_err(|fault| assert_is_about_account(fault.outcome))
        .ok()?;
    let _ = stages.next(async |server| quit(protocol, server.connection()).await);
    Some(())
}

fn assert_is_about_account(outcome: Outcome) {
    assert!(
        matches!(
            outcome.stage(),
            Some(Stage::SignIn | Stage::Mailbox | Stage::Sending | Stage::Delivery) | None
        ) || matches!(
            outcome,
            Outcome::PasswordSignInNotOffered | Outcome::NoCapabilities | Outcome::GreetingRefused
        ),
        "{outcome}"
    );
}

/// One conversation, of which every stage is checked.
struct Stages {
    server: VerifiedConnection<Script, TestClock>,
    /// How many bytes all stages have taken.
    taken: Arc<AtomicUsize>,
    /// What came of each stage.
    results: Vec<String>,
}

impl Stages {
    fn of(script: Script, credentials: &Credentials) -> Self {
        Self {
            taken: script.taken(),
            server: verified_connection_to(script, credentials),
            results: Vec::new(),
        }
    }

    fn next<T: Clone + ServerText>(
        &mut self,
        stage: impl AsyncFnOnce(&mut VerifiedConnection<Script, TestClock>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let before = self.taken.load(Ordering::Relaxed);
        let result = self.next_or_wait(stage);
        let taken = self.taken.load(Ordering::Relaxed) - before;
        assert!(taken <= MAX_STAGE_READ, "{taken} bytes");
        result.expect("a script does not make anybody wait")
    }

    /// A stage of many rounds, each of which reads as much as a stage. `None` when it waits for the time to pass,
    /// which it does not here.
    fn next_or_wait<T: Clone + ServerText>(
        &mut self,
        stage: impl AsyncFnOnce(&mut VerifiedConnection<Script, TestClock>) -> Result<T, Fault>,
    ) -> Option<Result<T, Fault>> {
        self.server
            .connection()
            .begin_stage(Duration::from_secs(1_000_000));
        let result = stage(&mut self.server).now_or_never();
        let buffered = self.server.connection().buffered();
        assert!(
            buffered <= MAX_LITERAL_LEN + MAX_LINE_LEN + CR_AND_ONE_MORE + READ_BUFFER_LEN,
            "{buffered} bytes"
        );
        match &result {
            Some(Ok(found)) => found.check(),
            Some(Err(fault)) => fault.server_reply.check(),
            None => {}
        }
        self.results.push(format!("{result:?}"));
        result
    }
}

/// What a stage returns of a server's text, all of which may be shown.
trait ServerText: std::fmt::Debug {
    /// # Panics
    ///
    /// When it must not be shown.
    fn check(&self);
}

impl ServerText for Option<String> {
    fn check(&self) {
        let Some(text) = self else { return };
        assert!(!text.trim().is_empty(), "{text:?}");
        assert_fits(text);
        assert!(
            !is_secret(text),
            "a part of the password is results: {text:?}"
        );
    }
}

impl ServerText for Greeting {
    fn check(&self) {
        self.server_reply.check();
        self.capabilities.iter().for_each(ServerText::check);
    }
}

impl ServerText for Capabilities {
    /// They are shown before a server has got the password, so it is not looked for.
    fn check(&self) {
        assert!(self.words.len() <= MAX_STAGE_LINES, "{}", self.words.len());
        self.words.iter().for_each(|word| assert_fits(word));
        self.mechanisms.iter().for_each(|word| assert_fits(word));
    }
}

impl ServerText for SignedIn {
    fn check(&self) {
        self.server_reply.check();
        self.capabilities.iter().for_each(ServerText::check);
    }
}

impl ServerText for Option<Arrival> {
    fn check(&self) {
        let Some(arrival) = self else { return };
        arrival.folder.check();
        for result in [&arrival.spf, &arrival.dkim, &arrival.dmarc]
            .into_iter()
            .flatten()
        {
            let is_word = |c: char| c.is_ascii_lowercase();
            assert!(result.chars().all(is_word), "{result:?}");
        }
    }
}

impl ServerText for OpenedMailbox {
    fn check(&self) {
        self.capabilities.check();
    }
}

impl ServerText for () {
    fn check(&self) {}
}

/// # Panics
///
/// When a text is too long to be shown, or has control characters.
pub(crate) fn assert_fits(text: &str) {
    assert!(text.chars().count() <= MAX_SHOWN_CHARS, "{text:?} is long");
    assert!(!text.chars().any(char::is_control), "{text:?}");
}

/// Whether a text holds the password or a part of it, in any of the forms in which it is sent.
fn is_secret(text: &str) -> bool {
    static PARTS: LazyLock<HashSet<Vec<u8>>> = LazyLock::new(|| {
        let forms = [
            PASSWORD.to_owned(),
            STANDARD.encode(PASSWORD),
            STANDARD.encode(format!("\0{USER}\0{PASSWORD}")),
        ];
        let parts = forms
            .iter()
            .flat_map(|form| form.as_bytes().windows(MIN_PART_LEN));
        parts.map(<[u8]>::to_ascii_lowercase).collect()
    });
    let text = text.to_ascii_lowercase();
    let mut parts = text.as_bytes().windows(MIN_PART_LEN);
    parts.any(|part| PARTS.contains(part))
}

/// The tags differ from one conversation to the next. A text may end in the middle of one.
fn without_tags(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['m', 'M']) {
        let (before, tag) = rest.split_at(at);
        let digits = tag[1..].bytes().take(7);
        let digits = digits.take_while(u8::is_ascii_hexdigit).count();
        let after = &tag[1 + digits..];
        shown.push_str(before);
        if digits == 7 || after.starts_with(['…', '"']) {
            shown.push_str("TAG");
        } else {
            shown.push_str(&tag[..1 + digits]);
        }
        rest = after;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What servers say, and what only looks like it.
    fn words() -> Vec<Vec<u8>> {
        let lines = include_str!("../../fuzz/words.dict").lines();
        let quoted = lines.filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
        quoted.map(unescaped).collect()
    }

    fn unescaped(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let (byte, length) = match (next, rest.get(1..2)) {
                ('\\', Some("x")) => (u8::from_str_radix(&rest[2..4], 16).unwrap(), 4),
                ('\\', Some(other)) => (other.as_bytes()[0], 2),
                _ => (u8::try_from(next).unwrap(), 1),
            };
            bytes.push(byte);
            rest = &rest[length..];
        }
        bytes
    }

    fn conversations() -> impl Strategy<Value = Vec<u8>> {
        let word = prop::sample::select(words());
        let noise = prop::collection::vec(any::<u8>(), 0..6);
        let part = prop_oneof![6 => word, 1 => noise];
        let replies = prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat());
        let fragments = prop::collection::vec(any::<u8>(), 1..6);
        (replies, fragments)
            .prop_map(|(replies, fragments)| [replies, vec![FRAGMENTS], fragments].concat())
    }

    #[test]
    fn a_gap_at_any_place_changes_nothing() {
        for (protocol, conversations) in [
            (
                Protocol::Imap,
                &[
                    &b"* OK [CAPABILITY SASL-IR AUTH=PLAIN STARTTLS] hi\r\n\x02\x01 OK [CAPABILITY ID QUOTA] in\r\n\x02\
                       * ID NIL\r\n\x01 OK\r\n\x02* 3 EXISTS\r\n\x01 OK\r\n\x02* QUOTA \"\" (STORAGE 9 10 MESSAGE 1 2)\r\n\x01 OK\r\n\x02* BYE\r\n\x01 OK\r\n"[..],
                    b"* OK [CAPABILITY SASL-IR AUTH=PLAIN] hi\r\n\x02\x01 OK [CAPABILITY IDLE] in\r\n\x02\x01 OK\r\n\x02\
                      * LIST (\\Junk) \"/\" Spam\r\n\x01 OK\r\n\x02\x01 OK\r\n\x02* SEARCH\r\n\x01 OK\r\n\x02\
                      \x01 OK\r\n\x02* SEARCH\r\n\x01 OK\r\n\x02+ idle\r\n* 1 EXISTS\r\n\x02\x01 OK\r\n\x02\x01 OK\r\n\x02\
                      * SEARCH 7\r\n\x01 OK\r\n\x02* 1 FETCH (UID 7 BODY[X] {36}\r\n\
                      Authentication-Results: x; spf=pass\n)\r\n\x01 OK\r\n\x02* BYE\r\n",
                    b"* OK hi\r\n* OK [ALERT] x\r\n\x02* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n* 3 EXISTS\r\n\x01 OK\r\n\x02\
                      + \r\n\x02\x01 OK in\r\n\x02* CAPABILITY A\r\n\x01 OK\r\n\x02\x01 NO no\r\n",
                    b"* OK [CAPABILITY SASL-IR AUTH=PLAIN STARTTLS] hi\n\x02* OK x\n\x01 NO [AUTHENTICATIONFAILED] no\r\n",
                    b"* OK [CAPABILITY SASL-IR AUTH=PLAIN STARTTLS] hi\r\n\x02+ eyJ9\r\n\x02\x01 NO no\r\n",
                    b"* OK [CAPABILITY SASL-IR AUTH=PLAIN] hi\r\n\x02\x01 BAD Invalid initial response\r\n\x02+ \r\n\x02\
                      \x01 OK in\r\nWelcome\r\n\x02* CAPABILITY A\r\n\x01 OK\r\n\x02* BYE\r\n",
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
                    b"220-hi\r\n220 there\r\n\x02250-me\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n\x02235 2.7.0 in\r\n\x02250 ok\r\n\x02250 ok\r\n\x02250 ok\r\n\x02\
                      250 ok\r\n\x02250 ok\r\n\x02354 go\r\n\x02250-2.0.0\r\n250 taken\r\n\x02221 bye\r\n",
                    b"220-hi\r\n220 there\r\n\x02250-me\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n\x02235 2.7.0 in\r\n\x02\
                      250 ok\r\n553-5.7.1 not\r\n553 5.7.1 owned\r\n250 ok\r\n\x02221 bye\r\n",
                    b"220 hi\n\x02250-me\n250 AUTH LOGIN\n\x02334 VXNl\n\x02334 \n\x02535-5.7.8 no\n535 5.7.8 no\n",
                    b"220 hi\r\n220 hi again\r\n\x02250-me\r\n250 AUTH PLAIN\r\n\x02334 eyJ9\r\n\x02535 no\r\n",
                    b"554-5.7.1 blocked\r\n554 for good\r\n",
                ],
            ),
        ] {
            for bytes in conversations {
                let whole = converse(protocol, bytes, |script| script);
                for place in 1..bytes.len() {
                    let found = converse(protocol, bytes, |script| script.cut_at(place));
                    assert_eq!(found, whole, "at {place}: {}", bytes.escape_ascii());
                }
            }
        }
    }

    #[test]
    fn floods_end_at_the_caps() {
        for (protocol, bytes) in [
            (Protocol::Imap, &b"x\x04\x04\x04\x04"[..]),
            (Protocol::Imap, b"* OK \x04\x04\x04\x04\r\n"),
            (Protocol::Imap, b"* OK hi\r\n\x02* \r\n\x04\x04\x01 OK\r\n"),
            (
                Protocol::Pop3,
                b"+OK\r\n\x02+OK\r\n\x04\n.\r\n\x02\x02\x02",
            ),
            (
                Protocol::Smtp,
                b"220-x\x04\x04\r\n220-x\x04\x04\r\n220-x\x04\x04\r\n220-x\x04\x04\r\n220-x\x04\x04\r\n\
                  220-x\x04\x04\r\n220-x\x04\x04\r\n220-x\x04\x04\r\n220-x\x04\x04\r\n220-x\x04\x04\r\n\
                  220-x\x04\x04\r\n220 x\r\n",
            ),
        ] {
            check(protocol, &[bytes, b"\x03\xff\x07"].concat());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_an_imap_server_says(bytes in conversations()) {
            check(Protocol::Imap, &bytes);
        }

        #[test]
        fn whatever_a_pop3_server_says(bytes in conversations()) {
            check(Protocol::Pop3, &bytes);
        }

        #[test]
        fn whatever_an_smtp_server_says(bytes in conversations()) {
            check(Protocol::Smtp, &bytes);
        }
    }
}
