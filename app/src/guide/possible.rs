//! Leaves out of a step what cannot be done with the settings of these addresses.

use probe::Protocol;

use super::pop_aside::{joined, sentences};
use super::program::{Form, ProgramGuide};
use super::prose::{Prose, Slot};
use super::values::{Filled, Values};

/// The step without the sentences that have values of which the provider has none. `None`, if nothing is left to do.
pub fn possible(step: &Prose, values: &Values) -> Option<Prose> {
    let left = sentences(&step.0).into_iter();
    let left = left.filter(|sentence| {
        let sentence = Prose(sentence.as_slice().into());
        has_a_value(&sentence.slots(), values)
    });
    let left: Vec<_> = left.collect();
    (!left.is_empty()).then(|| joined(left))
}

/// Whether there is something to type into the form for these addresses.
pub fn is_for(form: &Form, values: &Values) -> bool {
    let slots = form.fields.iter().flat_map(|field| field.value.slots());
    has_a_value(&slots.collect::<Vec<_>>(), values)
}

/// Whether the steps to add an account are for IMAP, and these addresses have none.
pub fn needs_imap(guide: &ProgramGuide, values: &Values) -> bool {
    let mut steps = guide.add.iter();
    values.group.recommended(Protocol::Imap).is_none()
        && steps.any(|step| step.names(Protocol::Imap))
}

/// Whether the provider has one of the values that are asked for, or none is.
fn has_a_value(slots: &[Slot], values: &Values) -> bool {
    let general = [Slot::Provider, Slot::User];
    let mut asked = slots
        .iter()
        .filter(|slot| !general.contains(slot))
        .peekable();
    asked.peek().is_none() || asked.any(|slot| values.fill(*slot) != Filled::Missing)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::guide::program::SecurityNames;
    use crate::record::{built_in, parse};

    /// The built-in values of addresses of this domain.
    fn values(domain: &str) -> Values {
        let record = parse(&built_in().text, "built-in").unwrap();
        let group = record.group_for(&domain.parse().unwrap()).unwrap().clone();
        Values {
            record: Arc::new(record),
            group,
            security: SecurityNames {
                tls: String::new(),
                starttls: String::new(),
                none: String::new(),
            },
        }
    }

    #[test]
    fn nobody_is_told_to_type_a_server_that_there_is_none_of() {
        for (step, without_imap) in [
            ("Type {imap.host}. Then go on.", "Then go on."),
            ("Type {imap.host}.", ""),
            (
                "Type {imap.host}. For POP, type {pop.host}.",
                "For POP, type {pop.host}.",
            ),
            (
                "Find {imap.host} or {pop.host}.",
                "Find {imap.host} or {pop.host}.",
            ),
            (
                "Wait. Then type {smtp.host}.",
                "Wait. Then type {smtp.host}.",
            ),
            ("Tap **Next**.", "Tap Next."),
            (
                "Take {smtp.other.port}. As {user}, wait.",
                "As {user}, wait.",
            ),
        ] {
            let prose = Prose::try_from(step.to_owned()).unwrap();
            for (domain, expected) in [
                ("centurylink.net", &*prose.plain()),
                ("qwestoffice.net", without_imap),
            ] {
                let left = possible(&prose, &values(domain));
                let left = left.map_or(String::new(), |left| left.plain());
                assert_eq!(left, expected, "{domain}: {step}");
            }
        }
    }
}
