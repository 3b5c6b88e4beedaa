//! Where something stands in a TOML file.

/// The line and the column, both counted from 1, of a byte offset in a text.
///
/// Columns count characters, because that is what editors show.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .chars()
        .rev()
        .take_while(|&letter| letter != '\n')
        .count()
        + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let text = "a = 1\nnäme = 2\n";
        for (offset, place) in [
            (0, (1, 1)),
            (4, (1, 5)),
            (6, (2, 1)),
            (14, (2, 8)),
            (99, (3, 1)),
        ] {
            assert_eq!(position(text, offset), place, "{offset}");
        }
    }
}
