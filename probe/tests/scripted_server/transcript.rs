//! The notation of the RFCs for a conversation, read as what a server has to do.

use std::time::Duration;

/// A part of what is said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Word {
    /// As it is.
    Bytes(Vec<u8>),
    /// The tag of the last IMAP command.
    Tag,
    /// The last line that the server received, without its end.
    LastLine,
}

/// One thing that a server does. How it is written stands behind the dash.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    /// Sends bytes, in one piece. — `S: text`, `S*9: text` for nine times, `HEX 16 03`
    Send(Vec<Word>),
    /// Sends every later byte by itself, each this long after the one before. — `DRIP 20`
    Drip(Duration),
    /// Waits for a line, which must be this one. — `C: text`, or `C:` for any line
    Expect(Option<Vec<Word>>),
    /// Waits for the first message of a TLS client. — `HELLO`
    Hello,
    /// Begins TLS, with the certificate of the server. — `TLS`
    Tls,
    /// Sends bytes below TLS. — `BELOW 15 03 03`
    Below(Vec<u8>),
    /// Sends well encrypted TLS records of this type. — `RECORD 22 00 00`, `RECORD*9 22 00 00`
    Record(u8, Vec<u8>, usize),
    /// Does nothing for a while. — `PAUSE 100`
    Pause(Duration),
    /// Makes sure that the client waits. — `QUIET`
    Quiet,
    /// Does nothing until the client hangs up. — `WAIT`
    Wait,
    /// Hangs up without closing TLS. — `CUT`
    Cut,
    /// Breaks the connection. — `RESET`
    Reset,
}

/// Reads a script. Its end is where the server hangs up, politely.
///
/// Lines end in CRLF unless their last letter is a backslash. `<tag>` and `<last-line>` stand for what the
/// client sent last, and `\r`, `\n`, `\\`, `\<` and `\x1b` for single bytes.
pub(crate) fn parse(script: &str) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    for line in script.lines().filter(|line| !line.is_empty()) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (verb, times) = word.split_once('*').unwrap_or((word, "1"));
        let (verb, times) = match verb.strip_suffix(':') {
            Some(verb) => (verb, times),
            None => (verb, times.trim_end_matches(':')),
        };
        let times: usize = times.parse().unwrap();
        let milliseconds = || Duration::from_millis(rest.parse().unwrap());
        let act = match verb {
            "S" => Act::Send(vec![text(rest); times].concat()),
            "HEX" => Act::Send(vec![Word::Bytes(hex(rest))]),
            "DRIP" => Act::Drip(milliseconds()),
            "C" if rest.is_empty() => Act::Expect(None),
            "C" => Act::Expect(Some(text(rest))),
            "HELLO" => Act::Hello,
            "TLS" => Act::Tls,
            "BELOW" => Act::Below(hex(rest)),
            "RECORD" => {
                let (kind, payload) = rest.split_once(' ').unwrap_or((rest, ""));
                Act::Record(kind.parse().unwrap(), hex(payload), times)
            }
            "PAUSE" => Act::Pause(milliseconds()),
            "QUIET" => Act::Quiet,
            "WAIT" => Act::Wait,
            "CUT" => Act::Cut,
            "RESET" => Act::Reset,
            _ => panic!("{line:?} is not in the language of scripts"),
        };
        // What is said without a pause is sent in one piece.
        match (acts.last_mut(), act) {
            (Some(Act::Send(said)), Act::Send(more)) => said.extend(more),
            (_, act) => acts.push(act),
        }
    }
    acts
}

/// One line with its end, unless a backslash takes that away.
fn text(line: &str) -> Vec<Word> {
    const SPECIAL: [(&str, &str); 5] = [
        ("\\r", "\r"),
        ("\\n", "\n"),
        ("\\\\", "\\"),
        ("\\<", "<"),
        ("\\\"", "\\\""),
    ];
    let mut words = Vec::new();
    let mut bytes = Vec::new();
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        if rest == "\\" {
            words.push(Word::Bytes(bytes));
            return words;
        }
        let place = [("<tag>", Word::Tag), ("<last-line>", Word::LastLine)];
        if let Some((name, word)) = place.into_iter().find(|(name, _)| rest.starts_with(name)) {
            words.extend([Word::Bytes(std::mem::take(&mut bytes)), word]);
            rest = &rest[name.len()..];
            continue;
        }
        let special = SPECIAL.iter().find(|(name, _)| rest.starts_with(name));
        if let Some((name, stands_for)) = special {
            bytes.extend(stands_for.as_bytes());
            rest = &rest[name.len()..];
        } else if let Some(after) = rest.strip_prefix("\\x") {
            bytes.extend(hex(&after[..2]));
            rest = &after[2..];
        } else {
            bytes.extend(letter.to_string().as_bytes());
            rest = &rest[letter.len_utf8()..];
        }
    }
    bytes.extend(b"\r\n");
    words.push(Word::Bytes(bytes));
    words
}

fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u32> = digits
        .chars()
        .filter(|letter| *letter != ' ')
        .map(|letter| letter.to_digit(16).unwrap())
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap())
        .collect()
}
