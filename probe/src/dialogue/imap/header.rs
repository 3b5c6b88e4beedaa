//! Reading one header field of a message, and what it says of the sender (RFC 8601).

use super::command::command;
use crate::dialogue::clock::Clock;
use crate::dialogue::connection::Connection;
use crate::dialogue::fault::Fault;
use crate::dialogue::stream::Stream;

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
    let fetch = format!("UID FETCH {uid} (BODY.PEEK[HEADER.FIELDS ({field})])");
    let fetched = command(connection, &fetch).await?;
    let header = fetched.literals.concat();
    Ok(String::from_utf8_lossy(&header).into_owned())
}

/// What the topmost `Authentication-Results` says of each method. The server that delivers puts its own on
/// top (RFC 8601 §4.1); those below may be anybody's.
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
}
