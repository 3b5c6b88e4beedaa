//! Values that are well formed each, and do not fit together.

use super::*;

#[test]
fn a_contradiction_is_told_with_its_place() {
    check(&[
        (
            "id = \"smtp\"",
            "id = \"imap\"",
            "39:6: service id `imap` stands twice, expected once in a file",
        ),
        (
            "id = \"smtp-tls\"",
            "id = \"smtp\"",
            "48:6: service id `smtp` stands twice, expected once in a file",
        ),
        (
            "[\"lab.test\"]",
            "[\"lab.test\", \"LAB.test.\"]",
            "22:24: domain `lab.test` stands twice, expected once in a file",
        ),
        (
            "[\"lab.test\"]",
            "[]",
            "22:11: the list is empty, expected at least one domain",
        ),
        (
            "[links]",
            "[[source]]\nid = \"lab\"\ntitle = \"t\"\nurl = \"https://a.b\"\nread = \"2026-01-01\"\n[links]",
            "11:6: source id `lab` stands twice, expected once in a file",
        ),
        (
            "[[group]]",
            "[[limit]]\nid = \"mailbox-size\"\nmegabytes = 1\nsource = \"lab\"\n[[group]]",
            "20:6: limit `mailbox-size` stands twice, expected once in a file",
        ),
        (
            "source = \"lab\" }",
            "source = \"web\" }",
            "11:64: unknown source `web`, expected one of `lab`",
        ),
        (
            "[[group]]",
            "[[change]]\nwhat = \"Sold.\"\nsource = \"news\"\n[[group]]",
            "21:10: unknown source `news`, expected one of `lab`",
        ),
        (
            "role = \"recommended\"\nsource = \"lab\"",
            "role = \"recommended\"\nsource = \"cl1\"",
            "34:10: unknown source `cl1`, expected one of `lab`",
        ),
        (
            "role = \"alternative\"",
            "role = \"recommended\"",
            "53:8: recommended service for `smtp` stands twice, expected once in a group",
        ),
        (
            "host = \"imap.lab.test\"",
            "host = \"smtp.LAB.test\"",
            "56:1: this value is right for a service of the group, expected a wrong one",
        ),
        (
            "port = 25",
            "port = 465",
            "62:1: this value is right for a service of the group, expected a wrong one",
        ),
        (
            "port = 25",
            "host = \"x.lab.test\"\nport = 25",
            "62:1: expected either host, or port and protocol",
        ),
        (
            "port = 25\nprotocol = \"smtp\"",
            "port = 25",
            "62:1: expected either host, or port and protocol",
        ),
        (
            "port = 25\nprotocol = \"smtp\"\n",
            "",
            "62:1: expected either host, or port and protocol",
        ),
        (
            "instead = \"imap\"",
            "instead = \"pop\"",
            "58:11: unknown service `pop`, expected one of `imap`, `smtp`, `smtp-tls`",
        ),
    ]);
}

#[test]
fn two_groups_share_no_id_and_no_domain() {
    let second = LAB.split_once("[[group]]").unwrap().1;
    let second = second.split_once("[[group.wrong]]").unwrap().0;
    let both = |changes: &[(&str, &str)]| {
        let second = changes.iter().fold(second.to_owned(), |text, (old, new)| {
            text.replacen(old, new, 1)
        });
        parse(&format!("{LAB}\n[[group]]{second}"), "lab.toml").map_err(|error| error.to_string())
    };
    let id = ("id = \"lab\"", "id = \"more\"");
    let domain = ("lab.test", "more.test");
    let services = [
        ("\"imap\"", "\"i\""),
        ("\"smtp\"", "\"s\""),
        ("\"smtp-tls\"", "\"t\""),
    ];
    assert_eq!(
        both(&[domain]).unwrap_err(),
        "lab.toml:70:6: group id `lab` stands twice, expected once in a file"
    );
    assert_eq!(
        both(&[id]).unwrap_err(),
        "lab.toml:72:12: domain `lab.test` stands twice, expected once in a file"
    );
    assert_eq!(
        both(&[id, domain]).unwrap_err(),
        "lab.toml:78:6: service id `imap` stands twice, expected once in a file"
    );
    let record = both(&[&[id, domain], &services[..]].concat()).unwrap();
    assert_eq!(record.groups.len(), 2);
}

#[test]
fn a_file_without_groups_or_sources_is_refused() {
    for (text, message) in [
        ("", "lab.toml:1:1: missing key `id`"),
        (
            "id = \"a\"\nname = \"A\"\nsource = []\ngroup = []\n",
            "lab.toml:3:10: the list is empty, expected at least one [[source]]",
        ),
    ] {
        assert_eq!(parse(text, "lab.toml").unwrap_err().to_string(), message);
    }
}
