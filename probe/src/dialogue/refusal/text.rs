//! A server's words in the form in which they are compared: lower case, without punctuation.

/// The most characters that are looked at. What a server has to say about a refusal it says at once.
const MAX_COMPARED_CHARS: usize = 1000;

/// Words between single spaces, with a space before the first and behind the last.
///
/// Accents are dropped, because servers write them or leave them out. Links and addresses are dropped, too: what
/// they are called says nothing about the cause.
pub(super) struct Text(String);

impl Text {
    /// The words of one reply.
    pub(super) fn new(words: &str) -> Self {
        let mut text = String::from(" ");
        let words = without_paths(words);
        let spoken = words
            .split(|letter: char| letter.is_whitespace() || letter == '"')
            .filter(|word| !is_address(word) && !is_link(word) && !is_host(word))
            .flat_map(|word| word.chars().chain([' ']));
        for letter in spoken.take(MAX_COMPARED_CHARS).flat_map(char::to_lowercase) {
            match letter {
                '\'' | '’' => {}
                _ => match without_accent(letter) {
                    Some(plain) => text.push_str(plain),
                    None if letter.is_alphanumeric() => text.push(letter),
                    None if text.ends_with(' ') => {}
                    None => text.push(' '),
                },
            }
        }
        if !text.ends_with(' ') {
            text.push(' ');
        }
        Self(text)
    }

    /// The whole text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text fits a pattern: one of the parts between its bars is in the text. A pattern that begins
    /// with `!` fits where none of them is. A part that begins with a space is the beginning of a word, and one
    /// that begins with `~` is the end of a longer word.
    pub(super) fn fits(&self, pattern: &str) -> bool {
        let (wanted, parts) = match pattern.strip_prefix('!') {
            Some(parts) => (false, parts),
            None => (true, pattern),
        };
        parts.split('|').any(|part| self.has(part)) == wanted
    }

    fn has(&self, part: &str) -> bool {
        match part.strip_prefix('~') {
            Some(end) => {
                let mut words = self.0.split(' ');
                words.any(|word| word.len() > end.len() && word.ends_with(end))
            }
            None => self.0.contains(part),
        }
    }
}

/// The words without what stands between angle brackets, which is an address (RFC 5321 §4.1.2).
fn without_paths(words: &str) -> String {
    let mut parts = words.split('<');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push(' ');
        kept.push_str(part.split_once('>').map_or(part, |(_, behind)| behind));
    }
    kept
}

fn is_address(word: &str) -> bool {
    word.contains('@')
}

/// Whether a word is a link, for which servers leave out the scheme: `example.test/help` or `www.example.test`.
fn is_link(word: &str) -> bool {
    let word = word.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let has_path = word.split_once('/').is_some_and(|(host, _)| {
        let domain = host.rsplit_once('.').map_or("", |(_, domain)| domain);
        domain.len() >= 2 && domain.chars().all(char::is_alphabetic)
    });
    word.contains("://") || word.starts_with("www.") || has_path
}

/// Whether a word is the name of a host, which says nothing about the cause unless it is one of a block list.
fn is_host(word: &str) -> bool {
    let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    let labels: Vec<&str> = word.split('.').collect();
    let is_label = |label: &&str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !label.is_empty() && label.bytes().all(fits)
    };
    // Names of exceptions and codes, such as `java.io.IOException`, end in capitals.
    let is_domain = |domain: &&&str| {
        (2..=24).contains(&domain.len()) && domain.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    // Two words may also be the end of a sentence and the beginning of the next.
    let is_name = match (labels.len(), labels.last().filter(is_domain)) {
        (_, None) | (0 | 1, _) => false,
        (2, Some(domain)) => domain.len() <= 3 || ["info", "test", "example"].contains(domain),
        _ => true,
    };
    is_name && labels.iter().all(is_label) && !BLOCK_LISTS.iter().any(|list| word.contains(list))
}

/// Parts of the names of block lists.
const BLOCK_LISTS: &[&str] = &[
    "spamhaus",
    "spamcop",
    "barracuda",
    "uceprotect",
    "dnsbl",
    "rbl",
    "sorbs",
    "mailspike",
];

fn without_accent(letter: char) -> Option<&'static str> {
    let plain = match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'ă' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ő' | 'ø' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ű' | 'ů' => "u",
        'ý' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ё' => "е",
        _ => return None,
    };
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_in_one_form() {
        for (words, compared) in [
            ("", " "),
            ("...", " "),
            ("Login failed.", " login failed "),
            ("can't  (re-)open\t[0]", " cant re open 0 "),
            ("Ungültiges Paßwort", " ungultiges passwort "),
            (
                "see https://example.test/locked, or ask banned@example.test now",
                " see or ask now ",
            ),
            ("请使用授权码登录。", " 请使用授权码登录 "),
            (
                "rejected:<banned@example.test>unknown",
                " rejected unknown ",
            ),
            ("user=<spam@example.test>: no", " user no "),
            ("<full mailbox>... gone", " gone "),
            ("at [maintenance01.example.test]: no", " at no "),
            ("spam.example is not here", " is not here "),
            ("listed by zen.spamhaus.org", " listed by zen spamhaus org "),
            ("java.io.IOException", " java io ioexception "),
            ("Login failed.Please go", " login failed please go "),
            (
                "see (www.example.test/spam) or aka.example/locked, I/O on SSL/TLS 2.0/x",
                " see or i o on ssl tls 2 0 x ",
            ),
        ] {
            assert_eq!(Text::new(words).0, compared);
        }
        assert!(Text::new(&"x".repeat(5000)).0.len() <= MAX_COMPARED_CHARS + 2);
    }

    #[test]
    fn patterns_fit_parts_beginnings_and_ends_of_words() {
        let text = Text::new("RuntimeError: no such user");
        for (pattern, fits) in [
            ("user", true),
            ("password|user", true),
            ("password", false),
            ("!password", true),
            ("!password|user", false),
            (" use", true),
            (" ser", false),
            ("~error", true),
            ("~user", false),
        ] {
            assert_eq!(text.fits(pattern), fits, "{pattern}");
        }
    }
}
