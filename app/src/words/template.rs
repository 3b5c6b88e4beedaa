//! A sentence with places for what it is about, checked when it is read.

use serde::Deserialize;

/// What a sentence is about. Made by [`Words::subject`](super::Words::subject).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The services as they stand within a sentence: `incoming mail (IMAP) and outgoing mail (SMTP)`.
    pub service: String,
    /// The names of the servers.
    pub host: String,
    /// The ports, with the word for them: `ports 587 and 465`.
    pub port: String,
    /// The name of the provider.
    pub provider: String,
    /// The servers that work in place of these, each with its port and security. Empty when the
    /// finding names none.
    pub instead: String,
}

/// Text with the placeholders `{service}`, `{host}`, `{port}`, `{provider}` and `{instead}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot { slot: Slot, starts_sentence: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Service,
    Host,
    Port,
    Provider,
    Instead,
}

impl Template {
    pub(super) fn fill(&self, subject: &Subject) -> String {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled += text,
                Piece::Slot {
                    slot: Slot::Host, ..
                } => filled += &subject.host,
                Piece::Slot {
                    slot: Slot::Port, ..
                } => filled += &subject.port,
                Piece::Slot {
                    slot: Slot::Instead,
                    ..
                } => filled += &subject.instead,
                Piece::Slot {
                    slot,
                    starts_sentence,
                } => {
                    let words = match slot {
                        Slot::Service => &subject.service,
                        _ => &subject.provider,
                    };
                    if *starts_sentence {
                        filled += &with_capital(words);
                    } else {
                        filled += words;
                    }
                }
            }
        }
        filled
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() {
            return Err("the text is empty, expected a sentence".to_owned());
        }
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some(brace) = rest.find(['{', '}']) {
            let (before, from_brace) = rest.split_at(brace);
            let (name, after) = from_brace
                .strip_prefix('{')
                .and_then(|inside| inside.split_once('}'))
                .ok_or("unbalanced brace, expected a placeholder such as {host}")?;
            let slot = slot(name)?;
            let read = text.len() - rest.len() + brace;
            let starts_sentence = starts_sentence(&text[..read]);
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Slot {
                slot,
                starts_sentence,
            });
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }
}

fn slot(name: &str) -> Result<Slot, String> {
    match name {
        "service" => Ok(Slot::Service),
        "host" => Ok(Slot::Host),
        "port" => Ok(Slot::Port),
        "provider" => Ok(Slot::Provider),
        "instead" => Ok(Slot::Instead),
        _ => Err(format!(
            "unknown placeholder {{{name}}}, expected {{service}}, {{host}}, {{port}}, {{provider}} or {{instead}}"
        )),
    }
}

fn starts_sentence(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with(['.', '!', '?'])
}

/// Server names keep their letters, because customers copy them; only words get a capital.
fn with_capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_sentences_begin_with_a_capital() {
        let subject = Subject {
            service: "incoming mail (IMAP)".into(),
            host: "mail.example.net".into(),
            port: "port 993".into(),
            provider: "your mail provider".into(),
            instead: "pop.example.net".into(),
        };
        for (text, filled) in [
            ("Nothing here.", "Nothing here."),
            ("{host}, {port}", "mail.example.net, port 993"),
            ("Use {instead}.", "Use pop.example.net."),
            (
                "Ask {provider}. {provider} helps.",
                "Ask your mail provider. Your mail provider helps.",
            ),
            (
                "{service} works, {service} too.",
                "Incoming mail (IMAP) works, incoming mail (IMAP) too.",
            ),
        ] {
            let template = Template::try_from(text.to_owned()).unwrap();
            assert_eq!(template.fill(&subject), filled);
        }
    }

    #[test]
    fn what_is_not_a_placeholder_is_refused() {
        for (text, message) in [
            (" ", "the text is empty, expected a sentence"),
            (
                "The {",
                "unbalanced brace, expected a placeholder such as {host}",
            ),
            (
                "The } end",
                "unbalanced brace, expected a placeholder such as {host}",
            ),
            (
                "{host",
                "unbalanced brace, expected a placeholder such as {host}",
            ),
            (
                "{user}",
                "unknown placeholder {user}, expected {service}, {host}, {port}, {provider} or {instead}",
            ),
            (
                "{}",
                "unknown placeholder {}, expected {service}, {host}, {port}, {provider} or {instead}",
            ),
            (
                "{{host}}",
                "unknown placeholder {{host}, expected {service}, {host}, {port}, {provider} or {instead}",
            ),
        ] {
            assert_eq!(
                Template::try_from(text.to_owned()).unwrap_err(),
                message,
                "{text:?}"
            );
        }
    }
}
