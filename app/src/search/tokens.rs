//! A text as the search sees it: words and codes, without what is different in each copy of a message.
//!
//! Case, punctuation, line breaks, quotes, addresses of people and of machines do not matter, and a code that a
//! server repeats at the head of each line counts once. So a message is the same wherever it was copied from.

use std::collections::HashSet;

/// Words that stand in every sentence, in the languages of messages.
const STOP_WORDS: &str = "a an the and or of to in on at by for from with is are was were be been has have had it \
                          its this that these those i my me we our you your he she they their not no do does did \
                          as if then when please der die das den dem und oder ist sind ein eine einer nicht zu im \
                          le la les de du des et ou est un une el los las y o es una il lo";

/// Whether it is a word of every sentence, which tells nothing.
pub(super) fn is_stop_word(text: &str) -> bool {
    STOP_WORDS.split(' ').any(|word| word == text)
}

/// A word or a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// As it is compared.
    pub(super) text: String,
    /// What kind it is.
    pub(super) kind: TokenKind,
}

/// What kind of token it is, which says how telling it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A word.
    Word,
    /// A part of a host name, a path or the name of a fault in a program: it counts only inside of a piece.
    Part,
    /// The reply code of a server, such as 550.
    Reply,
    /// The code behind it (RFC 3463), such as 5.7.1.
    Enhanced,
    /// A number of Windows, such as 0x800ccc0e.
    Windows,
}

/// What stands for every number of Windows in a piece.
pub(super) const ANY_WINDOWS: &str = "0xnumber";

/// What stands for every IPv6 address in a piece.
const ANY_IPV6: &str = "ipv6address";

impl Token {
    /// What else the token is found by: a code also by its class, such as 5.7.x.
    pub(super) fn class(&self) -> Option<String> {
        match self.kind {
            TokenKind::Enhanced => self
                .text
                .rsplit_once('.')
                .map(|(class, _)| format!("{class}.x")),
            TokenKind::Windows => Some(ANY_WINDOWS.to_owned()),
            TokenKind::Word | TokenKind::Part | TokenKind::Reply => None,
        }
    }
}

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut codes = HashSet::new();
    let text = text.to_lowercase();
    let text = text
        .replace("e-mail", "email")
        .replace("can not ", "cannot ");
    for chunk in text.split_whitespace() {
        // The name of a person or a machine tells nothing of the cause.
        if chunk.contains('@') {
            continue;
        }
        if is_ipv6(chunk) {
            tokens.push(Token {
                text: ANY_IPV6.to_owned(),
                kind: TokenKind::Part,
            });
            continue;
        }
        let part = is_name(chunk);
        for token in Scanner::new(chunk, part) {
            let code = matches!(token.kind, TokenKind::Reply | TokenKind::Enhanced);
            if !code || codes.insert(token.text.clone()) {
                tokens.push(token);
            }
        }
    }
    tokens
}

/// Whether this is the address of a machine in groups of hexadecimal digits and colons.
fn is_ipv6(chunk: &str) -> bool {
    // The name of the machine may stand before it.
    let chunk = chunk.rsplit('[').next().unwrap_or(chunk);
    let chunk = chunk.trim_matches(|letter: char| !letter.is_ascii_hexdigit() && letter != ':');
    let address = chunk.split(['%', '/', ']']).next().unwrap_or_default();
    let groups = address.matches(':').count();
    (groups >= 5 || (groups >= 2 && address.contains("::") && address.len() > 3))
        && address
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.')
}

/// Whether this is a host name, a path or the name of a fault, which has dots, slashes or underscores inside.
fn is_name(chunk: &str) -> bool {
    let letters: Vec<char> = chunk.chars().collect();
    letters.windows(3).any(|three| {
        let [before, sign, after] = three else {
            return false;
        };
        match sign {
            '.' => before.is_alphanumeric() && after.is_alphabetic(),
            '_' | '/' => before.is_alphanumeric() && after.is_alphanumeric(),
            _ => false,
        }
    })
}

fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

/// Whether one or two letters end the word here, as behind the apostrophe of “can't” and “we're”.
fn is_short_ending(rest: &str) -> bool {
    let mut letters = rest.chars();
    let ending = letters
        .by_ref()
        .take_while(|letter| letter.is_alphanumeric());
    (1..=2).contains(&ending.count())
}

/// Signs that are words of their own, because a password cannot have them everywhere.
const SIGNS: &str = "£€§";

/// Reads the tokens of a chunk without spaces.
struct Scanner<'a> {
    rest: &'a str,
    part: bool,
}

impl<'a> Scanner<'a> {
    fn new(chunk: &'a str, part: bool) -> Self {
        Self { rest: chunk, part }
    }

    /// Takes letters and digits off the front, with what belongs inside of a word but is not spoken.
    fn word(&mut self) -> String {
        let mut word = String::new();
        let mut end = self.rest.len();
        for (place, letter) in self.rest.char_indices() {
            match letter {
                // Chinese and Japanese put no spaces between words, so each sign is one.
                letter if is_ideograph(letter) => {
                    if word.is_empty() {
                        word.push(letter);
                        end = place + letter.len_utf8();
                    } else {
                        end = place;
                    }
                    break;
                }
                letter if letter.is_alphanumeric() => word.push(letter),
                '\'' | '’' | 'ʼ' if is_short_ending(&self.rest[place + letter.len_utf8()..]) => {
                }
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
                _ => {
                    end = place;
                    break;
                }
            }
        }
        self.rest = &self.rest[end..];
        word
    }

    /// Takes numbers with dots between them off the front, if the first of them was this one.
    fn dotted(&mut self, first: &str) -> Option<String> {
        let mut count = 1;
        let mut whole = first.to_owned();
        let mut rest = self.rest;
        while let Some(behind) = rest.strip_prefix('.') {
            let digits = match behind.as_bytes() {
                // A piece may name a class of codes, such as 5.7.x.
                [b'x', next, ..] if next.is_ascii_alphanumeric() => 0,
                [b'x', ..] => 1,
                _ => behind.bytes().take_while(u8::is_ascii_digit).count(),
            };
            if digits == 0 || digits > 3 {
                break;
            }
            whole.push('.');
            whole.push_str(&behind[..digits]);
            rest = &behind[digits..];
            count += 1;
        }
        if count < 3 {
            return None;
        }
        self.rest = rest;
        Some(whole)
    }
}

impl Iterator for Scanner<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let start = self
                .rest
                .find(|letter: char| letter.is_alphanumeric() || SIGNS.contains(letter))?;
            self.rest = &self.rest[start..];
            if let Some(sign) = self
                .rest
                .chars()
                .next()
                .filter(|sign| SIGNS.contains(*sign))
            {
                self.rest = &self.rest[sign.len_utf8()..];
                return Some(token(sign.to_string(), self.part));
            }
            let word = self.word();
            let number = word.bytes().all(|byte| byte.is_ascii_digit());
            let dotted = if number { self.dotted(&word) } else { None };
            if let Some(dotted) = dotted {
                // Four numbers are the address of a machine.
                let enhanced =
                    dotted.matches('.').count() == 2 && dotted.starts_with(['2', '4', '5']);
                if enhanced {
                    let kind = TokenKind::Enhanced;
                    return Some(Token { text: dotted, kind });
                }
                continue;
            }
            return Some(token(word, self.part));
        }
    }
}

fn token(word: String, part: bool) -> Token {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Some programs show the number without the sign that it is one.
    if word.len() == 8 && word.starts_with("800") && hex(&word) {
        let kind = TokenKind::Windows;
        return Token {
            text: format!("0x{word}"),
            kind,
        };
    }
    let kind = match word.as_bytes() {
        [b'0', b'x', rest @ ..] if rest.len() >= 8 && rest.iter().all(u8::is_ascii_hexdigit) => {
            TokenKind::Windows
        }
        [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9'] => TokenKind::Reply,
        _ if part => TokenKind::Part,
        _ => TokenKind::Word,
    };
    Token {
        text: folded(word),
        kind,
    }
}

/// One spelling for words that are written in two ways, and for one and many of a thing.
fn folded(word: String) -> String {
    if word == "cannot" {
        return "cant".to_owned();
    }
    let many = word.len() > 4 && word.is_ascii() && word.ends_with('s') && !word.ends_with("ss");
    match word.strip_suffix('s') {
        Some(one) if many => one.to_owned(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> String {
        let tokens = tokens(text).into_iter().map(|token| token.text);
        tokens.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_people_paste_becomes_words_and_codes() {
        for (pasted, expected) in [
            ("  Can’t\r\n verify\t“Server” ", "cant verify server"),
            ("I can not send", "i cant send"),
            ("I cannot send e-mails", "i cant send email"),
            ("0x800CC\u{ad}C0E", "0x800ccc0e"),
            ("error 800ccc0e", "error 0x800ccc0e"),
            ("ÜBERPRÜFEN Sie Ё", "überprüfen sie ё"),
            ("535-5.7.8 no. 535 5.7.8 See", "535 5.7.8 no see"),
            (
                "550-([192.0.2.1]:36825 is not permitted",
                "550 36825 is not permitted",
            ),
            ("<bob@example.net>: refused", "refused"),
            (
                "connect 2001:db8::25:587 failed",
                "connect ipv6address failed",
            ),
            ("mail.example.com[2001:db8::25]:587", "ipv6address"),
            ("at 12:30:45, 5.7.x", "at 12 30 45 5.7.x"),
            ("version 1.2.3 of 2.0", "version of 2 0"),
            ("(#AUTH005)", "auth005"),
            ("(535, b'Error: no')", "535 b error no"),
            ("curl: (28)", "curl 28"),
            ("SEC_ERROR_UNKNOWN_ISSUER", "sec error unknown issuer"),
            ("", ""),
            ("…—!", ""),
            ("密码错误 or 535错误", "密 码 错 误 or 535 错 误"),
            ("a £ or €5 sign", "a £ or € 5 sign"),
        ] {
            assert_eq!(texts(pasted), expected, "{pasted:?}");
        }
    }

    #[test]
    fn tokens_have_kinds_and_classes() {
        let kind = |text: &str| tokens(text)[0].kind;
        for (text, expected) in [
            ("550", TokenKind::Reply),
            ("5.7.1", TokenKind::Enhanced),
            ("0x80072746", TokenKind::Windows),
            ("password", TokenKind::Word),
            ("zen.spamhaus.org", TokenKind::Part),
            ("1550", TokenKind::Word),
            ("0xyz", TokenKind::Word),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
        let class = |text: &str| tokens(text)[0].class();
        assert_eq!(class("5.7.26").as_deref(), Some("5.7.x"));
        assert_eq!(class("0x80072746").as_deref(), Some(ANY_WINDOWS));
        assert_eq!(class("550"), None);
    }
}
