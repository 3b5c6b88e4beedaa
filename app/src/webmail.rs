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
        !word.is_empty() && found.is_some_and(|found| found.eq_ignore_ascii_case(word))
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
        ] {
            assert_eq!(parts(text, word), expected, "{text:?}");
        }
    }
}
