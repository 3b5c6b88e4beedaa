//! Watching a message arrive (RFC 9051 §6.3.13, RFC 2177).

use std::time::Duration;

use super::command::{command, hangup, is_stray, tag};
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

/// How long one IDLE lasts. What goes to another folder than the inbox does not end it.
const IDLE_TIME: Duration = Duration::from_secs(5);

/// How long to wait between two looks at a server without IDLE.
const POLL_INTERVAL: Duration = Duration::from_secs(3);

/// With less time than this left, nothing new is begun.
const LEAST_TIME: Duration = Duration::from_secs(2);

/// So often other mail may end an IDLE. In a mailbox that is busier than this the server is asked at intervals.
const MAX_WAKE_UPS: usize = 10;

/// Looks for the message with this id, in the inbox and among the junk mail, until it is there or the stage is
/// nearly over. `known` are the capabilities after the sign-in. Nothing is changed in any folder.
pub(in crate::dialogue) async fn arrival<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    known: &Capabilities,
    message_id: &str,
) -> Result<Option<Arrival>, Fault> {
    match watch(connection, known, message_id).await {
        // The time was over in the middle of an answer.
        Err(fault) if fault.outcome == Outcome::NoReply && connection.time_left().is_zero() => {
            Ok(None)
        }
        watched => watched,
    }
}

async fn watch<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    known: &Capabilities,
    message_id: &str,
) -> Result<Option<Arrival>, Fault> {
    let junk = junk_folder(connection, known).await?;
    let mut idles = known.has("IDLE");
    let mut wake_ups = 0;
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
        if !idles || wake_ups == MAX_WAKE_UPS {
            connection.pause(POLL_INTERVAL).await;
            continue;
        }
        match idle(connection).await? {
            IdleEnd::Quiet => {}
            IdleEnd::WokenUp => wake_ups += 1,
            IdleEnd::Refused => {
                idles = false;
                connection.pause(POLL_INTERVAL).await;
            }
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

/// Why an IDLE ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IdleEnd {
    /// Its time was over.
    Quiet,
    /// A message has come.
    WokenUp,
    /// The server does not idle after all.
    Refused,
}

/// Waits until something happens in the open folder, but not for long (RFC 2177 §3).
async fn idle<S: Stream, C: Clock>(connection: &mut Connection<S, C>) -> Result<IdleEnd, Fault> {
    let tag = tag()?;
    connection
        .send(format!("{tag} IDLE\r\n").as_bytes())
        .await?;
    let end = connection.now() + IDLE_TIME;
    let (mut waiting, mut done, mut woken_up) = (false, false, false);
    loop {
        if waiting && woken_up && !done {
            connection.send(b"DONE\r\n").await?;
            done = true;
        }
        let line = match waiting && !done {
            true => {
                let time = end.saturating_sub(connection.now());
                connection.read_line_within(time).await?
            }
            false => Some(connection.read_line().await?),
        };
        let Some(raw) = line else {
            connection.send(b"DONE\r\n").await?;
            done = true;
            continue;
        };
        match Reply::parse(&raw, &tag) {
            Some(Reply::Tagged(_)) if !waiting => return Ok(IdleEnd::Refused),
            Some(Reply::Tagged(_)) if woken_up => return Ok(IdleEnd::WokenUp),
            Some(Reply::Tagged(_)) => return Ok(IdleEnd::Quiet),
            Some(Reply::Continue(_)) => waiting = true,
            Some(Reply::Untagged(text)) => {
                let status = Status::parse(&text).filter(|status| status.kind == StatusKind::Bye);
                if let Some(bye) = status {
                    return Err(connection.fault(hangup(connection, &bye), &raw));
                }
                woken_up |= text.to_ascii_uppercase().ends_with(" EXISTS");
            }
            None if is_stray(connection, &raw) => {}
            None => return Err(connection.fault(Outcome::MalformedReply, &raw)),
        }
    }
}
