//! Reading one header field of a message, and what it says of the sender (RFC 8601).

use super::command::tag;
use super::reply::{Reply, Status, StatusKind};
use crate::dialogue::clock::Clock;
use crate::dialogue::connection::Connection;
use crate::dialogue::fault::Fault;
use crate::dialogue::stream::Stream;
use crate::outcome::Outcome;

/// The most bytes of header fields that are read.
const MAX_HEADER_LEN: usize = 16 * 1024;

/// The results that RFC 8601 §2.7 and RFC 7489 §11.2 have. Whatever else a server writes is not shown.
const RESULTS: &[&str] = &[
    "pass",
    "fail",
    "softfail",
    "neutral",
    "none",
    "policy",
    "temperror",
    "permerror",
];

/// Fetches every field of this name of one message, without marking it as read (RFC 9051 §6.4.5).
pub(super) async fn fetch_header<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    uid: u32,
    field: &str,
) -> Result<String, Fault> {
    let tag = tag()?;
    let command = format!("{tag} UID FETCH {uid} (BODY.PEEK[HEADER.FIELDS ({field})])\r\n");
    connection.send(command.as_bytes()).await?;
    let mut header = String::new();
    loop {
        let raw = connection.read_line().await?;
        if let Some(length) = literal_len(&raw) {
            if length > MAX_HEADER_LEN {
                return Err(connection.fault(Outcome::ReplyTooLong, &raw));
            }
            header = String::from_utf8_lossy(&connection.read_exact(length).await?).into_owned();
            continue;
        }
        match Reply::parse(&raw, &tag) {
            Some(Reply::Tagged(_)) => return Ok(header),
            Some(Reply::Untagged(text)) => {
                if Status::parse(&text).is_some_and(|status| status.kind == StatusKind::Bye) {
                    return Err(connection.fault(Outcome::ClosedEarly, &raw));
                }
            }
            // The rest of the line that the literal was in.
            None if raw.ends_with(b")") => {}
            _ => return Err(connection.fault(Outcome::MalformedReply, &raw)),
        }
    }
}

/// What the topmost `Authentication-Results` says of each method. The server that delivers puts its own on
/// top (RFC 8601 §5); those below may be anybody's.
pub(super) fn authentication_results<const N: usize>(
    header: &str,
    methods: [&str; N],
) -> [Option<String>; N] {
    let topmost = unfolded(header).into_iter().find_map(|field| {
        let (name, value) = field.split_once(':')?;
        let is_it = name.trim().eq_ignore_ascii_case("Authentication-Results");
        is_it.then(|| without_comments(value))
    });
    let value = topmost.unwrap_or_default();
    // The first part is the name of the server.
    let results: Vec<(String, String)> = value
        .split(';')
        .skip(1)
        .filter_map(|part| {
            let (method, result) = part.split_once('=')?;
            let result = result.split_ascii_whitespace().next()?.to_ascii_lowercase();
            // A version may stand behind the method (RFC 8601 §2.2).
            let method = method.split('/').next()?.trim().to_ascii_lowercase();
            RESULTS
                .contains(&result.as_str())
                .then_some((method, result))
        })
        .collect();
    methods.map(|wanted| {
        let of_method = || results.iter().filter(|(method, _)| method == wanted);
        // One good signature is enough (RFC 6376 §4.2).
        let passed = of_method().find(|(_, result)| result == "pass");
        passed
            .or_else(|| of_method().next())
            .map(|(_, result)| result.clone())
    })
}

/// The fields of a header, each in one line (RFC 5322 §2.2.3).
fn unfolded(header: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for line in header.lines() {
        match (line.starts_with([' ', '\t']), fields.last_mut()) {
            (true, Some(field)) => {
                field.push(' ');
                field.push_str(line.trim());
            }
            _ => fields.push(line.to_owned()),
        }
    }
    fields
}

/// The text without what stands in parentheses (RFC 5322 §3.2.2).
fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let kept = text.chars().filter(|c| {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    });
    kept.collect()
}

/// The number of bytes that follow a line with `{123}` at its end.
fn literal_len(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"}")?;
    let at = line.iter().rposition(|byte| *byte == b'{')?;
    std::str::from_utf8(&line[at + 1..]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topmost_results_count() {
        for (header, expected) in [
            (
                "Authentication-Results: mx.example.test;\r\n\tspf=pass (sender; is=permitted) smtp.mailfrom=a@b;\r\n \
                 dkim=pass header.d=b; dmarc=fail (p=none)\r\nAuthentication-Results: evil; spf=fail\r\n\r\n",
                [Some("pass"), Some("pass"), Some("fail")],
            ),
            (
                "authentication-results: mx/1; dkim=fail header.d=a; DKIM=pass header.d=b; spf/1=SoftFail",
                [Some("softfail"), Some("pass"), None],
            ),
            ("Authentication-Results: mx; none", [None, None, None]),
            ("Authentication-Results: spf=pass", [None, None, None]),
            (
                "Authentication-Results: mx; spf=<b>wow</b>",
                [None, None, None],
            ),
            ("X-Other: mx; spf=pass", [None, None, None]),
            ("", [None, None, None]),
        ] {
            let found = authentication_results(header, ["spf", "dkim", "dmarc"]);
            assert_eq!(found.each_ref().map(Option::as_deref), expected, "{header}");
        }
    }

    #[test]
    fn literals_are_announced_at_the_end_of_a_line() {
        for (line, length) in [
            (&b"* 1 FETCH (BODY[] {12}"[..], Some(12)),
            (b"{0}", Some(0)),
            (b"{12} x", None),
            (b"{}", None),
            (b"{-1}", None),
            (b"{99999999999999999999999}", None),
            (b"}", None),
            (b"", None),
        ] {
            assert_eq!(literal_len(line), length, "{line:?}");
        }
    }
}
