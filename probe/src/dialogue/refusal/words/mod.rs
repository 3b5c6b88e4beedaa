//! Which words of servers name which cause.
//!
//! The first row that fits counts, so a row stands before those whose words it may contain: who says "account
//! disabled for IMAP" speaks of IMAP, and who says "too many invalid passwords" of too many. A row fits when the
//! text fits each of its patterns; see [`Text::fits`] for their form.

mod exact;
mod general;
mod mailbox;
mod sending;
mod turned_away;

use super::text::Text;
use crate::outcome::Outcome;

/// The outcome, and the patterns.
type Row = (Outcome, &'static [&'static str]);

/// The cause that the words name exactly, whatever the code.
pub(super) fn exact(text: &Text) -> Option<Outcome> {
    first(exact::ROWS, text)
}

/// What the words say where the code says no more: whose trouble it is, or that it is the sign-in.
pub(super) fn general(text: &Text) -> Option<Outcome> {
    // The name of the command and that it failed is no more than `NO`: Exchange says it for right passwords, too.
    let is_bare = [
        " login failed ",
        " authenticate failed ",
        " unable to log on ",
    ]
    .contains(&text.as_str());
    first(general::ROWS, text).filter(|_| !is_bare)
}

/// What the words say of a mailbox that does not open after the sign-in, whatever the code.
pub(super) fn mailbox(text: &Text) -> Option<Outcome> {
    first(mailbox::ROWS, text)
}

/// What the words say of mail that is not taken after the sign-in, whatever the code.
pub(super) fn sending(text: &Text) -> Option<Outcome> {
    let is_of_client = blocks_client(text) && !text.fits(sending::OF_ACCOUNT);
    is_of_client
        .then_some(Outcome::GreetingRefused)
        .or_else(|| first(sending::ROWS, text))
}

/// Whether the words say that there is too much to do now.
pub(super) fn busy(text: &Text) -> bool {
    text.fits(" busy|later|too many|deferred|throttl|not accepting|try again|slow down|temporarily refused")
}

/// Whether the words say that it is only a matter of minutes, without a reason.
pub(super) fn ask_to_wait(text: &Text) -> bool {
    text.fits("try again in|retry in|try again after|retry after|come back in")
}

/// What the words say of this client, or of the load of the server, before anybody has signed in.
pub(super) fn turned_away(text: &Text) -> Option<Outcome> {
    first(turned_away::ROWS, text)
}

/// Whether a block list, or something of that kind, keeps this client out.
pub(super) fn blocks_client(text: &Text) -> bool {
    first(turned_away::BLOCK_LIST, text).is_some()
}

/// Whether the words are about encryption.
pub(super) fn are_about_tls(text: &Text) -> bool {
    text.fits(" tls| ssl|stls|starttls|encrypt|certificate|handshake")
}

/// Whether the server refuses the response that stood in the command, before it has looked at it (RFC 4959).
pub(super) fn refuse_initial_response(text: &Text) -> bool {
    let names_it = INITIAL_RESPONSE
        .iter()
        .any(|row| row.iter().all(|pattern| text.fits(pattern)));
    names_it && general(text) != Some(Outcome::ServerFault)
}

fn first(rows: &[Row], text: &Text) -> Option<Outcome> {
    let fits = |row: &&Row| row.1.iter().all(|pattern| text.fits(pattern));
    rows.iter().find(fits).map(|(outcome, _)| *outcome)
}

/// RFC 4959 has the response in the command; these servers offer that and then do not take it. The password is sent
/// again for these words, so an argument must be one of the command: programs that break speak of arguments, too.
const INITIAL_RESPONSE: &[&[&str]] = &[
    &["not ending with|initial response|initial client response|sasl ir"],
    &[
        "too many|wrong number of|invalid number of|extra|unexpected|excess|superfluous|takes no|no more|expects no|expected no|does not take",
        "argument|parameter|data after|text after|characters after",
        "authenticate| auth | command|response| sasl",
        "!keyword|positional|function|method|given",
    ],
    &["expected| expects", "end of line|crlf|newline|eol"],
];
