//! Makes the words of a server safe to show.
//!
//! Whatever a server sends is an attacker's data until proven otherwise: it may carry terminal
//! escapes, text that runs backwards, megabytes, or the password that was just sent to it.

use std::cmp::Reverse;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

use crate::credentials::Credentials;

/// The most characters of a server that are shown.
const MAX_SHOWN_CHARS: usize = 300;

/// More raw bytes than this are not even looked at: enough for the longest text and the longest secret.
pub(super) const MAX_SCANNED_LEN: usize = 4 * MAX_SHOWN_CHARS + 1024;

/// From this many bytes on, a part of a secret is hidden, too. A server that quotes a command often cuts
/// it off, and the beginning of the base64 is the beginning of the password.
const MIN_PART_LEN: usize = 8;

const HIDDEN: &str = "[hidden]";

/// Knows the secrets of one run and hides them wherever a server repeats them.
#[derive(Default)]
pub struct Redactor {
    /// Secrets that are shorter than the shortest part.
    short: Vec<Zeroizing<Vec<u8>>>,
    /// Every part of the others of just that length, in lower case and in order.
    parts: Zeroizing<Vec<Part>>,
}

type Part = [u8; MIN_PART_LEN];

impl Redactor {
    /// Hides the password in each of the forms in which it is sent.
    pub fn new(credentials: Option<&Credentials>) -> Self {
        let Some(credentials) = credentials else {
            return Self::default();
        };
        let (user, password) = (credentials.user(), credentials.password());
        let plain = Zeroizing::new(format!("\0{user}\0{password}"));
        let forms = [
            password.to_owned(),
            password.replace('\\', "\\\\").replace('"', "\\\""),
            // What is left of it when a server puts something invisible into it.
            strip_invisible(password),
            STANDARD.encode(password),
            STANDARD_NO_PAD.encode(password),
            STANDARD.encode(plain.as_bytes()),
        ];
        let forms = forms.map(|form| Zeroizing::new(form.into_bytes()));
        // A buffer that does not grow later leaves no copy behind.
        let room = forms.iter().map(|form| form.len()).sum();
        let mut parts = Zeroizing::new(Vec::with_capacity(room));
        let windows = forms.iter().flat_map(|form| form.windows(MIN_PART_LEN));
        parts.extend(windows.filter_map(lower_case));
        parts.sort_unstable();
        let mut short = Vec::from(forms);
        // The longest first, so that no lone padding is left over.
        short.retain(|form| (1..MIN_PART_LEN).contains(&form.len()));
        short.sort_unstable_by_key(|form| Reverse(form.len()));
        Self { short, parts }
    }

    /// The text as it may be shown, or `None` when nothing visible is left of it.
    ///
    /// Line ends become spaces, other control characters are written out, characters that change the
    /// direction of text or cannot be seen are dropped, and the text ends after 300 characters.
    pub fn sanitize(&self, words: &[u8]) -> Option<String> {
        // Once on the raw bytes, and once more on what is left after invisible characters are gone.
        let visible = strip_invisible(&String::from_utf8_lossy(&self.hide(words)));
        let hidden = self.hide(visible.as_bytes());
        let text = String::from_utf8_lossy(&hidden);
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if text.chars().count() <= MAX_SHOWN_CHARS {
            return Some(text.to_owned());
        }
        let mut short: String = text.chars().take(MAX_SHOWN_CHARS - 1).collect();
        short.push('…');
        Some(short)
    }

    fn hide(&self, text: &[u8]) -> Vec<u8> {
        let end = text.len().min(MAX_SCANNED_LEN);
        let mut shown = Vec::with_capacity(end);
        let mut hidden_to = 0;
        // A secret that begins before the end is hidden even when it goes on behind it.
        for at in 0..end {
            let length = self.secret_at(&text[at..]);
            if length > 0 && at >= hidden_to {
                shown.extend_from_slice(HIDDEN.as_bytes());
            }
            hidden_to = hidden_to.max(at + length);
            if at >= hidden_to {
                shown.push(text[at]);
            }
        }
        shown
    }

    /// The length of the short secret, or of the telling part of a long one, with which the text begins.
    ///
    /// Letters count the same in either case, because some servers repeat a command in upper case.
    fn secret_at(&self, text: &[u8]) -> usize {
        let part = text.get(..MIN_PART_LEN).and_then(lower_case);
        if part.is_some_and(|part| self.parts.binary_search(&part).is_ok()) {
            return MIN_PART_LEN;
        }
        let begins = |secret: &&Zeroizing<Vec<u8>>| {
            let start = text.get(..secret.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(secret))
        };
        self.short
            .iter()
            .find(begins)
            .map_or(0, |secret| secret.len())
    }
}

fn lower_case(part: &[u8]) -> Option<Part> {
    let mut part = Part::try_from(part).ok()?;
    part.make_ascii_lowercase();
    Some(part)
}

fn strip_invisible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\r' | '\n' | '\u{2028}' | '\u{2029}' => shown.push(' '),
            // Soft hyphen, Arabic letter mark, Mongolian separator, zero width and direction marks,
            // the byte order mark, interlinear marks, variation selectors and tags.
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}' => {}
            _ if character.is_control() => {
                shown.push_str(&format!("\\x{:02x}", u32::from(character)));
            }
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redactor(password: &str) -> Redactor {
        let credentials =
            Credentials::new("alice@example.test".into(), password.to_owned().into()).unwrap();
        Redactor::new(Some(&credentials))
    }

    #[test]
    fn control_characters_never_reach_the_page() {
        let long = "é".repeat(400);
        let cut = format!("{}…", "é".repeat(299));
        for (words, shown) in [
            (&b"* OK ready"[..], Some("* OK ready")),
            (b"\x1b[31mred\x07", Some("\\x1b[31mred\\x07")),
            (b"one\r\ntwo", Some("one  two")),
            (b"\xff\xfeabc", Some("\u{fffd}\u{fffd}abc")),
            ("abc\u{202e}def\u{200b}".as_bytes(), Some("abcdef")),
            (b"<b>&amp;</b>", Some("<b>&amp;</b>")),
            ("\u{9b}31m".as_bytes(), Some("\\x9b31m")),
            (b"  \r\n", None),
            (b"", None),
            (long.as_bytes(), Some(&cut)),
        ] {
            assert_eq!(
                Redactor::default().sanitize(words).as_deref(),
                shown,
                "{words:?}"
            );
        }
    }

    #[test]
    fn secrets_are_hidden_in_every_form() {
        let password = "c4nary\"horse";
        let plain = STANDARD.encode(format!("\0alice@example.test\0{password}"));
        let redactor = redactor(password);
        for (words, shown) in [
            (
                format!("bad password {password}!"),
                "bad password [hidden]!",
            ),
            (format!("bad {}", password.to_uppercase()), "bad [hidden]"),
            ("LOGIN \"c4nary\\\"horse\"".to_owned(), "LOGIN \"[hidden]\""),
            (format!("no {}.", STANDARD.encode(password)), "no [hidden]."),
            (format!("no {plain}."), "no [hidden]."),
            (format!("no {}.", plain.to_lowercase()), "no [hidden]."),
            (format!("no {}...", &plain[..20]), "no [hidden]..."),
            (format!("no ...{}", &plain[20..]), "no ...[hidden]"),
            (
                "no LOGIN \"c4nary\\\"ho...".to_owned(),
                "no LOGIN \"[hidden]...",
            ),
            ("no ...ary\"horse".to_owned(), "no ...[hidden]"),
            (password.replace('h', "\u{200b}h"), "[hidden]"),
        ] {
            assert_eq!(
                redactor.sanitize(words.as_bytes()).as_deref(),
                Some(shown),
                "{words:?}"
            );
        }
    }

    #[test]
    fn short_secrets_are_hidden_as_a_whole() {
        for (password, words, shown) in [
            ("pw7", "wrong: pw7.", "wrong: [hidden]."),
            ("pw7", "wrong: PW7PW7", "wrong: [hidden][hidden]"),
            ("pw7", "wrong: cHc3", "wrong: [hidden]"),
            ("pw", "wrong: cHc=, cHc.", "wrong: [hidden], [hidden]."),
            ("abcdefg", "abcdefg abcdef", "[hidden] abcdef"),
            ("aba", "ababa", "[hidden]"),
            ("a\"b", "a\\\"b", "[hidden]"),
        ] {
            let found = redactor(password).sanitize(words.as_bytes());
            assert_eq!(found.as_deref(), Some(shown), "{password:?} in {words:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_uncovers_nothing() {
        let pushed = "\u{ad}".repeat(MAX_SCANNED_LEN / 2 - 2);
        for (password, words) in [
            ("abcdefg", format!("{pushed}abcdefg")),
            ("ab\u{200d}cdefgh", "abc\u{ad}defgh".to_owned()),
        ] {
            let shown = redactor(password).sanitize(words.as_bytes());
            assert_eq!(shown.as_deref(), Some(HIDDEN), "{password:?}");
        }
    }

    #[test]
    fn a_secret_is_not_cut_in_two_by_the_limit() {
        let redactor = redactor("correct-horse-battery");
        for before in 270..310 {
            let words = format!("{}correct-horse-battery", "x".repeat(before));
            let shown = redactor.sanitize(words.as_bytes()).unwrap();
            assert!(!shown.contains("co"), "{shown}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever stands around the password, in whichever form a server repeats it, and wherever it
        /// cuts that off.
        #[test]
        fn nothing_that_is_shown_can_harm(
            password in "[a-zA-Z0-9 \"\\\\äß\u{200d}-]{8,40}",
            before in anything(),
            after in anything(),
            form in 0..4,
            cut in any::<(prop::sample::Index, prop::sample::Index)>(),
        ) {
            let credentials = Credentials::new("me@example.net".into(), password.clone().into());
            let redactor = Redactor::new(credentials.as_ref().ok());
            let said = match form {
                0 => password.clone(),
                1 => STANDARD.encode(&password),
                2 => STANDARD.encode(format!("\0me@example.net\0{password}")),
                _ => password.replace('\\', "\\\\").replace('"', "\\\""),
            };
            let ends = [cut.0.index(said.len() + 1), cut.1.index(said.len() + 1)];
            let part = &said.as_bytes()[ends[0].min(ends[1])..ends[0].max(ends[1])];
            for said in [said.as_bytes(), part] {
                let words = [before.as_slice(), said, after.as_slice()].concat();
                let shown = redactor.sanitize(&words).unwrap_or_default();
                prop_assert!(shown.chars().count() <= MAX_SHOWN_CHARS);
                prop_assert!(!shown.chars().any(char::is_control));
                prop_assert!(!shown.contains(&password), "{shown:?} holds {password:?}");
                if let Ok(said) = str::from_utf8(said) && said.len() >= MIN_PART_LEN {
                    prop_assert!(!shown.contains(said), "{shown:?} holds {said:?}");
                }
            }
        }
    }

    /// Bytes, and as many of one invisible character as push what follows out of sight.
    fn anything() -> impl Strategy<Value = Vec<u8>> {
        let bytes = prop::collection::vec(any::<u8>(), 0..40);
        let invisible =
            (0..MAX_SCANNED_LEN).prop_map(|count| "\u{ad}".repeat(count / 2).into_bytes());
        let long = (0..MAX_SCANNED_LEN).prop_map(|count| vec![b'x'; count]);
        prop_oneof![6 => bytes, 1 => invisible, 1 => long]
    }
}
