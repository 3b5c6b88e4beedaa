//! Where the parts of a piece stand in a text.

/// A token of the text, by the numbers of the index.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The number of the token, if an entry has it.
    pub(super) number: Option<u32>,
    /// The number of its class, if it has one.
    pub(super) class: Option<u32>,
}

impl Place {
    /// All numbers by which it is found.
    pub(super) fn numbers(self) -> impl Iterator<Item = u32> {
        self.number.into_iter().chain(self.class)
    }

    fn is(self, number: u32) -> bool {
        self.number == Some(number) || self.class == Some(number)
    }
}

/// Whether the text begins with the first part, and the others follow in their order, each within [`MAX_GAP`].
pub(super) fn holds(text: &[Place], parts: &[Vec<u32>]) -> bool {
    let Some((first, others)) = parts.split_first() else {
        return true;
    };
    let mut tokens = first.iter().zip(text);
    let begins = first.len() <= text.len() && tokens.all(|(number, place)| place.is(*number));
    if !begins || others.is_empty() {
        return begins;
    }
    // A part may stand in several places, of which a later one may be the one from which the next is near enough.
    let rest = &text[first.len()..];
    (0..=MAX_GAP.min(rest.len())).any(|gap| holds(&rest[gap..], others))
}

/// How much is left out between two parts of a piece at most, such as the name of a server.
pub(super) const MAX_GAP: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a text of these numbers holds the parts 1, 2 and 3.
    fn found(text: &[u32]) -> bool {
        let place = |number: &u32| Place {
            number: Some(*number),
            class: None,
        };
        let text: Vec<_> = text.iter().map(place).collect();
        holds(&text, &[vec![1], vec![2], vec![3]])
    }

    #[test]
    fn parts_follow_each_other_within_the_gap() {
        let far = [0; MAX_GAP];
        assert!(found(&[1, 2, 3]));
        assert!(found(&[&[1][..], &far, &[2], &far, &[3]].concat()));
        assert!(!found(&[&[1][..], &far, &[0, 2, 3]].concat()));
        assert!(!found(&[1, 3, 2]));
        assert!(!found(&[0, 1, 2, 3]));
        // The first 2 is too far from the 3, and the second is not.
        assert!(found(&[&[1, 2, 0, 2][..], &far, &[3]].concat()));
    }
}
