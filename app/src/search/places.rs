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

/// Whether the text begins with the first part, and the others follow in their order.
pub(super) fn holds(text: &[Place], parts: &[Vec<u32>]) -> bool {
    let Some((first, others)) = parts.split_first() else {
        return true;
    };
    let begins = first.len() <= text.len()
        && first
            .iter()
            .zip(text)
            .all(|(number, place)| place.is(*number));
    if !begins {
        return false;
    }
    let mut rest = &text[first.len()..];
    // The next place of a part is as good as any later one, because gaps are counted from there.
    for part in others {
        let places = 0..=MAX_GAP.min(rest.len());
        let found = places.into_iter().find(|skip| {
            let here = &rest[*skip..];
            part.len() <= here.len()
                && part
                    .iter()
                    .zip(here)
                    .all(|(number, place)| place.is(*number))
        });
        match found {
            Some(skip) => rest = &rest[skip + part.len()..],
            None => return false,
        }
    }
    true
}

/// How much is left out between two parts of a piece at most, such as the name of a server.
const MAX_GAP: usize = 12;
