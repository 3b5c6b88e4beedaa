//! A command and the reading of its complete response (RFC 9051 §2.2).

use std::time::Duration;

use super::literal::read_response_line;
use super::reply::{Reply, Status, StatusKind};
use crate::dialogue::capabilities::Capabilities;
use crate::dialogue::clock::Clock;
use crate::dialogue::connection::Connection;
use crate::dialogue::fault::Fault;
use crate::dialogue::stream::Stream;
use crate::dialogue::{mailbox_refusal, refusal};
use crate::outcome::Outcome;

/// The time for the answer to a question without which the test can go on.
const OPTIONAL_TIMEOUT: Duration = Duration::from_secs(6);

/// The complete response to a command.
pub(super) struct CommandResponse {
    pub(super) status: Status,
    pub(super) untagged: Vec<String>,
    /// The literals of the untagged lines, in their order.
    pub(super) literals: Vec<Vec<u8>>,
    /// The tagged line without its tag, to be quoted.
    pub(super) raw: Vec<u8>,
}

impl CommandResponse {
    /// The capabilities, which may stand in a line of their own or in the response code.
    pub(super) fn capabilities(&self) -> Option<Capabilities> {
        let line = self.untagged.iter().rev().find_map(|line| {
            let (word, rest) = line.split_once(' ')?;
            word.eq_ignore_ascii_case("CAPABILITY")
                .then(|| Capabilities::imap(rest))
        });
        line.or_else(|| self.status.capabilities())
    }
}

/// Sends a command without secrets and reads its complete response.
pub(super) async fn command<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    command: &str,
) -> Result<CommandResponse, Fault> {
    let tag = tag()?;
    if connection.signed_in {
        // What one answer may hold does not depend on the one before.
        connection.begin_round();
    }
    connection
        .send(format!("{tag} {command}\r\n").as_bytes())
        .await?;
    let (mut untagged, mut literals) = (Vec::new(), Vec::new());
    loop {
        let raw = read_response_line(connection, &mut literals).await?;
        match Reply::parse(&raw, &tag) {
            Some(Reply::Tagged(text)) => {
                let raw = without_tag(raw, &tag);
                return match Status::parse(&text) {
                    Some(status) => Ok(CommandResponse {
                        status,
                        untagged,
                        literals,
                        raw,
                    }),
                    None => Err(connection.fault(Outcome::MalformedReply, &raw)),
                };
            }
            Some(Reply::Untagged(text)) => {
                let status = Status::parse(&text).filter(|status| status.kind == StatusKind::Bye);
                if let Some(bye) = status {
                    return Err(connection.fault(hangup(connection, &bye), &raw));
                }
                untagged.push(text);
            }
            None if is_stray(connection, &raw) => {}
            Some(Reply::Continue(_)) | None => {
                return Err(connection.fault(Outcome::MalformedReply, &raw));
            }
        }
    }
}

/// Sends a command whose answer is worth knowing and no more. `None` when the server takes too long for it; what
/// comes of it later is skipped.
pub(super) async fn optional_command<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    text: &str,
) -> Result<Option<CommandResponse>, Fault> {
    let whole = connection.shorten(OPTIONAL_TIMEOUT);
    let response = command(connection, text).await;
    connection.end_at(whole);
    match response {
        Ok(response) => Ok(Some(response)),
        Err(fault) if fault.outcome == Outcome::NoReply && !connection.time_left().is_zero() => {
            Ok(None)
        }
        Err(fault) => Err(fault),
    }
}

/// What it means that the server says goodbye in place of an answer.
pub(super) fn hangup<S, C>(connection: &Connection<S, C>, bye: &Status) -> Outcome {
    let reason = match connection.signed_in {
        true => mailbox_refusal::of_hangup(bye.answer()),
        false => refusal::of_hangup_before_sign_in(bye.answer()),
    };
    reason.unwrap_or(Outcome::ClosedEarly)
}

/// Whether a line answers nothing: some servers write one more behind the answer to the sign-in. A line that has
/// the form of an answer is none of these, and one that announces a literal would be followed by anything.
pub(super) fn is_stray<S, C>(connection: &Connection<S, C>, line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let (first, rest) = line.split_once(' ').unwrap_or((&line, ""));
    let answers = Status::parse(rest).is_some() && !is_tag(first);
    connection.signed_in && !answers && !line.ends_with('}')
}

/// Whether this is a tag of ours, so that its line belongs to an earlier command.
fn is_tag(word: &str) -> bool {
    let digits = word.strip_prefix('m').unwrap_or_default();
    digits.len() == 7 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// A random tag: nobody can prepare a reply that fits it before the command is sent.
///
/// The randomness comes from the operating system, in a browser from Web Crypto.
pub(super) fn tag() -> Result<String, Fault> {
    let random = getrandom::u32().map_err(|_| Outcome::LocalResourcesExhausted)?;
    Ok(format!("m{:07x}", random & 0xfff_ffff))
}

/// The line without its tag, which is of no use in a quote.
pub(super) fn without_tag(mut line: Vec<u8>, tag: &str) -> Vec<u8> {
    line.drain(..line.len().min(tag.len() + 1));
    line
}
