//! Slips of the hand in words that people type.

/// Whether a word is long enough for a slip to be told from another word, and no code.
pub(super) fn may_slip(word: &str) -> bool {
    (MIN_LEN..=MAX_LEN).contains(&word.chars().count())
        && !word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a word differs from a known one by one letter too much, too few, or another, or by two in the wrong order.
pub(super) fn is_slip(word: &str, known: &str) -> bool {
    if known.len().abs_diff(word.len()) > 3 || !may_slip(known) {
        return false;
    }
    let (word, known): (Vec<char>, Vec<char>) = (word.chars().collect(), known.chars().collect());
    let same = |(one, other): &(&char, &char)| one == other;
    let head = word.iter().zip(&known).take_while(same).count();
    let (word, known) = (&word[head..], &known[head..]);
    let tail = word
        .iter()
        .rev()
        .zip(known.iter().rev())
        .take_while(same)
        .count();
    // The first letter is hardly ever wrong, and other words differ by it. The last one makes another form of a word.
    head > 0
        && match (&word[..word.len() - tail], &known[..known.len() - tail]) {
            ([_], [_]) | ([_], []) => tail > 0,
            ([], [_]) => true,
            ([one, two], [three, four]) => one == four && two == three,
            _ => false,
        }
}

/// How long a word is in which a slip is looked for.
const MIN_LEN: usize = 5;
const MAX_LEN: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_or_two_in_the_wrong_order_are_a_slip() {
        for (word, known, expected) in [
            ("pasword", "password", true),
            ("passsword", "password", true),
            ("passwird", "password", true),
            ("passwrod", "password", true),
            ("outbx", "outbox", true),
            ("emial", "email", true),
            ("größse", "größe", true),
            ("psswrod", "password", false),
            ("bassword", "password", false),
            ("password", "password", false),
            ("s3141", "s3140", false),
            ("mail", "mails", false),
            ("quote", "quota", false),
            ("blockes", "blocke", false),
            ("passwor", "password", true),
        ] {
            let slip = may_slip(word) && is_slip(word, known);
            assert_eq!(slip, expected, "{word} {known}");
        }
    }
}
