//! Where a text sends somebody to webmail, a link to it stands there.

/// The parts of a text in their order, and whether each is the word for webmail.
pub fn parts<'a>(text: &'a str, word: &str) -> Vec<(&'a str, bool)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(place) = find(rest, word) {
        let (before, found) = rest.split_at(place);
        let (found, after) = found.split_at(word.len());
        parts.extend([(before, false), (found, true)]);
        rest = after;
    }
    parts.push((rest, false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

/// Where the word begins, in small letters or not.
fn find(text: &str, word: &str) -> Option<usize> {
    let mut places = text.char_indices().map(|(place, _)| place);
    places.find(|place| {
        let found = text.get(*place..place + word.len());
        // The tables of all letters would be a good part of the bundle.
        let ends =
            |letter: Option<char>| !letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
        // In the name of a server, such as webmail.example.net, the word sends nobody anywhere.
        let before = text[..*place].chars().next_back();
        let mut after = text.get(*place + word.len()..).unwrap_or_default().chars();
        let (next, then) = (after.next(), after.next());
        let in_name = |mark: Option<char>| mark.is_some_and(|mark| ".-".contains(mark));
        let whole =
            ends(before) && !in_name(before) && ends(next) && (!in_name(next) || ends(then));
        !word.is_empty() && whole && found.is_some_and(|found| found.eq_ignore_ascii_case(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mention_is_a_part() {
        for (text, word, expected) in [
            ("", "webmail", &[][..]),
            ("Ask support.", "webmail", &[("Ask support.", false)]),
            (
                "Webmail works.",
                "webmail",
                &[("Webmail", true), (" works.", false)],
            ),
            (
                "é: at webmail, or webmail",
                "webmail",
                &[
                    ("é: at ", false),
                    ("webmail", true),
                    (", or ", false),
                    ("webmail", true),
                ],
            ),
            ("webmail", "", &[("webmail", false)]),
            (
                "at webmail.example.net",
                "webmail",
                &[("at webmail.example.net", false)],
            ),
            ("mail.webmail", "webmail", &[("mail.webmail", false)]),
            ("Webmailer", "webmail", &[("Webmailer", false)]),
            (
                "In webmail.",
                "webmail",
                &[("In ", false), ("webmail", true), (".", false)],
            ),
        ] {
            assert_eq!(parts(text, word), expected, "{text:?}");
        }
    }
}
