//! Sets aside what a step says about POP: most customers use IMAP, and to them it is one more value that they
//! could type by mistake.

use probe::Protocol;

use super::prose::{Piece, Prose};

/// The step without the sentences that name the POP way of what the others say for IMAP, and these
/// sentences. A step that is about POP alone stays as it is.
pub fn set_aside(step: &Prose) -> (Prose, Option<Prose>) {
    let (pop, rest): (Vec<_>, Vec<_>) = sentences(&step.0)
        .into_iter()
        .partition(|sentence| about(sentence, Protocol::Pop3) && !about(sentence, Protocol::Imap));
    let stands_beside_imap = rest.iter().any(|sentence| about(sentence, Protocol::Imap));
    if pop.is_empty() || !stands_beside_imap {
        return (step.clone(), None);
    }
    (joined(rest), Some(joined(pop)))
}

fn about(sentence: &[Piece], protocol: Protocol) -> bool {
    Prose(sentence.into()).names(protocol)
}

/// The sentences of a text, each without the space before it.
pub(super) fn sentences(pieces: &[Piece]) -> Vec<Vec<Piece>> {
    let mut sentences = vec![Vec::new()];
    for piece in pieces {
        let Piece::Text(text) = piece else {
            add(&mut sentences, piece.clone());
            continue;
        };
        let mut parts = text.split(". ").peekable();
        while let Some(part) = parts.next() {
            let ends = parts.peek().is_some();
            let part = if ends {
                format!("{part}.")
            } else {
                part.to_owned()
            };
            if !part.is_empty() {
                add(&mut sentences, Piece::Text(part));
            }
            if ends {
                sentences.push(Vec::new());
            }
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

fn add(sentences: &mut [Vec<Piece>], piece: Piece) {
    if let Some(last) = sentences.last_mut() {
        last.push(piece);
    }
}

/// The text of these sentences. Texts that follow each other become one, so that it has the same sentences again.
pub(super) fn joined(sentences: Vec<Vec<Piece>>) -> Prose {
    let space = [Piece::Text(" ".to_owned())];
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in sentences.join(&space[..]) {
        match (pieces.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
            (_, piece) => pieces.push(piece),
        }
    }
    Prose(pieces.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_put_together_has_the_same_sentences() {
        for text in [
            "In **Server**, type {imap.host}. For a POP account, type {pop.host}. Wait.",
            "Wait. Then save.",
            "Tap **Next**. **Save** it.",
        ] {
            let prose = Prose::try_from(text.to_owned()).unwrap();
            let once = sentences(&prose.0);
            assert_eq!(sentences(&joined(once.clone()).0), once, "{text}");
        }
    }

    #[test]
    fn sentences_about_pop_stand_aside_where_imap_is_said_too() {
        for (step, rest, pop) in [
            (
                "In **Server**, type {imap.host}. For a POP account, type {pop.host}.",
                "In Server, type {imap.host}.",
                "For a POP account, type {pop.host}.",
            ),
            (
                "For IMAP, type {imap.host}. For POP, type {pop.host}. Then save.",
                "For IMAP, type {imap.host}. Then save.",
                "For POP, type {pop.host}.",
            ),
            ("Wait. Then save.", "Wait. Then save.", ""),
            (
                "If it is {pop.host}, you have POP. Then go on.",
                "If it is {pop.host}, you have POP. Then go on.",
                "",
            ),
            (
                "Find {imap.host}, {pop.host} or {smtp.host}. Go on.",
                "Find {imap.host}, {pop.host} or {smtp.host}. Go on.",
                "",
            ),
        ] {
            let prose = Prose::try_from(step.to_owned()).unwrap();
            let (left, aside) = set_aside(&prose);
            assert_eq!(left.plain(), rest, "{step}");
            assert_eq!(
                aside.map_or(String::new(), |aside| aside.plain()),
                pop,
                "{step}"
            );
        }
    }
}
