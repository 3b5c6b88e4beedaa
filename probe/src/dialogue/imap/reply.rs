//! One line of an IMAP server (RFC 9051 §7), read without recursion and without trust.

use crate::dialogue::capabilities::Capabilities;
use crate::dialogue::decode::decode;
use crate::dialogue::refusal::Answer;

/// What kind of line it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Begins with the tag of the command: the command is done.
    Tagged(String),
    /// Begins with `*`.
    Untagged(String),
    /// Begins with `+`: the server waits for more of the command.
    Continue(String),
}

impl Reply {
    /// Reads a line; `None` when it is of no kind or has another tag than `tag`.
    ///
    /// A line that announces a literal is of no kind either: none of the replies that are read here
    /// may contain one, and what follows it would be taken for replies.
    pub(super) fn parse(line: &[u8], tag: &str) -> Option<Self> {
        let line = decode(line);
        if announces_literal(&line) {
            return None;
        }
        let (first, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match first {
            // Some servers write more than one space.
            "*" => Some(Self::Untagged(rest.trim_start().to_owned())),
            "+" => Some(Self::Continue(rest.to_owned())),
            _ if !tag.is_empty() && first == tag => {
                Some(Self::Tagged(rest.trim_start().to_owned()))
            }
            _ => None,
        }
    }
}

/// The first word of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatusKind {
    Ok,
    No,
    Bad,
    Preauth,
    Bye,
}

/// A status such as `NO [AUTHENTICATIONFAILED] Authentication failed.`
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) kind: StatusKind,
    /// What stands between the brackets, which may be nothing.
    pub(super) code: String,
    /// What stands behind them.
    pub(super) text: String,
}

impl Status {
    /// Reads what follows the tag or the `*`; `None` when it is not a status.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let kind = match word.to_ascii_uppercase().as_str() {
            "OK" => StatusKind::Ok,
            "NO" => StatusKind::No,
            "BAD" => StatusKind::Bad,
            "PREAUTH" => StatusKind::Preauth,
            "BYE" => StatusKind::Bye,
            _ => return None,
        };
        // Brackets that are never closed are a part of the text.
        let code = rest
            .trim_start()
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'));
        let (code, text) = code.unwrap_or(("", rest));
        Some(Self {
            kind,
            code: code.to_owned(),
            text: text.trim().to_owned(),
        })
    }

    /// The status as an answer that says no.
    pub(super) fn answer(&self) -> Answer<'_> {
        Answer::Imap {
            code: &self.code,
            words: &self.text,
        }
    }

    /// The capabilities, where the response code holds them.
    pub(super) fn capabilities(&self) -> Option<Capabilities> {
        let (name, words) = self.code.split_once(' ')?;
        name.eq_ignore_ascii_case("CAPABILITY")
            .then(|| Capabilities::imap(words))
    }
}

fn announces_literal(line: &str) -> bool {
    let count = line
        .strip_suffix('}')
        .and_then(|line| line.rsplit_once('{'));
    count.is_some_and(|(_, count)| {
        let count = count.strip_suffix(['+', '-']).unwrap_or(count);
        !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_sorted_by_their_first_word() {
        for (line, kind) in [
            ("t1 OK done", Some(Reply::Tagged("OK done".into()))),
            ("t1", Some(Reply::Tagged(String::new()))),
            ("* 3 EXISTS", Some(Reply::Untagged("3 EXISTS".into()))),
            ("*", Some(Reply::Untagged(String::new()))),
            ("+ go on", Some(Reply::Continue("go on".into()))),
            ("+", Some(Reply::Continue(String::new()))),
            ("T1 OK done", None),
            ("t11 OK done", None),
            ("", None),
            ("+OK", None),
            ("* OK {5}", None),
            ("* OK {5+}", None),
            ("* OK {five}", Some(Reply::Untagged("OK {five}".into()))),
        ] {
            assert_eq!(Reply::parse(line.as_bytes(), "t1"), kind, "{line:?}");
        }
        assert_eq!(Reply::parse(b" OK", ""), None);
    }

    #[test]
    fn statuses_keep_odd_brackets() {
        for (line, word, code, text) in [
            (
                "NO [AUTHENTICATIONFAILED] no",
                StatusKind::No,
                "AUTHENTICATIONFAILED",
                "no",
            ),
            ("no [x y] ", StatusKind::No, "x y", ""),
            ("NO", StatusKind::No, "", ""),
            ("BAD [never closed", StatusKind::Bad, "", "[never closed"),
            ("BYE a [b] c", StatusKind::Bye, "", "a [b] c"),
        ] {
            let expected = Status {
                kind: word,
                code: code.into(),
                text: text.into(),
            };
            assert_eq!(Status::parse(line), Some(expected), "{line:?}");
        }
        assert_eq!(Status::parse("OKAY then"), None);
    }
}
