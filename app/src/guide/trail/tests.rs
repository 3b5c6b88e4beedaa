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
    // The comparison of settings keeps the way, too.
    let check = Destination::Page(Page::Check);
    assert_eq!(
        trail.link(guide, &check),
        format!("/check?program=thunderbird&trail={whole}")
    );
    let long = vec!["start.send"; 500].join("~");
    assert!(Trail::read(guide, &long).answered(guide).len() <= 40);
}
