//! Finds the telling pieces of messages in whatever a customer pastes.
//!
//! The search on the server and the one in the browser are the same: both compare the text with what an entry is
//! found by, which is [`keys`].

/// The text as pieces are compared with it: small letters, straight quotes, single spaces.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in lower(text).chars() {
        match letter {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
            '‘' | '’' | 'ʼ' => plain.push('\''),
            '“' | '”' | '„' => plain.push('"'),
            '–' | '—' | '‑' => plain.push('-'),
            '…' => plain.push_str("..."),
            letter if letter.is_whitespace() => {
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            letter => plain.push(letter),
        }
    }
    plain.trim().to_owned()
}

/// Small letters of every alphabet.
#[cfg(not(feature = "hydrate"))]
fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// Small letters of every alphabet. The browser has the tables for them, and follows the same rules.
#[cfg(feature = "hydrate")]
fn lower(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// How many hits are shown.
pub const MAX_HITS: usize = 8;

/// What an entry is found by: a line with what it shows, and a line for each of its pieces, all as [`plain`] makes
/// them.
pub fn keys(shown: &str, pieces: &[String]) -> String {
    format!("{}\n{}", plain(shown), pieces.join("\n"))
}

/// How well an entry with these [`keys`] fits a text, which is [`plain`]. Zero means that it does not.
pub fn score(keys: &str, text: &str) -> usize {
    /// A shorter part of what is shown says too little.
    const MIN_LEN: usize = 4;
    let (shown, pieces) = keys.split_once('\n').unwrap_or((keys, ""));
    // The name or number alone is often all that is typed.
    let length = text.chars().count();
    let typed = if length >= MIN_LEN && shown.contains(text) {
        length * 64
    } else {
        0
    };
    rank(pieces.split('\n'), text).max(typed)
}

/// How well the pieces tell about a text: the longest piece found in it counts most, then how many there are.
fn rank<'a>(pieces: impl IntoIterator<Item = &'a str>, text: &str) -> usize {
    let found = pieces.into_iter().filter(|piece| holds(text, piece));
    let (longest, count) = found.fold((0, 0), |(longest, count), piece| {
        (longest.max(piece.chars().count()), count + 1)
    });
    longest * 64 + count.min(63)
}

/// Whether a piece is in a text, and not only as a part of a longer number.
fn holds(text: &str, piece: &str) -> bool {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    !piece.is_empty()
        && text.match_indices(piece).any(|(start, _)| {
            let end = start + piece.len();
            let before = start.checked_sub(1).and_then(|place| bytes.get(place));
            let longer_before = digit(before) && digit(bytes.get(start));
            let longer_after = digit(bytes.get(end - 1)) && digit(bytes.get(end));
            !longer_before && !longer_after
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_is_made_plain() {
        for (pasted, expected) in [
            ("  Cannot\r\n  Verify\tServer ", "cannot verify server"),
            ("Can’t “connect”…", "can't \"connect\"..."),
            ("0x800CC\u{ad}C0E", "0x800ccc0e"),
            ("ÜBERPRÜFEN Sie Ё", "überprüfen sie ё"),
            ("", ""),
        ] {
            assert_eq!(plain(pasted), expected, "{pasted:?}");
        }
    }

    #[test]
    fn pieces_are_found_but_not_inside_of_numbers() {
        for (pieces, text, found) in [
            (&["535"][..], "smtp said: 535 5.7.8 no", true),
            (&["535"], "message 15350", false),
            (&["535"], "x535y", true),
            (&["curl: (7)"], "curl: (7) failed", true),
            (&["5.7.8"], "15.7.8", false),
            (&["5.7.8"], "it is 15.7.80, or 5.7.8", true),
            (&[""], "anything", false),
            (&["é"], "café", true),
        ] {
            assert_eq!(rank(pieces.iter().copied(), text) > 0, found, "{text}");
        }
    }

    #[test]
    fn a_part_of_what_is_shown_is_enough() {
        let keys = keys("Can’t connect: 0x800CCC0E", &["0x800ccc0e".to_owned()]);
        assert_eq!(keys, "can't connect: 0x800ccc0e\n0x800ccc0e");
        for (text, found) in [
            ("can't connect", true),
            ("connect", true),
            ("error 0x800ccc0e occurred", true),
            ("0x800ccc", true),
            ("can", false),
            ("", false),
            ("cannot connect", false),
        ] {
            assert_eq!(score(&keys, text) > 0, found, "{text}");
        }
        assert_eq!(score("shown only", "else"), 0);
        assert_eq!(score("clé perdue", "clé"), 0, "three characters");
    }

    #[test]
    fn longer_pieces_tell_more() {
        let text = "535 5.7.8 authentication failed";
        assert!(rank(["535 5.7.8"], text) > rank(["535"], text));
        assert!(rank(["535", "failed"], text) > rank(["failed"], text));
    }
}
