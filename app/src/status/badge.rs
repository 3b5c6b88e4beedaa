//! A small picture of a state for other sites. It needs no font and no script of theirs, and has a sign beside its
//! color.

use html_escape::encode_text;

use super::standing::{Seen, ShownState, Standing};
use super::tell::{self, Overall};
use crate::record::Catalogue;
use crate::texts::Texts;

/// The height of the picture.
const HEIGHT: usize = 24;

/// The room of a letter. The text is fitted to its room, whatever the font.
const LETTER: usize = 7;

/// The room beside a text.
const SPACE: usize = 8;

/// The room of the sign.
const SIGN: usize = 14;

/// How all servers stand.
pub fn overall(texts: &Texts, seen: Option<&Seen>, catalogue: &Catalogue) -> String {
    let shown = seen.map(|seen| Overall::of(seen, tell::services(catalogue)).shown());
    picture(texts, &texts.status.badge.all, shown)
}

/// How a service with this name stands.
pub fn of_service(texts: &Texts, name: &str, standing: Option<&Standing>) -> String {
    picture(texts, name, standing.map(Standing::shown))
}

fn picture(texts: &Texts, label: &str, shown: Option<ShownState>) -> String {
    let words = &texts.status.badge;
    // Each color has a contrast of at least 4.5 with white (WCAG 2.2, 1.4.3).
    let (word, color, sign) = match shown.unwrap_or(ShownState::Unknown) {
        ShownState::Ok => (&words.ok, "#136c3a", "M0 4l3 3 5-6"),
        ShownState::Degraded => (&words.degraded, "#7a4d00", "M4 0v5M4 8v.1"),
        ShownState::Down => (&words.down, "#a81e26", "M0 0l8 8M8 0l-8 8"),
        ShownState::Unknown => (&words.unknown, "#4b5968", "M0 4h8"),
    };
    let length = |text: &str| text.chars().count() * LETTER;
    let left = length(label) + 2 * SPACE;
    let right = SPACE + SIGN + length(word) + SPACE;
    let width = left + right;
    let (label_at, sign_at) = (SPACE, left + SPACE);
    let word_at = sign_at + SIGN;
    let (label_length, word_length) = (length(label), length(word));
    let (label, word) = (encode_text(label), encode_text(word));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{HEIGHT}\" role=\"img\" \
         aria-label=\"{alt}\"><title>{label}: {word}</title>\
         <clipPath id=\"r\"><rect width=\"{width}\" height=\"{HEIGHT}\" rx=\"4\"/></clipPath>\
         <g clip-path=\"url(#r)\"><path fill=\"#2b3542\" d=\"M0 0h{left}v{HEIGHT}H0z\"/>\
         <path fill=\"{color}\" d=\"M{left} 0h{right}v{HEIGHT}H{left}z\"/></g>\
         <path transform=\"translate({sign_at} 8)\" d=\"{sign}\" fill=\"none\" stroke=\"#fff\" stroke-width=\"2\" \
         stroke-linecap=\"round\"/>\
         <g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"12\" \
         lengthAdjust=\"spacingAndGlyphs\">\
         <text x=\"{label_at}\" y=\"16\" textLength=\"{label_length}\">{label}</text>\
         <text x=\"{word_at}\" y=\"16\" textLength=\"{word_length}\">{word}</text></g></svg>\n",
        alt = html_escape::encode_double_quoted_attribute(&format!("{label}: {word}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_has_a_word_a_color_and_a_sign_and_nothing_is_markup() {
        let texts = Texts::english();
        let mut seen = Vec::new();
        for (shown, word) in [
            (ShownState::Ok, "work"),
            (ShownState::Degraded, "minor trouble"),
            (ShownState::Down, "trouble"),
            (ShownState::Unknown, "not known"),
        ] {
            let picture = picture(&texts, "<b>\"&", Some(shown));
            assert!(picture.contains(&format!(">{word}</text>")), "{picture}");
            assert!(!picture.contains("<b>"), "{picture}");
            assert!(picture.contains("&lt;b&gt;\"&amp;</text>"), "{picture}");
            let mut reader = quick_xml::Reader::from_str(&picture);
            loop {
                match reader.read_event().unwrap() {
                    quick_xml::events::Event::Eof => break,
                    quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                        tag.attributes()
                            .for_each(|attribute| drop(attribute.unwrap()));
                    }
                    _ => {}
                }
            }
            let color = picture.split("fill=\"").nth(2).unwrap()[..7].to_owned();
            assert!(!seen.contains(&color), "{color}");
            seen.push(color);
        }
    }
}
