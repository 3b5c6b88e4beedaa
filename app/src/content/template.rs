//! A text with placeholders such as `{host}`, checked when it is read.

use serde::{Deserialize, Deserializer, de};

/// The placeholders that a text may have.
pub trait Placeholder: Copy + 'static {
    /// Every placeholder by its name.
    const NAMES: &'static [(&'static str, Self)];
}

/// Declares the placeholders of some texts.
macro_rules! placeholders {
    ($($(#[$doc:meta])* $name:ident { $($case:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the names say what stands in their places")]
        pub enum $name {
            $($case,)+
        }

        impl $crate::content::template::Placeholder for $name {
            const NAMES: &'static [(&'static str, Self)] = &[$(($text, Self::$case),)+];
        }
    )+};
}
pub(crate) use placeholders;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<P> {
    /// Words.
    Text(String),
    /// A value.
    Value(P),
}

/// A text with these placeholders and no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template<P>(Vec<Piece<P>>);

impl<P: Placeholder> Template<P> {
    /// The text with its values.
    pub fn fill<S: AsRef<str>>(&self, value: impl Fn(P) -> S) -> String {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Value(placeholder) => filled.push_str(value(*placeholder).as_ref()),
            }
        }
        filled
    }

    /// Its parts in their order, for values that are more than text.
    pub fn pieces(&self) -> &[Piece<P>] {
        &self.0
    }
}

impl<P: Placeholder> TryFrom<String> for Template<P> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        readable(&text)?;
        split(&text).map(Self)
    }
}

impl<'de, P: Placeholder> Deserialize<'de> for Template<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.try_into().map_err(de::Error::custom)
    }
}

/// Reads a text that is shown as it stands.
pub(crate) fn plain<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    readable(&text).map_err(de::Error::custom)?;
    split::<Nothing>(&text).map_err(de::Error::custom)?;
    Ok(text)
}

/// A text that is shown as it stands, inside of lists and tables.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Plain(#[serde(deserialize_with = "plain")] pub(crate) String);

/// No placeholder at all.
#[derive(Clone, Copy, Debug)]
enum Nothing {}

impl Placeholder for Nothing {
    const NAMES: &'static [(&'static str, Self)] = &[];
}

/// Refuses a text without words, or with something in it that nobody sees.
pub(crate) fn readable(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("the text is empty, expected a sentence".to_owned());
    }
    match text.chars().find(|letter| letter.is_control()) {
        None => Ok(()),
        Some(control) => Err(format!(
            "the text has a control character ({}), expected one line of words",
            control.escape_unicode()
        )),
    }
}

/// Splits a text at its placeholders.
pub(crate) fn split<P: Placeholder>(text: &str) -> Result<Vec<Piece<P>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, from_brace) = rest.split_at(brace);
        let (name, after) = from_brace
            .strip_prefix('{')
            .and_then(|inside| inside.split_once('}'))
            .ok_or_else(unbalanced::<P>)?;
        let known = P::NAMES.iter().find(|(known, _)| *known == name);
        let (_, placeholder) = known.ok_or_else(|| unknown::<P>(name))?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Value(*placeholder));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

fn unbalanced<P: Placeholder>() -> String {
    match P::NAMES.first() {
        Some((name, _)) => format!("unbalanced brace, expected a placeholder such as {{{name}}}"),
        None => "unbalanced brace, expected a text without placeholders".to_owned(),
    }
}

fn unknown<P: Placeholder>(name: &str) -> String {
    let names: Vec<_> = P::NAMES
        .iter()
        .map(|(name, _)| format!("{{{name}}}"))
        .collect();
    let expected = match names.as_slice() {
        [] => "a text without placeholders".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    };
    format!("unknown placeholder {{{name}}}, expected {expected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    placeholders! {
        /// Of a test.
        Place { Host = "host", Port = "port" }
    }

    #[test]
    fn placeholders_are_filled() {
        for (text, filled) in [
            ("Nothing here.", "Nothing here."),
            ("{host}, {port}", "mail.example.net, 993"),
            ("Use {port}.", "Use 993."),
        ] {
            let template = Template::<Place>::try_from(text.to_owned()).unwrap();
            let value = |place| match place {
                Place::Host => "mail.example.net",
                Place::Port => "993",
            };
            assert_eq!(template.fill(value), filled);
        }
    }

    #[test]
    fn what_is_not_a_placeholder_is_refused() {
        let unbalanced = "unbalanced brace, expected a placeholder such as {host}";
        let unknown =
            |name| format!("unknown placeholder {{{name}}}, expected {{host}} or {{port}}");
        for (text, message) in [
            (" ", "the text is empty, expected a sentence".to_owned()),
            (
                "A\tB",
                "the text has a control character (\\u{9}), expected one line of words".to_owned(),
            ),
            ("The {", unbalanced.to_owned()),
            ("The } end", unbalanced.to_owned()),
            ("{host", unbalanced.to_owned()),
            ("{user}", unknown("user")),
            ("{}", unknown("")),
            ("{{host}}", unknown("{host")),
        ] {
            let error = Template::<Place>::try_from(text.to_owned()).unwrap_err();
            assert_eq!(error, message, "{text:?}");
        }
        let error = split::<Nothing>("{host}").unwrap_err();
        let message = "unknown placeholder {host}, expected a text without placeholders";
        assert_eq!(error, message);
    }
}
