//! Literals in the lines of a response (RFC 9051 §4.3): text that is announced by its length, because it may hold
//! anything.

use crate::dialogue::clock::Clock;
use crate::dialogue::connection::Connection;
use crate::dialogue::fault::Fault;
use crate::dialogue::stream::Stream;
use crate::outcome::Outcome;

/// The longest literal that is read, in bytes. Of all that is asked for here, header fields are the longest.
pub(crate) const MAX_LITERAL_LEN: usize = 16 * 1024;

/// Reads one line. Each literal of an untagged line is put among `literals`, and stands in the line as a quoted
/// string, which is empty where it could not be one.
///
/// Before the sign-in no reply has a literal, and what follows one could be taken for replies, so there a line
/// that announces one is returned as it is.
pub(super) async fn read_response_line<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    literals: &mut Vec<Vec<u8>>,
) -> Result<Vec<u8>, Fault> {
    let mut line = connection.read_line().await?;
    while connection.signed_in
        && line.starts_with(b"* ")
        && let Some((before, length)) = announced(&line)
    {
        if length > MAX_LITERAL_LEN {
            return Err(connection.fault(Outcome::ReplyTooLong, &line));
        }
        let literal = connection.read_exact(length).await?;
        let rest = connection.read_line().await?;
        line = [before, &quoted(&literal), &rest].concat();
        literals.push(literal);
    }
    Ok(line)
}

/// What stands before `{123}` at the end of a line, and the number.
fn announced(line: &[u8]) -> Option<(&[u8], usize)> {
    let announcing = line.strip_suffix(b"}")?;
    let at = announcing.iter().rposition(|byte| *byte == b'{')?;
    let digits = std::str::from_utf8(&announcing[at + 1..]).ok()?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let length = digits.parse().ok().filter(|_| is_number)?;
    Some((&line[..at], length))
}

fn quoted(literal: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| !byte.is_ascii_control() && !matches!(byte, b'"' | b'\\');
    let text = match literal.iter().all(plain) {
        true => literal,
        false => b"",
    };
    [b"\"", text, b"\""].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_announced_at_the_end_of_a_line() {
        for (line, expected) in [
            (
                &b"* 1 FETCH (BODY[] {12}"[..],
                Some((&b"* 1 FETCH (BODY[] "[..], 12)),
            ),
            (b"{0}", Some((b"", 0))),
            (b"{12} x", None),
            (b"{}", None),
            (b"{+1}", None),
            (b"{-1}", None),
            (b"{99999999999999999999999}", None),
            (b"}", None),
            (b"", None),
        ] {
            assert_eq!(announced(line), expected, "{line:?}");
        }
    }

    #[test]
    fn what_could_end_a_quoted_string_is_left_out() {
        for (literal, expected) in [
            (&b"Junk"[..], &b"\"Junk\""[..]),
            ("M\u{fc}ll".as_bytes(), "\"M\u{fc}ll\"".as_bytes()),
            (b"a\"b", b"\"\""),
            (b"a\\b", b"\"\""),
            (b"a\r\nb", b"\"\""),
            (b"", b"\"\""),
        ] {
            assert_eq!(quoted(literal), expected);
        }
    }
}
