//! For tests: a dialogue whose replies come in every way in which a network can cut them up.

use std::fmt::Debug;

use futures_util::FutureExt;

use super::script::{Script, TestClock, verified_connection_to};
use crate::credentials::Credentials;
use crate::dialogue::{Fault, VerifiedConnection};
use crate::outcome::Outcome;

/// What comes of a dialogue with a server that speaks first and answers in turn, and what was sent to it,
/// one entry a flight and without tags. Neither may depend on the fragments in which the replies come.
pub(crate) fn in_any_fragments<T: Debug + PartialEq>(
    replies: &[&[u8]],
    converse: impl AsyncFn(&mut VerifiedConnection<Script, TestClock>) -> Result<T, Fault>,
) -> (Result<T, Outcome>, Vec<String>) {
    let credentials = Credentials::new("a".into(), "b".to_owned().into()).unwrap();
    let play = |script: Script| {
        let sent = script.sent();
        let mut server = verified_connection_to(script, &credentials);
        let result = converse(&mut server).now_or_never().unwrap();
        let sent = sent.all();
        let flights = sent.iter().map(|flight| untagged(flight).to_owned());
        (result.map_err(|fault| fault.outcome), flights.collect())
    };
    let whole: (Result<T, Outcome>, Vec<String>) = play(Script::of(replies));
    for step in [1, 2, 3, 5] {
        let found = play(Script::of(replies).in_steps_of(step));
        assert_eq!(found, whole, "{replies:?} by {step}");
    }
    for place in 1..replies.concat().len() {
        let found = play(Script::of(replies).cut_at(place));
        assert_eq!(found, whole, "{replies:?} cut at {place}");
    }
    whole
}

/// The flight without the tag of IMAP, which is another one each time.
fn untagged(flight: &str) -> &str {
    match flight.split_at_checked(9) {
        Some((tag, rest))
            if tag.starts_with('m')
                && tag.ends_with(' ')
                && tag[1..8].bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            rest
        }
        _ => flight,
    }
}
