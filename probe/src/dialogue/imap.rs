//! The IMAP conversation (RFC 9051, RFC 4959, RFC 5530, RFC 9208).

use super::capabilities::Capabilities;
use super::clock::Clock;
use super::connection::Connection;
use super::fault::Fault;
use super::imap_reply::{Reply, Status, StatusKind};
use super::results::{Greeting, MailboxUsage, Quota, SignedIn};
use super::sasl_exchange::SaslExchange;
use super::stream::Stream;
use super::verified_connection::{VerifiedConnection, VerifiedTls};
use super::{first_words, refusal, sasl};
use crate::credentials::Credentials;
use crate::outcome::Outcome;

/// Reads the greeting (RFC 9051 §7.1).
pub(super) async fn greeting<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Greeting, Fault> {
    let raw = connection.read_line().await?;
    let text = match Reply::parse(&raw, "") {
        Some(Reply::Untagged(text)) => text,
        _ if raw.starts_with(b"* ") => return Err(connection.fault(Outcome::MalformedReply, &raw)),
        _ => return Err(first_words::foreign_greeting(connection, &raw)),
    };
    let outcome = match Status::parse(&text) {
        Some(status) if status.kind == StatusKind::Ok => {
            let server_reply = connection.quote(&raw);
            return Ok(Greeting {
                server_reply,
                capabilities: status.capabilities(),
            });
        }
        Some(status) if status.kind == StatusKind::Preauth => Outcome::Preauthenticated,
        Some(status)
            if status.kind == StatusKind::Bye && first_words::is_temporary_rejection(&text) =>
        {
            Outcome::GreetingBusy
        }
        Some(status) if status.kind == StatusKind::Bye => Outcome::GreetingRefused,
        _ => Outcome::MalformedReply,
    };
    Err(connection.fault(outcome, &raw))
}

/// Asks what the server can do (RFC 9051 §6.1.1).
pub(super) async fn capabilities<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Capabilities, Fault> {
    let response = command(connection, "CAPABILITY").await?;
    match response.capabilities() {
        Some(capabilities) if response.status.kind == StatusKind::Ok => Ok(capabilities),
        _ => Err(connection.fault(Outcome::NoCapabilities, &response.raw)),
    }
}

/// Asks for TLS (RFC 9051 §6.2.1).
///
/// Where the greeting did not say what the server can do, it is not asked first, which would cost a
/// round trip. Only a server that refuses is asked whether it had offered TLS at all.
pub(super) async fn starttls<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    known: Option<&Capabilities>,
) -> Result<Option<String>, Fault> {
    if let Some(known) = known.filter(|known| !known.has("STARTTLS")) {
        return Err(connection.fault(
            Outcome::StarttlsNotOffered,
            known.words.join(" ").as_bytes(),
        ));
    }
    let response = command(connection, "STARTTLS").await?;
    if response.status.kind == StatusKind::Ok {
        return Ok(connection.quote(&response.raw));
    }
    let offered = match known {
        Some(_) => true,
        None => capabilities(connection)
            .await
            .is_ok_and(|offered| offered.has("STARTTLS")),
    };
    let outcome = if offered {
        Outcome::StarttlsRefused
    } else {
        Outcome::StarttlsNotOffered
    };
    Err(connection.fault(outcome, &response.raw))
}

/// A way to sign in that both sides know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// SASL PLAIN with the response in the command (RFC 4959).
    PlainInitialResponse,
    /// SASL PLAIN with the response after a challenge.
    Plain,
    /// The LOGIN command.
    Login,
}

/// The way to sign in that costs the fewest round trips.
pub(super) fn choose_mechanism(capabilities: &Capabilities) -> Option<Mechanism> {
    match capabilities.has_mechanism("PLAIN") {
        true if capabilities.has("SASL-IR") => Some(Mechanism::PlainInitialResponse),
        true => Some(Mechanism::Plain),
        false if capabilities.has("LOGINDISABLED") => None,
        false => Some(Mechanism::Login),
    }
}

/// Signs in, once (RFC 9051 §6.2.2 and §6.2.3).
pub(super) async fn sign_in<S: VerifiedTls, C: Clock>(
    server: &mut VerifiedConnection<S, C>,
    capabilities: &Capabilities,
    credentials: &Credentials,
) -> Result<SignedIn, Fault> {
    let Some(way) = choose_mechanism(capabilities) else {
        return Err(Fault::from(Outcome::PasswordSignInNotOffered));
    };
    let tag = tag()?;
    let (command, mechanism, mut flights) = match way {
        Mechanism::PlainInitialResponse | Mechanism::Plain => (
            "AUTHENTICATE PLAIN",
            "PLAIN",
            vec![sasl::plain(credentials)],
        ),
        Mechanism::Login => ("LOGIN", "LOGIN", sasl::imap_login(credentials)),
    };
    // All that follows the command itself waits until the server asks for it.
    let at_once = usize::from(way != Mechanism::Plain);
    let mut exchange = SaslExchange::new(flights.split_off(at_once));
    match flights.first() {
        Some(first) => {
            let before = format!("{tag} {command} ");
            server.send_secret(&before, first).await?;
        }
        None => {
            let command = format!("{tag} {command}\r\n");
            server.connection().send(command.as_bytes()).await?;
        }
    }
    let mut untagged = Vec::new();
    loop {
        let raw = server.connection().read_line().await?;
        match Reply::parse(&raw, &tag) {
            Some(Reply::Tagged(text)) => {
                let raw = without_tag(raw, &tag);
                let Some(status) = Status::parse(&text).filter(|_| !exchange.cancelled()) else {
                    return Err(server
                        .connection()
                        .fault(Outcome::SignInProtocolError, &raw));
                };
                let response = CommandResponse {
                    status,
                    untagged,
                    raw,
                };
                return signed_in(server.connection(), mechanism, response);
            }
            Some(Reply::Continue(challenge)) if !exchange.cancelled() => {
                exchange.answer(server, challenge.as_bytes()).await?;
            }
            Some(Reply::Untagged(text)) => {
                let status = Status::parse(&text).filter(|status| status.kind == StatusKind::Bye);
                if let Some(bye) = status {
                    let outcome = refusal::imap_bye(&bye.code, &bye.text);
                    return Err(server.connection().fault(outcome, &raw));
                }
                untagged.push(text);
            }
            _ => {
                return Err(server
                    .connection()
                    .fault(Outcome::SignInProtocolError, &raw));
            }
        }
    }
}

/// Asks how full the mailbox is, where the server has the QUOTA extension (RFC 9208 §4.1).
pub(super) async fn mailbox<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    known: Option<&Capabilities>,
) -> Result<Option<MailboxUsage>, Fault> {
    // Dovecot speaks of QUOTA only after the sign-in, so what was known before does not count.
    let has_quota = match known {
        Some(known) => known.has("QUOTA"),
        None => capabilities(connection).await?.has("QUOTA"),
    };
    if !has_quota {
        return Ok(None);
    }
    let response = command(connection, "GETQUOTAROOT INBOX").await?;
    if response.status.kind != StatusKind::Ok {
        return Ok(None);
    }
    // Of several quotas the one counts that stops new mail first.
    let fullest = |resource| {
        let amounts = response.untagged.iter();
        let amounts = amounts.filter_map(|line| quota(line, resource));
        amounts.max_by(|left, right| fill_ratio(left).total_cmp(&fill_ratio(right)))
    };
    let bytes = |units: u64| units.checked_mul(1024);
    let storage = fullest("STORAGE").and_then(|Quota { used, limit }| {
        Some(Quota {
            used: bytes(used)?,
            limit: Some(bytes(limit?)?),
        })
    });
    let messages = fullest("MESSAGE");
    let usage = MailboxUsage { storage, messages };
    Ok(Some(usage).filter(|usage| *usage != MailboxUsage::default()))
}

/// Says goodbye (RFC 9051 §6.1.3).
pub(super) async fn quit<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Option<String>, Fault> {
    let tag = tag()?;
    connection
        .send(format!("{tag} LOGOUT\r\n").as_bytes())
        .await?;
    let raw = connection.read_line().await?;
    Ok(connection.quote(&raw))
}

/// The complete answer to a command.
struct CommandResponse {
    status: Status,
    untagged: Vec<String>,
    /// The words of the status, to be quoted.
    raw: Vec<u8>,
}

impl CommandResponse {
    /// The capabilities, which may stand in a line of their own or in the response code.
    fn capabilities(&self) -> Option<Capabilities> {
        let line = self.untagged.iter().rev().find_map(|line| {
            let (word, rest) = line.split_once(' ')?;
            word.eq_ignore_ascii_case("CAPABILITY")
                .then(|| Capabilities::imap(rest))
        });
        line.or_else(|| self.status.capabilities())
    }
}

/// Sends a command without secrets and reads until it is done.
async fn command<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    command: &str,
) -> Result<CommandResponse, Fault> {
    let tag = tag()?;
    connection
        .send(format!("{tag} {command}\r\n").as_bytes())
        .await?;
    let mut untagged = Vec::new();
    loop {
        let raw = connection.read_line().await?;
        match Reply::parse(&raw, &tag) {
            Some(Reply::Tagged(text)) => {
                let raw = without_tag(raw, &tag);
                return match Status::parse(&text) {
                    Some(status) => Ok(CommandResponse {
                        status,
                        untagged,
                        raw,
                    }),
                    None => Err(connection.fault(Outcome::MalformedReply, &raw)),
                };
            }
            Some(Reply::Untagged(text)) => {
                if Status::parse(&text).is_some_and(|status| status.kind == StatusKind::Bye) {
                    return Err(connection.fault(Outcome::ClosedEarly, &raw));
                }
                untagged.push(text);
            }
            Some(Reply::Continue(_)) | None => {
                return Err(connection.fault(Outcome::MalformedReply, &raw));
            }
        }
    }
}

fn signed_in<S, C>(
    connection: &Connection<S, C>,
    mechanism: &'static str,
    response: CommandResponse,
) -> Result<SignedIn, Fault> {
    let status = &response.status;
    let outcome = match status.kind {
        StatusKind::Ok => {
            let server_reply = connection.quote(&response.raw);
            return Ok(SignedIn {
                mechanism,
                server_reply,
                capabilities: response.capabilities(),
            });
        }
        StatusKind::No => refusal::imap(&status.code, &status.text),
        StatusKind::Bad | StatusKind::Preauth | StatusKind::Bye => Outcome::SignInProtocolError,
    };
    Err(connection.fault(outcome, &response.raw))
}

/// A tag that an answer cannot have by accident, and that nobody could have prepared an answer for.
///
/// The randomness is that of the system, and in a browser that of Web Crypto.
fn tag() -> Result<String, Fault> {
    let random = getrandom::u32().map_err(|_| Outcome::LocalResourcesExhausted)?;
    Ok(format!("m{:07x}", random & 0xfff_ffff))
}

/// The words without the tag, which means nothing to anybody else.
fn without_tag(mut line: Vec<u8>, tag: &str) -> Vec<u8> {
    line.drain(..line.len().min(tag.len() + 1));
    line
}

/// Reads one resource of `QUOTA "root" (STORAGE 10 512 MESSAGE 3 100)` (RFC 9208 §5.1). The unit of
/// storage is 1024 bytes.
fn quota(line: &str, resource: &str) -> Option<Quota> {
    let (word, rest) = line.split_once(' ')?;
    if !word.eq_ignore_ascii_case("QUOTA") {
        return None;
    }
    let (_, resources) = rest.rsplit_once('(')?;
    let resources = resources.strip_suffix(')')?;
    let words: Vec<&str> = resources.split_ascii_whitespace().collect();
    let found = words
        .chunks_exact(3)
        .find(|words| words[0].eq_ignore_ascii_case(resource))?;
    Some(Quota {
        used: found[1].parse().ok()?,
        limit: Some(found[2].parse().ok()?),
    })
}

fn fill_ratio(amount: &Quota) -> f64 {
    let limit = amount.limit.unwrap_or(u64::MAX);
    amount.used as f64 / (limit as f64).max(1.0)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use proptest::prelude::*;

    use super::*;
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
            (b"* NO no\r\n", Err(Outcome::MalformedReply)),
            (b"* BAD no\r\n", Err(Outcome::MalformedReply)),
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
                Err(Outcome::WrongCredentials),
                &[plain],
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
    fn quota_is_told_in_bytes() {
        let amount = |used, limit| {
            Some(Quota {
                used,
                limit: Some(limit),
            })
        };
        let usage = |used, limit| {
            Ok(Some(MailboxUsage {
                storage: amount(used, limit),
                messages: None,
            }))
        };
        for (replies, expected) in [
            (
                &[
                    &b""[..],
                    b"* QUOTAROOT INBOX \"u\"\r\n* QUOTA \"u\" (STORAGE 10 512)\r\n\x01 OK\r\n",
                ][..],
                usage(10240, 524288),
            ),
            (
                &[
                    b"",
                    b"* QUOTA \"u (x)\" (MESSAGE 1 2 STORAGE 4 4)\r\n\x01 OK\r\n",
                ],
                Ok(Some(MailboxUsage {
                    storage: amount(4096, 4096),
                    messages: amount(1, 2),
                })),
            ),
            (
                &[b"", b"* QUOTA a (MESSAGE 7 9)\r\n\x01 OK\r\n"],
                Ok(Some(MailboxUsage {
                    storage: None,
                    messages: amount(7, 9),
                })),
            ),
            (
                &[
                    b"",
                    b"* QUOTA a (STORAGE 1 9)\r\n* QUOTA b (STORAGE 8 9)\r\n\x01 OK\r\n",
                ],
                usage(8192, 9216),
            ),
            (&[b"", b"* QUOTA a ()\r\n\x01 OK\r\n"], Ok(None)),
            (
                &[
                    b"",
                    b"* QUOTA a (STORAGE 99999999999999999999 1)\r\n\x01 OK\r\n",
                ],
                Ok(None),
            ),
            (&[b"", b"\x01 NO no\r\n"], Ok(None)),
            (&[b""], Err(Outcome::ClosedEarly)),
        ] {
            let quota = Capabilities::imap("QUOTA");
            let (found, _) = in_any_fragments(replies, async |server| {
                mailbox(server.connection(), Some(&quota)).await
            });
            assert_eq!(found, expected, "{replies:?}");
        }
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
            let mut connection = connection_to(Script::of(&[b"", quota.as_bytes()]));
            let known = Capabilities::imap("QUOTA");
            let found = mailbox(&mut connection, Some(&known)).now_or_never().unwrap().unwrap();
            let bytes = |text: &str| text.parse::<u64>().ok()?.checked_mul(1024);
            let exactly = bytes(&used).zip(bytes(&limit));
            let storage = found.and_then(|usage| usage.storage);
            let found = storage.map(|storage| (storage.used, storage.limit.unwrap()));
            // Blanks inside of a number make several of it.
            if !used.contains(' ') && !limit.contains(' ') {
                prop_assert_eq!(found, exactly);
            }
        }
    }
}
