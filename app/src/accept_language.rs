//! Which language a request asks for (RFC 4647 §3.4, RFC 9110 §12.5.4).
//!
//! The crates for this either leave out the weights of the header or match whole tags only, so that `de-AT`
//! would not find `de`.

/// The language that fits best, if one does. `find` knows the languages that there are, whatever the case of
/// their letters.
pub(crate) fn lookup<T>(header: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut ranges: Vec<_> = header
        .split(',')
        .take(MAX_RANGES)
        .filter_map(range)
        .collect();
    // What stands first counts more among those with the same weight.
    ranges.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    ranges
        .into_iter()
        .find_map(|(tag, _)| longest_match(tag, &find))
}

/// Browsers send a handful.
const MAX_RANGES: usize = 32;

/// A language range with its weight in thousandths, unless it is refused by a weight of nothing.
fn range(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty())?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    let weight: f32 = weight.map_or(Some(1.0), |weight| weight.trim().parse().ok())?;
    let thousandths = (weight.clamp(0.0, 1.0) * 1000.0) as u16;
    (thousandths > 0).then_some((tag, thousandths))
}

/// The language with this tag, or with the longest beginning of it. A single letter says what follows it, so it
/// goes together with that.
pub(crate) fn longest_match<T>(tag: &str, find: &impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut tag = tag;
    loop {
        if let Some(found) = find(tag) {
            return Some(found);
        }
        (tag, _) = tag.rsplit_once('-')?;
        if let Some((rest, last)) = tag.rsplit_once('-')
            && last.len() == 1
        {
            tag = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_fits_best_is_found() {
        let languages = ["en", "de", "pt-BR", "zh-Hant"];
        let find = |tag: &str| {
            let mut languages = languages.into_iter();
            languages.find(|language| language.eq_ignore_ascii_case(tag))
        };
        for (header, expected) in [
            ("", None),
            ("fr", None),
            ("*", None),
            ("de", Some("de")),
            ("DE-at", Some("de")),
            ("fr, de;q=0.5, en;q=0.9", Some("en")),
            ("en;q=0.1,de", Some("de")),
            ("de,en", Some("de")),
            ("de;q=0, en;q=0.1", Some("en")),
            ("de;q=x, en;q=0.1", Some("en")),
            ("de ; q=0.2, en ; q=0.3", Some("en")),
            ("pt-PT, pt-BR;q=0.8", Some("pt-BR")),
            ("pt", None),
            ("zh-Hant-CN-x-private1-private2", Some("zh-Hant")),
            ("de-x-y-1", Some("de")),
            (",;,-,--;q=1", None),
        ] {
            assert_eq!(lookup(header, find), expected, "{header:?}");
        }
    }
}
