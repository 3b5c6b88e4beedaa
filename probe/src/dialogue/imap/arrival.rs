//! Watching a message arrive (RFC 9051 §6.3.13, RFC 2177).

use std::time::Duration;

use super::command::{command, tag};
use super::header::{authentication_results, fetch_header};
use super::junk::{Folder, junk_folder};
use super::reply::{Reply, Status, StatusKind};
use crate::dialogue::capabilities::Capabilities;
use crate::dialogue::clock::Clock;
use crate::dialogue::connection::Connection;
use crate::dialogue::fault::Fault;
use crate::dialogue::results::Arrival;
use crate::dialogue::stream::Stream;
use crate::outcome::Outcome;

/// How long one IDLE lasts. What went to another folder than the inbox does not end it.
const IDLE_TIME: Duration = Duration::from_secs(5);

/// How long to wait between two looks at a server without IDLE.
const POLL_INTERVAL: Duration = Duration::from_secs(3);

/// With less time than this left, nothing new is begun.
const LEAST_TIME: Duration = Duration::from_secs(2);

/// Looks for the message with this id, in the inbox and among the junk mail, until it is there or the stage is
/// nearly over. `known` are the capabilities after the sign-in. Nothing is changed in any folder.
pub(super) async fn watch<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    known: &Capabilities,
    message_id: &str,
) -> Result<Option<Arrival>, Fault> {
    let junk = junk_folder(connection, known).await?;
    loop {
        // The inbox comes last and stays open: what arrives behind the search ends the IDLE.
        let folders = [junk.clone(), Some(Folder::inbox())];
        for folder in folders.into_iter().flatten() {
            if let Some(arrival) = look(connection, &folder, message_id).await? {
                return Ok(Some(arrival));
            }
        }
        if connection.time_left() < LEAST_TIME + IDLE_TIME {
            return Ok(None);
        }
        match known.has("IDLE") {
            true => idle(connection).await?,
            false => connection.pause(POLL_INTERVAL).await,
        }
    }
}

/// Looks for the message in one folder.
async fn look<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    folder: &Folder,
    message_id: &str,
) -> Result<Option<Arrival>, Fault> {
    let opened = command(connection, &format!("EXAMINE {}", folder.astring)).await?;
    if opened.status.kind != StatusKind::Ok {
        return Ok(None);
    }
    let search = format!("UID SEARCH HEADER Message-ID \"{message_id}\"");
    let found = command(connection, &search).await?;
    let Some(uid) = found.untagged.iter().find_map(|line| first_uid(line)) else {
        return Ok(None);
    };
    let seen = connection.now();
    let header = fetch_header(connection, uid, "AUTHENTICATION-RESULTS").await?;
    let [spf, dkim, dmarc] = authentication_results(&header, ["spf", "dkim", "dmarc"]);
    Ok(Some(Arrival {
        seen,
        // A name that this program knows needs no masking.
        folder: match folder.is_junk {
            true => connection.quote(folder.astring.trim_matches('"').as_bytes()),
            false => Some(folder.astring.clone()),
        },
        in_junk: folder.is_junk,
        spf,
        dkim,
        dmarc,
    }))
}

/// The first number of `SEARCH 5 7` (RFC 3501 §7.2.5).
fn first_uid(line: &str) -> Option<u32> {
    let (word, numbers) = line.split_once(' ')?;
    let mut numbers = numbers.split_ascii_whitespace();
    let is_search = word.eq_ignore_ascii_case("SEARCH");
    numbers.next()?.parse().ok().filter(|_| is_search)
}

/// Waits until something happens in the open folder, but not for long (RFC 2177 §3).
async fn idle<S: Stream, C: Clock>(connection: &mut Connection<S, C>) -> Result<(), Fault> {
    let tag = tag()?;
    connection
        .send(format!("{tag} IDLE\r\n").as_bytes())
        .await?;
    let mut waiting = false;
    let mut done = false;
    loop {
        let line = match waiting && !done {
            true => connection.read_line_within(IDLE_TIME).await?,
            false => Some(connection.read_line().await?),
        };
        let Some(raw) = line else {
            connection.send(b"DONE\r\n").await?;
            done = true;
            continue;
        };
        match Reply::parse(&raw, &tag) {
            // Refused or done; either way there is nothing to wait for.
            Some(Reply::Tagged(_)) => return Ok(()),
            Some(Reply::Continue(_)) => waiting = true,
            Some(Reply::Untagged(text)) => {
                if Status::parse(&text).is_some_and(|status| status.kind == StatusKind::Bye) {
                    return Err(connection.fault(Outcome::ClosedEarly, &raw));
                }
                let is_new = text.to_ascii_uppercase().ends_with(" EXISTS");
                if is_new && waiting && !done {
                    connection.send(b"DONE\r\n").await?;
                    done = true;
                }
            }
            None => return Err(connection.fault(Outcome::MalformedReply, &raw)),
        }
    }
}
