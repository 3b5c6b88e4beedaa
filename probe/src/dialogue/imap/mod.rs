//! The IMAP conversation (RFC 9051, RFC 4959, RFC 5530, RFC 9208).

mod reply;
#[cfg(test)]
mod tests;

use self::reply::{Reply, Status, StatusKind};
use super::capabilities::Capabilities;
use super::clock::Clock;
use super::connection::Connection;
use super::fault::Fault;
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
                exchange.respond(server, challenge.as_bytes()).await?;
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

/// Sends LOGOUT (RFC 9051 §6.1.3).
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
