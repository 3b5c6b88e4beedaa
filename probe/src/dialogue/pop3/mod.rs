//! The POP3 conversation (RFC 1939, RFC 2449, RFC 2595, RFC 5034).

#[cfg(test)]
mod tests;

use super::capabilities::Capabilities;
use super::clock::Clock;
use super::connection::Connection;
use super::decode::decode;
use super::fault::Fault;
use super::refusal::Answer;
use super::results::{Greeting, MailboxUsage, Quota, SignedIn};
use super::sasl_exchange::{SaslExchange, as_sign_in_fault};
use super::stream::Stream;
use super::verified_connection::{VerifiedConnection, VerifiedTls};
use super::{first_words, mailbox_refusal, refusal, sasl};
use crate::credentials::Credentials;
use crate::outcome::Outcome;

/// The longest command line (RFC 2449 §4); a longer initial response must wait for a challenge.
const MAX_COMMAND_LEN: usize = 255;

/// Reads the greeting (RFC 1939 §3).
pub(super) async fn greeting<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Greeting, Fault> {
    let raw = connection.read_line().await?;
    match Status::parse(&raw) {
        Some(Status::Ok) => Ok(Greeting {
            server_reply: connection.quote(&raw),
            capabilities: None,
        }),
        Some(Status::Err { code, text }) => {
            let (code, words) = (code.as_str(), text.as_str());
            let outcome = refusal::of_greeting(Answer::Pop3 { code, words });
            Err(connection.fault(outcome, &raw))
        }
        None => Err(first_words::foreign_greeting(connection, &raw)),
    }
}

/// Requests the capabilities (RFC 2449 §5).
///
/// A server without CAPA is older than RFC 2449 (1998). Nothing is wrong with that: it has USER and PASS.
pub(super) async fn capabilities<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Capabilities, Fault> {
    connection.send(b"CAPA\r\n").await?;
    let mut capabilities = Capabilities::default();
    let (raw, status) = status(connection).await?;
    if let Some(outcome) = status.turned_away() {
        return Err(connection.fault(outcome, &raw));
    }
    if status != Status::Ok {
        return Ok(capabilities);
    }
    loop {
        let line = connection.read_line().await?;
        match line.as_slice() {
            b"." => return Ok(capabilities),
            // No capability begins like this: it is a second greeting, or the reply to something else.
            [b'+' | b'-', ..] => return Err(connection.fault(Outcome::MalformedReply, &line)),
            _ => capabilities.add_pop3(&String::from_utf8_lossy(&line)),
        }
    }
}

/// Requests TLS (RFC 2595 §4).
///
/// The question is not preceded by CAPA, which would cost a round trip. Only a server that refuses is
/// asked whether it had offered TLS at all.
pub(super) async fn starttls<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Option<String>, Fault> {
    connection.send(b"STLS\r\n").await?;
    let (raw, status) = status(connection).await?;
    if status == Status::Ok {
        return Ok(connection.quote(&raw));
    }
    if let Some(outcome) = status.turned_away() {
        return Err(connection.fault(outcome, &raw));
    }
    let offered = capabilities(connection)
        .await
        .is_ok_and(|offered| offered.has("STLS"));
    let outcome = if offered {
        Outcome::StarttlsRefused
    } else {
        Outcome::StarttlsNotOffered
    };
    Err(connection.fault(outcome, &raw))
}

/// A mechanism that client and server share.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mechanism {
    Plain,
    User,
}

/// The mechanism with the fewest round trips.
pub(super) fn choose_mechanism(capabilities: &Capabilities) -> Option<Mechanism> {
    if capabilities.has_mechanism("PLAIN") {
        Some(Mechanism::Plain)
    } else if capabilities.has("USER")
        || capabilities.words.is_empty()
        // Who takes a password in two answers takes it in two commands, too, listed or not.
        || capabilities.has_mechanism("LOGIN")
    {
        Some(Mechanism::User)
    } else {
        None
    }
}

/// Signs in, once (RFC 5034 §4, RFC 1939 §7).
pub(super) async fn sign_in<S: VerifiedTls, C: Clock>(
    server: &mut VerifiedConnection<S, C>,
    capabilities: &Capabilities,
    credentials: &Credentials,
) -> Result<SignedIn, Fault> {
    match choose_mechanism(capabilities) {
        Some(Mechanism::Plain) => plain(server, credentials).await,
        Some(Mechanism::User) => user(server, credentials).await,
        None => Err(Fault::from(Outcome::PasswordSignInNotOffered)),
    }
}

/// Asks how much is in the mailbox (RFC 1939 §5). How much may be in it, POP3 does not tell.
pub(super) async fn mailbox<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<MailboxUsage, Fault> {
    connection.send(b"STAT\r\n").await?;
    match status(connection).await? {
        (raw, Status::Ok) => Ok(parse_stat(&String::from_utf8_lossy(&raw))),
        (raw, Status::Err { code, text }) => {
            let (code, words) = (code.as_str(), text.as_str());
            let outcome = mailbox_refusal::not_opened(Answer::Pop3 { code, words });
            Err(connection.fault(outcome, &raw))
        }
    }
}

/// Sends QUIT (RFC 1939 §6).
pub(super) async fn quit<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Option<String>, Fault> {
    connection.send(b"QUIT\r\n").await?;
    let (raw, _) = status(connection).await?;
    Ok(connection.quote(&raw))
}

/// Reads `+OK 2 320`. Servers may write more behind it (RFC 1939 §5).
fn parse_stat(line: &str) -> MailboxUsage {
    let words = line.split_ascii_whitespace().skip(1);
    // Behind a word, a number could be any.
    let mut numbers = words.take_while(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let mut amount = || {
        let used = numbers.next()?.parse().ok()?;
        Some(Quota { used, limit: None })
    };
    MailboxUsage {
        messages: amount(),
        storage: amount(),
    }
}

async fn plain<S: VerifiedTls, C: Clock>(
    server: &mut VerifiedConnection<S, C>,
    credentials: &Credentials,
) -> Result<SignedIn, Fault> {
    const COMMAND: &str = "AUTH PLAIN ";
    let response = sasl::plain(credentials);
    let fits = COMMAND.len() + response.expose().len() + 2 <= MAX_COMMAND_LEN;
    let later = if fits {
        server.send_secret(COMMAND, &response).await?;
        Vec::new()
    } else {
        server.connection().send(b"AUTH PLAIN\r\n").await?;
        vec![response]
    };
    let mut exchange = SaslExchange::new(later);
    loop {
        let raw = server.connection().read_line().await?;
        let challenge = raw.strip_prefix(b"+");
        match (Status::parse(&raw), challenge) {
            _ if exchange.cancelled() => break Err(raw),
            (Some(status), _) => return answered(server.connection(), "PLAIN", &raw, status),
            (None, Some(challenge @ ([] | [b' ', ..]))) => {
                exchange.respond(server, challenge).await?;
            }
            (None, _) => break Err(raw),
        }
    }
    .map_err(|raw| {
        server
            .connection()
            .fault(Outcome::SignInProtocolError, &raw)
    })
}

async fn user<S: VerifiedTls, C: Clock>(
    server: &mut VerifiedConnection<S, C>,
    credentials: &Credentials,
) -> Result<SignedIn, Fault> {
    server
        .send_secret("USER ", &sasl::pop3_user(credentials))
        .await?;
    let (raw, known) = status(server.connection())
        .await
        .map_err(as_sign_in_fault)?;
    if known != Status::Ok {
        return answered(server.connection(), "USER", &raw, known);
    }
    server
        .send_secret("PASS ", &sasl::pop3_password(credentials))
        .await?;
    let (raw, status) = status(server.connection())
        .await
        .map_err(as_sign_in_fault)?;
    answered(server.connection(), "USER", &raw, status)
}

fn answered<S, C>(
    connection: &mut Connection<S, C>,
    mechanism: &'static str,
    raw: &[u8],
    status: Status,
) -> Result<SignedIn, Fault> {
    match status {
        Status::Ok => {
            connection.signed_in = true;
            Ok(SignedIn {
                mechanism,
                server_reply: connection.quote(raw),
                capabilities: None,
            })
        }
        Status::Err { code, text } => {
            let (code, words) = (code.as_str(), text.as_str());
            let outcome = refusal::of_sign_in(Answer::Pop3 { code, words });
            Err(connection.fault(outcome, raw))
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    Ok,
    /// Refused, with the response code between brackets, if there is one (RFC 2449 §8).
    Err {
        code: String,
        text: String,
    },
}

impl Status {
    /// What it means that a command is refused before the sign-in, where that is not about the command.
    fn turned_away(&self) -> Option<Outcome> {
        match self {
            Self::Ok => None,
            Self::Err { code, text } => {
                let (code, words) = (code.as_str(), text.as_str());
                refusal::before_sign_in(Answer::Pop3 { code, words })
            }
        }
    }

    fn parse(line: &[u8]) -> Option<Self> {
        let line = decode(line);
        let (word, text) = line.split_once([' ', '\t']).unwrap_or((&line, ""));
        match word.to_ascii_uppercase().as_str() {
            "+OK" => Some(Self::Ok),
            "-ERR" => {
                let code = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
                let (code, text) = code.unwrap_or(("", text));
                Some(Self::Err {
                    code: code.to_owned(),
                    text: text.to_owned(),
                })
            }
            _ => None,
        }
    }
}

async fn status<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<(Vec<u8>, Status), Fault> {
    let raw = connection.read_line().await?;
    match Status::parse(&raw) {
        Some(status) => Ok((raw, status)),
        None => Err(connection.fault(Outcome::MalformedReply, &raw)),
    }
}
