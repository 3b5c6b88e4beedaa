//! Takes the name of a mailbox out of what is shown to others.
//!
//! Servers repeat it in their own words: in other letters, percent-encoded, as an entity, or without its
//! domain. This runs in the browser too, so there is no regular expression and no table of Unicode.

/// A name of a mailbox, as a customer typed it: what stands before the @.
pub(super) struct Mask<'a> {
    name: &'a str,
}

/// A shorter name alone is hardly anybody's, and is a part of too many sentences.
const SHORTEST_WORD: usize = 3;

/// The signs that hold a word together: `info` is no word of its own in `info.example.net`.
const INSIDE: [char; 4] = ['.', '-', '_', '@'];

impl<'a> Mask<'a> {
    /// `None` where only a domain was typed, which is nobody's name.
    pub(super) fn of(address: &'a str) -> Option<Self> {
        let (before, _) = address.rsplit_once('@')?;
        // Of `Jane Doe <jane@example.net>` and `mailto:jane@example.net` this is the name.
        let begins = |letter: char| letter.is_whitespace() || letter == '<' || letter == ':';
        let name = before.rsplit(begins).next().unwrap_or(before);
        (!name.is_empty()).then_some(Self { name })
    }

    /// The text without the name where an @ follows it, whatever domain that leads to.
    pub(super) fn addresses(&self, text: &str) -> String {
        self.replaced(text, |_, after| {
            begin(after).is_some_and(|(letter, _)| folded(letter) == '@')
        })
    }

    /// The same, and without the name where it is a word of its own. This is for a server's words only: in
    /// other sentences a name such as `mail` is not meant.
    pub(super) fn words(&self, text: &str) -> String {
        let text = self.addresses(text);
        if self.name.chars().count() < SHORTEST_WORD {
            return text;
        }
        self.replaced(&text, |before, after| {
            let mut after = after.chars();
            let follows = after.next().is_some_and(|letter| {
                let inside = INSIDE.contains(&letter);
                let goes_on = after.next().is_some_and(char::is_alphanumeric);
                letter.is_alphanumeric() || inside && goes_on
            });
            !follows && !goes_before(before)
        })
    }

    /// Leaves only the first letter of the name, as it is written, wherever `fits` likes what is before and
    /// after it.
    fn replaced(&self, text: &str, fits: impl Fn(&str, &str) -> bool) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let (Some(letter), Some((_, second))) = (rest.chars().next(), begin(rest)) {
            let before = &text[..text.len() - rest.len()];
            let after = after(self.name, rest).filter(|after| fits(before, after));
            if let Some(after) = after {
                out.push_str(&rest[..rest.len() - second.len()]);
                out.push('…');
                rest = after;
            } else {
                out.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
        out
    }
}

/// What follows the name, if the text begins with it in whatever way it may be written.
fn after<'a>(name: &str, text: &'a str) -> Option<&'a str> {
    name.chars().try_fold(text, |text, letter| {
        let (found, rest) = begin(text)?;
        (folded(found) == folded(letter)).then_some(rest)
    })
}

/// The letter with which the text begins, and what follows it. It may be written as it is, as in a URL or in
/// quoted-printable, as in HTML, or as in JSON.
fn begin(text: &str) -> Option<(char, &str)> {
    let letter = text.chars().next()?;
    let rest = &text[letter.len_utf8()..];
    let encoded = match letter {
        '%' | '=' => bytes(letter, text),
        '&' => rest.split_once(';').and_then(|(name, rest)| {
            let letter = match (name, name.strip_prefix('#')) {
                ("amp", _) => Some('&'),
                ("commat", _) => Some('@'),
                (_, Some(number)) => match number.strip_prefix(['x', 'X']) {
                    Some(number) => number_of(number, 16),
                    None => number_of(number, 10),
                },
                _ => None,
            };
            Some((letter?, rest))
        }),
        '\\' => match rest.strip_prefix('u') {
            Some(rest) => rest
                .split_at_checked(4)
                .and_then(|(number, rest)| Some((number_of(number, 16)?, rest))),
            None => rest
                .chars()
                .next()
                .map(|letter| (letter, &rest[letter.len_utf8()..])),
        },
        _ => None,
    };
    Some(encoded.unwrap_or((letter, rest)))
}

/// A letter whose bytes in UTF-8 are written as `%c3%a4` or `=C3=A4`.
fn bytes(sign: char, text: &str) -> Option<(char, &str)> {
    let mut rest = text;
    let mut bytes = Vec::new();
    loop {
        let (digits, after) = rest.strip_prefix(sign)?.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
        if let Ok(letter) = std::str::from_utf8(&bytes) {
            return Some((letter.chars().next()?, rest));
        }
    }
}

fn number_of(digits: &str, radix: u32) -> Option<char> {
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

/// Small letters for capital ones, as far as Europe writes. The whole table would be as large as all else
/// that is done here.
fn folded(letter: char) -> char {
    let number = letter as u32;
    let folded = match letter {
        // The wide forms of ASCII.
        '！'..='～' => number - 0xfee0,
        _ => number,
    };
    let folded = match char::from_u32(folded).unwrap_or(letter) {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ω' | 'А'..='Я' => folded + 0x20,
        'Ѐ'..='Џ' => folded + 0x50,
        // Capital letters have odd numbers here,
        'Ĺ'..='ň' | 'Ź'..='ž' => (folded + 1) | 1,
        // and even ones here.
        'Ā'..='ſ' => folded | 1,
        _ => folded,
    };
    char::from_u32(folded).unwrap_or(letter)
}

/// Whether a word that begins here goes on from before.
fn goes_before(before: &str) -> bool {
    // The last letter of `%3C` is none of the word.
    let encoded = before.get(before.len().saturating_sub(3)..);
    if encoded.is_some_and(|encoded| bytes('%', encoded).is_some()) {
        return false;
    }
    let letter = before.chars().next_back();
    letter.is_some_and(|letter| letter.is_alphanumeric() || INSIDE.contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(address: &str, text: &str) -> String {
        Mask::of(address).unwrap().addresses(text)
    }

    fn words(address: &str, text: &str) -> String {
        Mask::of(address).unwrap().words(text)
    }

    #[test]
    fn the_name_before_an_at_sign_is_masked_however_both_are_written() {
        let jane = "jane.doe@echo.example";
        for (text, expected) in [
            ("jane.doe@echo.example", "j…@echo.example"),
            (
                "NO Jane.Doe@Echo.example is unknown",
                "NO J…@Echo.example is unknown",
            ),
            ("JANE.DOE@ECHO.EXAMPLE", "J…@ECHO.EXAMPLE"),
            ("<jane.doe@sister.example>", "<j…@sister.example>"),
            ("x=jane.doe@localhost", "x=j…@localhost"),
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
            ("jane.doe＠echo", "j…＠echo"),
            ("jane.doe@", "j…@"),
            ("jane.doe@a, jane.doe@b", "j…@a, j…@b"),
            ("other@echo.example", "other@echo.example"),
            ("jane.doe", "jane.doe"),
            ("100%", "100%"),
            ("50%4", "50%4"),
            ("%", "%"),
            ("\\", "\\"),
            ("\\u00", "\\u00"),
            ("&", "&"),
            ("&#99999999999;", "&#99999999999;"),
            ("%ff%ff", "%ff%ff"),
            ("", ""),
        ] {
            assert_eq!(addresses(jane, text), expected);
        }
    }

    #[test]
    fn names_with_signs_and_letters_of_all_kinds_are_found() {
        for (address, text, expected) in [
            (
                "o'brien@a",
                "O'Brien@a o\\u0027brien@a o&#39;brien@a",
                "O…@a o…@a o…@a",
            ),
            (
                "\"a@b\"@a",
                "\\\"a@b\\\"@a \\u0022A@B\\\"@a",
                "\\\"…@a \\u0022…@a",
            ),
            ("a&b@a", "a&amp;b@a A&B@a a%26b@a", "a…@a A…@a a…@a"),
            ("a/b@a", "a\\/b@a", "a…@a"),
            ("jane+x@a", "jane%2Bx@a JANE+X@a", "j…@a J…@a"),
            (
                "jäne@a",
                "JÄNE@a j\\u00e4ne@a j%C3%A4ne@a j=C3=A4ne@a",
                "J…@a j…@a j…@a j…@a",
            ),
            ("Łukasz@a", "łukasz@a ŁUKASZ@a", "ł…@a Ł…@a"),
            ("ιάνα@a", "ΙάΝΑ@a", "Ι…@a"),
            ("яна@a", "ЯНА@a", "Я…@a"),
            ("žofie@a", "ŽOFIE@a Ｚofie@a", "Ž…@a Ｚofie@a"),
            ("jane@a", "ＪＡＮＥ＠a", "Ｊ…＠a"),
            ("井@a", "井@a 井戸@a", "井…@a 井戸@a"),
            ("Jane Doe <jane@a>", "Jane@a", "J…@a"),
            ("mailto:jane@a", "jane@a", "j…@a"),
            ("41dams@a", "user=41dams@a", "user=4…@a"),
        ] {
            assert_eq!(addresses(address, text), expected, "{address}");
        }
        assert!(Mask::of("example.net").is_none());
        assert!(Mask::of("@example.net").is_none());
    }

    #[test]
    fn the_name_alone_is_masked_where_it_is_a_word_of_its_own() {
        for (address, text, expected) in [
            (
                "jane.doe@a",
                "NO user jane.doe unknown",
                "NO user j… unknown",
            ),
            ("jane.doe@a", "Jane.Doe: no such user", "J…: no such user"),
            (
                "jane.doe@a",
                "user=<jane.doe>, method=PLAIN",
                "user=<j…>, method=PLAIN",
            ),
            (
                "jane.doe@a",
                "(jane.doe) 'JANE.DOE' \"jane.doe\".",
                "(j…) 'J…' \"j…\".",
            ),
            (
                "jane.doe@a",
                "?u=jane%2Edoe&x=%3Cjane.doe%3E",
                "?u=j…&x=%3Cj…%3E",
            ),
            (
                "jane.doe@a",
                "-ERR jane.doe@b and jane.doe.",
                "-ERR j…@b and j….",
            ),
            (
                "jane@a",
                "janet, jane_2, jane-x, x.jane, jane.example",
                "janet, jane_2, jane-x, x.jane, jane.example",
            ),
            (
                "mail@a",
                "220 mail.example.net ESMTP",
                "220 mail.example.net ESMTP",
            ),
            (
                "mail@a",
                "webmail smtp-mail mailbox x@mail",
                "webmail smtp-mail mailbox x@mail",
            ),
            (
                "info@a",
                "user info at info.example.net",
                "user i… at info.example.net",
            ),
            (
                "no@a",
                "NO [AUTHENTICATIONFAILED] no@a",
                "NO [AUTHENTICATIONFAILED] n…@a",
            ),
        ] {
            assert_eq!(words(address, text), expected, "{address}");
        }
    }

    /// Text of every kind, so that nothing that a server says makes it panic.
    #[test]
    fn whatever_is_said_is_left_in_order() {
        let pieces = [
            "%", "=", "&", "#", ";", "\\", "u", "4", "0", "x", "@", "ä", "…", "j", "jane",
        ];
        for one in pieces {
            for two in pieces {
                for three in pieces {
                    let text = format!("{one}{two}{three}{one}{three}");
                    let masked = words("jane@example.net", &text);
                    if !text.contains("jane") {
                        assert_eq!(masked, text);
                    }
                }
            }
        }
    }
}
