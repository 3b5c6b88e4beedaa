//! A command and the reading of its complete response (RFC 9051 §2.2).

use super::reply::{Reply, Status, StatusKind};
use crate::dialogue::capabilities::Capabilities;
use crate::dialogue::clock::Clock;
use crate::dialogue::connection::Connection;
use crate::dialogue::fault::Fault;
use crate::dialogue::stream::Stream;
use crate::outcome::Outcome;

/// The complete response to a command.
pub(super) struct CommandResponse {
    pub(super) status: Status,
    pub(super) untagged: Vec<String>,
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
