use super::*;
use crate::texts::Texts;

#[test]
fn trails_from_addresses_are_read_with_care() {
    let texts = Texts::english();
    let guide = &texts.guide;
    let whole = "start.send~send-test.fine~send.yes~send-program.thunderbird";
    let trail = Trail::read(guide, whole);
    assert_eq!(trail.text(), whole);
    let known = trail.answered(guide);
    assert_eq!(known.len(), 4);
    assert_eq!(known[3].answer, "Thunderbird");
    assert_eq!(known[3].program, "thunderbird");
    assert!(!known[1].certain.is_empty());
    let card = Destination::Card("sign-in-to-send".to_owned());
    let link = trail.link(guide, &card);
    assert_eq!(
        link,
        format!("/fix/card/sign-in-to-send?program=thunderbird&trail={whole}")
    );
    for (text, kept) in [
        ("", ""),
        ("start.nothing", ""),
        ("nothing.unknown", ""),
        ("start.send~<script>.x", "start.send"),
        ("start.thunderbird", ""),
    ] {
        assert_eq!(Trail::read(guide, text).text(), kept, "{text}");
    }
    // What an earlier answer has settled, and the program, are not asked again.
    for (text, node, expected) in [
        (
            "start.places",
            "network-other",
            "/fix/network-guest?trail=start.places~network-other.yes",
        ),
        (
            "start.send",
            "network-other",
            "/fix/network-other?trail=start.send",
        ),
        (
            "outbox-program.thunderbird",
            "connect-program",
            "/fix/connect?trail=outbox-program.thunderbird~connect-program.thunderbird",
        ),
        (
            "outbox-program.other",
            "connect-program",
            "/fix/connect-program?trail=outbox-program.other",
        ),
        (
            "webmail.yes",
            "password",
            "/fix/card/type-password-again?trail=webmail.yes~password.yes",
        ),
    ] {
        let target = Destination::Node(node.to_owned());
        assert_eq!(Trail::read(guide, text).link(guide, &target), expected);
    }
    let long = vec!["start.send"; 500].join("~");
    assert!(Trail::read(guide, &long).answered(guide).len() <= 40);
}

#[test]
fn every_page_of_a_fix_leads_to_what_follows_the_last_answer() {
    let texts = Texts::english();
    let guide = &texts.guide;
    for (text, here, next) in [
        // From where the answer led, and from a card that the search has found instead.
        (
            "start.full",
            "card:mailbox-full",
            "/fix/receive-filter?trail=start.full",
        ),
        (
            "start.message",
            "page:errors",
            "/fix/service?trail=start.message",
        ),
        (
            "start.message",
            "card:clock",
            "/fix/service?trail=start.message",
        ),
        (
            "network-computer.yes",
            "page:network",
            "/fix/card/remove-and-add?trail=network-computer.yes",
        ),
        // From the card that a test has found, when the answer goes on with a question.
        (
            "password-test.no",
            "card:type-password-again",
            "/fix/password-kind?trail=password-test.no",
        ),
        // From the card to go on with, and from a card with nothing behind it.
        ("network-computer.yes", "card:remove-and-add", ""),
        ("account.unknown", "card:support", ""),
        ("", "card:clock", ""),
    ] {
        let here = Destination::try_from(here.to_owned()).unwrap();
        let found = Trail::read(guide, text).next(guide, &here);
        assert_eq!(found.unwrap_or_default(), next, "{text} at {here:?}");
    }
}

#[test]
fn the_program_goes_with_the_trail() {
    let texts = Texts::english();
    let guide = &texts.guide;
    let chosen = "outbox-program.thunderbird";
    for (text, beside, target, expected) in [
        (
            chosen,
            "",
            "page:errors",
            "/errors?program=thunderbird&trail=",
        ),
        (
            chosen,
            "",
            "page:report",
            "/report?program=thunderbird&trail=",
        ),
        (chosen, "", "page:test", "/test?program=thunderbird&trail="),
        (chosen, "", "page:settings", "/#settings"),
        (chosen, "", "node:gone", "/fix/gone?trail="),
        // What was chosen on a card counts from then on.
        (
            chosen,
            "geary",
            "card:outbox",
            "/fix/card/outbox?program=geary&trail=",
        ),
        (
            chosen,
            "geary",
            "node:gone",
            "/fix/gone?program=geary&trail=",
        ),
        (chosen, "thunderbird", "node:gone", "/fix/gone?trail="),
    ] {
        let program = guide.program(beside).map(|program| &**program);
        let trail = Trail::read(guide, text).choosing(program);
        let target = Destination::try_from(target.to_owned()).unwrap();
        let link = trail.link(guide, &target);
        let link = link.strip_suffix(text).unwrap_or(&link);
        assert_eq!(link, expected);
    }
}
