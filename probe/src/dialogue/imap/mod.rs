//! The IMAP conversation (RFC 9051, RFC 2971, RFC 4959, RFC 5530, RFC 9208).

mod arrival;
mod command;
mod header;
mod junk;
mod literal;
mod quota;
mod reply;
#[cfg(test)]
mod tests;

pub(super) use self::arrival::arrival;
use self::command::{CommandResponse, command, optional_command, tag, without_tag};
#[cfg(any(test, fuzzing))]
pub(crate) use self::literal::MAX_LITERAL_LEN;
use self::reply::{Reply, Status, StatusKind};
use super::capabilities::Capabilities;
use super::clock::Clock;
use super::connection::Connection;
use super::fault::Fault;
use super::refusal::Answer;
use super::results::{Greeting, MailboxUsage, OpenedMailbox, Quota, SignedIn};
use super::sasl_exchange::SaslExchange;
use super::stream::Stream;
use super::verified_connection::{VerifiedConnection, VerifiedTls};
use super::{first_words, mailbox_refusal, refusal, sasl};
use crate::credentials::Credentials;
use crate::outcome::Outcome;

/// Says what kind of client this is (RFC 2971 §3.3).
const INTRODUCTION: &str = concat!(
    r#"ID ("name" "mailguide" "version" ""#,
    env!("CARGO_PKG_VERSION"),
    r#"")"#
);

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
        // `NO` and `BAD` are no greetings, but what they mean is plain.
        Some(status) => refusal::of_greeting(status.answer()),
        None => Outcome::MalformedReply,
    };
    Err(connection.fault(outcome, &raw))
}

/// Requests the capabilities (RFC 9051 §6.1.1).
pub(super) async fn capabilities<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Capabilities, Fault> {
    let response = command(connection, "CAPABILITY").await?;
    match response.capabilities() {
        Some(capabilities) if response.status.kind == StatusKind::Ok => Ok(capabilities),
        _ => {
            let outcome = turned_away(connection, &response.status);
            Err(connection.fault(outcome.unwrap_or(Outcome::NoCapabilities), &response.raw))
        }
    }
}

/// Requests TLS (RFC 9051 §6.2.1).
///
/// Where the greeting has no capabilities they are not requested first, which would cost a round trip.
/// Only when the server refuses they show whether it had offered TLS at all.
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
    if let Some(outcome) = turned_away(connection, &response.status) {
        return Err(connection.fault(outcome, &response.raw));
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

/// What it means that a command is refused before the sign-in, where that is not about the command.
fn turned_away<S, C>(connection: &Connection<S, C>, status: &Status) -> Option<Outcome> {
    let refused = matches!(status.kind, StatusKind::No | StatusKind::Bad) && !connection.signed_in;
    refused
        .then(|| refusal::before_sign_in(status.answer()))
        .flatten()
}

/// A mechanism that client and server share.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// SASL PLAIN with the response in the command (RFC 4959).
    PlainInitialResponse,
    /// SASL PLAIN with the response after a challenge.
    Plain,
    /// The LOGIN command.
    Login,
}

/// The mechanism with the fewest round trips.
pub(super) fn choose_mechanism(capabilities: &Capabilities) -> Option<Mechanism> {
    match capabilities.has_mechanism("PLAIN") {
        true if capabilities.has("SASL-IR") => Some(Mechanism::PlainInitialResponse),
        true => Some(Mechanism::Plain),
        false if capabilities.has("LOGINDISABLED") => None,
        false => Some(Mechanism::Login),
    }
}

/// Signs in, once (RFC 9051 §6.2.2 and §6.2.3).
///
/// A server that offers SASL-IR and then refuses the response in the command has not looked at the password, so it
/// is sent once more, as the answer to a challenge.
pub(super) async fn sign_in<S: VerifiedTls, C: Clock>(
    server: &mut VerifiedConnection<S, C>,
    capabilities: &Capabilities,
    credentials: &Credentials,
) -> Result<SignedIn, Fault> {
    let Some(chosen) = choose_mechanism(capabilities) else {
        return Err(Fault::from(Outcome::PasswordSignInNotOffered));
    };
    let (response, secret) = authenticate(server, chosen, credentials).await?;
    let answer = response.status.answer();
    let refused = matches!(response.status.kind, StatusKind::No | StatusKind::Bad);
    let next = match (chosen, secret) {
        (Mechanism::PlainInitialResponse, _)
            if refused && refusal::is_of_initial_response(answer) =>
        {
            Some(Mechanism::Plain)
        }
        // Some servers list a mechanism that they do not have, and have LOGIN, which nobody lists.
        (Mechanism::Plain, SecretState::NotSent)
            if refused && !capabilities.has("LOGINDISABLED") && is_about_command(answer) =>
        {
            Some(Mechanism::Login)
        }
        _ => None,
    };
    let Some(next) = next else {
        return signed_in(server.connection(), chosen, response);
    };
    let (response, _) = authenticate(server, next, credentials).await?;
    signed_in(server.connection(), next, response)
}

/// Whether the password has left during a sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SecretState {
    Sent,
    NotSent,
}

/// Whether a refusal says that the server does not know the command or the mechanism.
fn is_about_command(answer: Answer<'_>) -> bool {
    matches!(
        refusal::of_sign_in(answer),
        Outcome::PasswordSignInNotOffered | Outcome::SignInProtocolError
    )
}

/// Sends the command and its secrets, and reads the complete response. Says also whether the password has left.
async fn authenticate<S: VerifiedTls, C: Clock>(
    server: &mut VerifiedConnection<S, C>,
    mechanism: Mechanism,
    credentials: &Credentials,
) -> Result<(CommandResponse, SecretState), Fault> {
    let tag = tag()?;
    let (command, mut flights) = match mechanism {
        Mechanism::PlainInitialResponse | Mechanism::Plain => {
            ("AUTHENTICATE PLAIN", vec![sasl::plain(credentials)])
        }
        Mechanism::Login => ("LOGIN", sasl::imap_login(credentials)),
    };
    // Everything behind the command itself waits for a continuation request.
    let sent_first = usize::from(mechanism != Mechanism::Plain);
    let mut exchange = SaslExchange::new(flights.split_off(sent_first));
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
    let mut secret = match sent_first {
        0 => SecretState::NotSent,
        _ => SecretState::Sent,
    };
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
                    literals: Vec::new(),
                    raw,
                };
                return Ok((response, secret));
            }
            Some(Reply::Continue(challenge)) if !exchange.cancelled() => {
                secret = SecretState::Sent;
                exchange.respond(server, challenge.as_bytes()).await?;
            }
            Some(Reply::Untagged(text)) => {
                let status = Status::parse(&text).filter(|status| status.kind == StatusKind::Bye);
                if let Some(bye) = status {
                    let reason = refusal::of_hangup_at_sign_in(bye.answer());
                    let outcome = reason.unwrap_or(Outcome::ClosedEarly);
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

/// Opens the inbox without changing anything in it (RFC 9051 §6.3.3), and asks how full the mailbox is.
///
/// Some servers let nobody in who has not introduced itself, so that comes first where it is possible.
pub(super) async fn mailbox<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    known: Option<Capabilities>,
) -> Result<OpenedMailbox, Fault> {
    // Servers announce more of them after the sign-in, so earlier ones do not count.
    let capabilities = match known {
        Some(known) => known,
        None => capabilities(connection).await?,
    };
    if capabilities.has("ID") {
        // Whatever the server answers, it knows now who is there (RFC 2971 §3.1).
        optional_command(connection, INTRODUCTION).await?;
    }
    let opened = command(connection, "EXAMINE INBOX").await?;
    let CommandResponse { status, raw, .. } = &opened;
    if status.kind != StatusKind::Ok {
        let outcome = mailbox_refusal::not_opened(status.answer());
        return Err(connection.fault(outcome, raw));
    }
    let quotas = match capabilities.has("QUOTA") {
        true => optional_command(connection, "GETQUOTAROOT INBOX").await?,
        false => None,
    };
    let usage = quotas.map_or_else(MailboxUsage::default, |quotas| {
        quota::usage(&quotas.untagged)
    });
    let inbox = exists(&opened.untagged).map(|used| Quota { used, limit: None });
    Ok(OpenedMailbox {
        usage: MailboxUsage {
            messages: usage.messages.or(inbox),
            ..usage
        },
        capabilities,
    })
}

/// The number of messages, from `* 23 EXISTS` (RFC 9051 §7.4.1).
fn exists(lines: &[String]) -> Option<u64> {
    lines.iter().rev().find_map(|line| {
        let (number, word) = line.split_once(' ')?;
        let is_count = word.trim().eq_ignore_ascii_case("EXISTS");
        number.parse().ok().filter(|_| is_count)
    })
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

fn signed_in<S, C>(
    connection: &mut Connection<S, C>,
    mechanism: Mechanism,
    response: CommandResponse,
) -> Result<SignedIn, Fault> {
    let status = &response.status;
    let outcome = match status.kind {
        StatusKind::Ok => {
            connection.signed_in = true;
            let server_reply = connection.quote(&response.raw);
            return Ok(SignedIn {
                mechanism: match mechanism {
                    Mechanism::PlainInitialResponse | Mechanism::Plain => "PLAIN",
                    Mechanism::Login => "LOGIN",
                },
                server_reply,
                capabilities: response.capabilities(),
            });
        }
        StatusKind::No => refused(&response),
        // Some servers have no other word for a no, so it is one where it names a cause.
        StatusKind::Bad => match refused(&response) {
            Outcome::SignInRefused => Outcome::SignInProtocolError,
            outcome => outcome,
        },
        StatusKind::Preauth | StatusKind::Bye => Outcome::SignInProtocolError,
    };
    Err(connection.fault(outcome, &response.raw))
}

/// The cause of a refused sign-in. Where the answer itself names none, or only the password, an untagged `NO`
/// before it may name another, and so may an alert (RFC 9051 §7.1).
fn refused(response: &CommandResponse) -> Outcome {
    let said = refusal::of_sign_in(response.status.answer());
    let untagged = response
        .untagged
        .iter()
        .filter_map(|line| Status::parse(line));
    let mut notes = untagged
        .filter(|status| status.kind == StatusKind::No || status.code.eq_ignore_ascii_case("ALERT"))
        .map(|note| (note.kind, refusal::of_sign_in(note.answer())));
    let noted = match said {
        Outcome::SignInRefused => notes.find(|(kind, noted)| {
            is_of_account(*noted) || *kind == StatusKind::No && *noted != Outcome::SignInRefused
        }),
        Outcome::WrongCredentials => notes.find(|(_, noted)| is_of_account(*noted)),
        _ => None,
    };
    noted.map_or(said, |(_, noted)| noted)
}

/// Whether an outcome names what keeps an account out although the password may be right.
fn is_of_account(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::AccessSwitchedOff
            | Outcome::AccountDisabled
            | Outcome::AppPasswordRequired
            | Outcome::BasicAuthenticationOff
            | Outcome::PasswordExpired
            | Outcome::RateLimited
            | Outcome::TooManyConnections
    )
}
