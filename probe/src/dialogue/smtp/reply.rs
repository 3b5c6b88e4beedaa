//! A reply of an SMTP server (RFC 5321 §4.2).

use crate::dialogue::clock::Clock;
use crate::dialogue::connection::Connection;
use crate::dialogue::decode::decode;
use crate::dialogue::fault::Fault;
use crate::dialogue::refusal::Answer;
use crate::dialogue::stream::Stream;
use crate::outcome::Outcome;

/// A complete reply of one or more lines (RFC 5321 §4.2).
pub(super) struct Reply {
    pub(super) code: u16,
    /// What stands behind the code, line by line.
    pub(super) texts: Vec<String>,
    /// The lines as they came, to be quoted.
    pub(super) raw: Vec<u8>,
}

impl Reply {
    /// A reply of one line.
    #[cfg(test)]
    pub(super) fn of(code: u16, text: &str) -> Self {
        Self {
            code,
            texts: vec![text.to_owned()],
            raw: format!("{code} {text}").into_bytes(),
        }
    }

    /// What a negative reply means.
    pub(super) fn judged<T>(&self, judge: impl FnOnce(Answer<'_>) -> T) -> T {
        judge(Answer::Smtp {
            code: self.code,
            enhanced: self.enhanced(),
            words: &self.texts.join(" "),
        })
    }

    /// The enhanced status code at the beginning of the text, or nothing (RFC 2034 §4).
    pub(super) fn enhanced(&self) -> &str {
        let text = self.texts.first().map_or("", String::as_str);
        // Some servers mark it with a hash.
        let word = text.split(' ').next().unwrap_or_default();
        let word = word.strip_prefix('#').unwrap_or(word);
        let mut parts = 0;
        let number = |part: &str| {
            parts += 1;
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if word.split('.').all(number) && parts == 3 {
            word
        } else {
            ""
        }
    }
}

/// Reads a complete reply.
pub(super) async fn reply<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Reply, Fault> {
    let first = connection.read_line().await?;
    match Line::parse(&first) {
        Some(line) => rest(connection, line).await,
        None => Err(connection.fault(Outcome::MalformedReply, &first)),
    }
}

/// Reads the further lines of a reply, all of which must have the code of the first.
pub(super) async fn rest<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    first: Line,
) -> Result<Reply, Fault> {
    let mut more = first.more;
    let mut reply = Reply {
        code: first.code,
        texts: vec![first.text],
        raw: first.raw,
    };
    while more {
        let raw = connection.read_line().await?;
        match Line::parse(&raw) {
            Some(line) if line.code == reply.code => {
                more = line.more;
                reply.texts.push(line.text);
                reply.raw.push(b'\n');
                reply.raw.extend_from_slice(&line.raw);
            }
            _ => return Err(connection.fault(Outcome::MalformedReply, &raw)),
        }
    }
    Ok(reply)
}

/// One line of a reply.
pub(super) struct Line {
    code: u16,
    more: bool,
    text: String,
    raw: Vec<u8>,
}

impl Line {
    /// Reads a line; `None` when it is not of a reply.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let (code, rest) = line.split_at_checked(3)?;
        if !matches!(code, [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9']) {
            return None;
        }
        let more = match rest.first() {
            None | Some(b' ') => false,
            Some(b'-') => true,
            Some(_) => return None,
        };
        let code = code
            .iter()
            .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
        let text = decode(rest.get(1..).unwrap_or_default()).into_owned();
        Some(Self {
            code,
            more,
            text,
            raw: line.to_vec(),
        })
    }
}
