//! Takes the name of a mailbox out of a server's words, before they leave for the browser and its reports.
//!
//! Servers repeat the name in their own way: in other letters, encoded, with another domain, or without one.
//! Sentences of our own never come here, so a name such as `mail` cannot spoil them.

use crate::record::Address;

/// The names under which a server may speak of one mailbox.
#[derive(Clone)]
pub(super) struct Mask {
    /// In lower case; the longest first.
    names: Vec<String>,
}

/// Shorter names are only masked before an @: alone, they occur in too many sentences as words.
const MIN_WORD_LEN: usize = 3;

/// Characters that join parts of a word: `info` is not a separate word in `info.example.net`.
const WORD_JOINERS: [char; 3] = ['.', '-', '_'];

impl Mask {
    pub(super) fn of(address: &Address) -> Self {
        let name = address.local_part().to_ascii_lowercase();
        // A server that supports tags may report the mailbox without them.
        let untagged = name.split('+').next().unwrap_or_default().to_owned();
        let mut names = vec![name, untagged];
        names.retain(|name| !name.is_empty());
        names.dedup();
        Self { names }
    }

    /// The words with only the first letter of the name, wherever an @ follows it, whatever domain that
    /// leads to, and wherever it is a word of its own.
    pub(super) fn masked(&self, words: &str) -> String {
        let mut out = String::with_capacity(words.len());
        let mut rest = words;
        while let Some((_, second)) = first_char(rest) {
            let before = &words[..words.len() - rest.len()];
            if let Some(after) = self.after_name(before, rest) {
                out.push_str(&rest[..rest.len() - second.len()]);
                out.push('…');
                rest = after;
            } else {
                let letters = rest.char_indices().nth(1).map_or(rest.len(), |(at, _)| at);
                out.push_str(&rest[..letters]);
                rest = &rest[letters..];
            }
        }
        out
    }

    /// What follows the name, if it stands here.
    fn after_name<'a>(&self, before: &str, text: &'a str) -> Option<&'a str> {
        self.names.iter().find_map(|name| {
            let after = strip_name(name, text)?;
            let addressed = first_char(after).is_some_and(|(letter, _)| letter == '@');
            let word =
                name.len() >= MIN_WORD_LEN && !continues_before(before) && !continues_after(after);
            (addressed || word).then_some(after)
        })
    }
}

/// What follows the name, if the text begins with it in whatever way it may be written.
fn strip_name<'a>(name: &str, text: &'a str) -> Option<&'a str> {
    name.chars().try_fold(text, |text, letter| {
        let (found, rest) = first_char(text)?;
        (found == letter).then_some(rest)
    })
}

/// The letter with which the text begins, in lower case, and what follows it. It may be written as it is, as
/// in a URL or in quoted-printable, as in HTML, or as in JSON. Names are written in ASCII, so no other letter
/// needs to be understood.
fn first_char(text: &str) -> Option<(char, &str)> {
    let letter = text.chars().next()?;
    let rest = &text[letter.len_utf8()..];
    let encoded = match letter {
        '%' | '=' => hex_char(rest, 2),
        '\\' => match rest.strip_prefix('u') {
            Some(rest) => hex_char(rest, 4),
            None => rest
                .chars()
                .next()
                .map(|letter| (letter, &rest[letter.len_utf8()..])),
        },
        '&' => rest.split_once(';').and_then(|(name, rest)| {
            let letter = match (name, name.strip_prefix('#')) {
                ("amp", _) => '&',
                ("apos", _) => '\'',
                ("commat", _) => '@',
                (_, Some(number)) => match number.strip_prefix(['x', 'X']) {
                    Some(number) => char_of(number, 16)?,
                    None => char_of(number, 10)?,
                },
                _ => return None,
            };
            Some((letter, rest))
        }),
        _ => None,
    };
    let (letter, rest) = encoded.unwrap_or((letter, rest));
    Some((fold(letter), rest))
}

/// A letter whose number has so many hexadecimal digits.
fn hex_char(text: &str, digits: usize) -> Option<(char, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    Some((char_of(number, 16)?, rest))
}

fn char_of(number: &str, radix: u32) -> Option<char> {
    char::from_u32(u32::from_str_radix(number, radix).ok()?)
}

/// The wide forms of ASCII are folded, too: they look the same to people.
fn fold(letter: char) -> char {
    let narrow = match letter {
        '！'..='～' => char::from_u32(letter as u32 - 0xfee0),
        _ => None,
    };
    narrow.unwrap_or(letter).to_ascii_lowercase()
}

/// Whether the text before this position belongs to the same word.
fn continues_before(before: &str) -> bool {
    // The last character of an escape such as `%3C` does not belong to the word.
    let encoded = before.len().checked_sub(3).and_then(|at| before.get(at..));
    if encoded.is_some_and(|text| text.starts_with('%') && hex_char(&text[1..], 2).is_some()) {
        return false;
    }
    let letter = before.chars().next_back();
    letter.is_some_and(|letter| {
        letter.is_alphanumeric() || letter == '@' || WORD_JOINERS.contains(&letter)
    })
}

/// Whether the text after this position belongs to the same word.
fn continues_after(after: &str) -> bool {
    let mut after = after.chars();
    let Some(letter) = after.next() else {
        return false;
    };
    let more = after.next().is_some_and(char::is_alphanumeric);
    letter.is_alphanumeric() || WORD_JOINERS.contains(&letter) && more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{AddressOrDomain, parse_address};

    fn masked(name: &str, words: &str) -> String {
        match parse_address(&format!("{name}@echo.example")) {
            Ok(AddressOrDomain::Address(address)) => Mask::of(&address).masked(words),
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn the_name_before_an_at_sign_is_masked_however_both_are_written() {
        for (words, expected) in [
            ("jane.doe@echo.example", "j…@echo.example"),
            (
                "NO Jane.Doe@Echo.example is unknown",
                "NO J…@Echo.example is unknown",
            ),
            ("JANE.DOE@ECHO.EXAMPLE", "J…@ECHO.EXAMPLE"),
            ("<jane.doe@sister.example>", "<j…@sister.example>"),
            ("xjane.doe@localhost", "xj…@localhost"),
            ("?user=jane.doe%40echo.example", "?user=j…%40echo.example"),
            ("?user=jane%2Edoe%40echo", "?user=j…%40echo"),
            ("jane%2edoe%40echo", "j…%40echo"),
            ("%6Aane.doe@echo", "%6A…@echo"),
            ("%3Cjane.doe%40echo%3E", "%3Cj…%40echo%3E"),
            ("jane.doe&#64;echo", "j…&#64;echo"),
            ("jane.doe&#x40;echo", "j…&#x40;echo"),
            ("jane.doe&#X40;echo", "j…&#X40;echo"),
            ("jane.doe&commat;echo", "j…&commat;echo"),
            ("jane&#46;doe@echo", "j…@echo"),
            ("jane.doe=40echo", "j…=40echo"),
            ("jane.doe\\u0040echo", "j…\\u0040echo"),
            ("j\\u0061ne.doe@echo", "j…@echo"),
            ("jane.doe\\@echo", "j…\\@echo"),
            ("ｊane．doe＠echo", "ｊ…＠echo"),
            ("jane.doe@", "j…@"),
            ("jane.doe@a, jane.doe@b", "j…@a, j…@b"),
            ("other@echo.example", "other@echo.example"),
        ] {
            assert_eq!(masked("jane.doe", words), expected);
        }
    }

    #[test]
    fn names_with_signs_are_found() {
        for (name, words, expected) in [
            (
                "o'brien",
                "O'Brien@a o\\u0027brien@a o&#39;brien@a o&apos;brien",
                "O…@a o…@a o…@a o…",
            ),
            ("a&b", "a&amp;b@a A&B@a a%26b@a", "a…@a A…@a a…@a"),
            ("a/b", "a\\/b@a a/b", "a…@a a…"),
            (
                "jane+x",
                "jane%2Bx@a JANE+X@a jane@a jane",
                "j…@a J…@a j…@a j…",
            ),
            ("41dams", "user=41dams@a", "user=4…@a"),
            ("j", "j@a and j alone", "j…@a and j alone"),
        ] {
            assert_eq!(masked(name, words), expected, "{name}");
        }
    }

    #[test]
    fn the_name_alone_is_masked_where_it_is_a_word_of_its_own() {
        for (name, words, expected) in [
            ("jane.doe", "NO user jane.doe unknown", "NO user j… unknown"),
            ("jane.doe", "Jane.Doe: no such user", "J…: no such user"),
            (
                "jane.doe",
                "user=<jane.doe>, method=PLAIN",
                "user=<j…>, method=PLAIN",
            ),
            (
                "jane.doe",
                "(jane.doe) 'JANE.DOE' \"jane.doe\".",
                "(j…) 'J…' \"j…\".",
            ),
            (
                "jane.doe",
                "?u=jane%2Edoe&x=%3Cjane.doe%3E",
                "?u=j…&x=%3Cj…%3E",
            ),
            (
                "jane.doe",
                "-ERR jane.doe@b and jane.doe.",
                "-ERR j…@b and j….",
            ),
            (
                "jane",
                "janet jane_2 jane-x x.jane jane.example",
                "janet jane_2 jane-x x.jane jane.example",
            ),
            (
                "mail",
                "220 mail.example.net ESMTP",
                "220 mail.example.net ESMTP",
            ),
            (
                "mail",
                "webmail smtp-mail mailbox x@mail",
                "webmail smtp-mail mailbox x@mail",
            ),
            (
                "info",
                "user info at info.example.net",
                "user i… at info.example.net",
            ),
            (
                "no",
                "NO [AUTHENTICATIONFAILED] no@a",
                "NO [AUTHENTICATIONFAILED] n…@a",
            ),
        ] {
            assert_eq!(masked(name, words), expected, "{name}");
        }
    }

    /// Text of every kind: nothing that a server says makes it panic or changes what is not the name.
    #[test]
    fn what_is_not_the_name_stays_as_it_is() {
        let pieces = [
            "%",
            "=",
            "&",
            "#",
            ";",
            "\\",
            "u",
            "4",
            "0",
            "x",
            "@",
            "ä",
            "…",
            "＠",
            "j",
            "ff",
            "999999999999",
        ];
        for one in pieces {
            for two in pieces {
                for three in pieces {
                    let words = format!("{one}{two}{three}{one}{three}{two}");
                    assert_eq!(masked("jane", &words), words);
                }
            }
        }
    }
}
