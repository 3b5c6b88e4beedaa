//! Every fault of a file, with its exact place and words.

use super::*;

mod contradictions;

const LAB: &str = include_str!("lab.toml");

/// One row: what is replaced in the good file, by what, and the message with its line and column.
type Row = (&'static str, &'static str, &'static str);

fn check(rows: &[Row]) {
    for (old, new, message) in rows {
        assert!(LAB.contains(old), "{old:?} is not in lab.toml");
        let text = LAB.replacen(old, new, 1);
        match parse(&text, "lab.toml") {
            Ok(_) => panic!("{new:?} was accepted, expected {message}"),
            Err(error) => assert_eq!(error.to_string(), format!("lab.toml:{message}"), "{new:?}"),
        }
    }
}

#[test]
fn support_is_reached_in_ways_that_have_a_source() {
    let with = |table: &str| {
        let text = LAB.replacen("[[limit]]", &format!("[support]\n{table}\n[[limit]]"), 1);
        parse(&text, "lab.toml")
    };
    let good = "phone = { number = \"+1 800 555 0100\", source = \"lab\" }\n\
        chat = { url = \"https://lab.test/chat\", source = \"lab\" }\n\
        hours = { text = { default = \"Every day\", de = \"Täglich\" }, source = \"lab\" }";
    let support = with(good).unwrap().support;
    let (phone, hours) = (support.phone.unwrap(), support.hours.unwrap());
    assert_eq!(phone.number.uri(), "tel:+18005550100");
    assert_eq!(phone.source.id.as_str(), "lab");
    assert_eq!(support.chat.unwrap().url.as_str(), "https://lab.test/chat");
    assert_eq!(hours.text.in_language("de"), "Täglich");
    assert_eq!(parse(LAB, "lab.toml").unwrap().support, Support::default());
    for (table, message) in [
        (
            "phone = { number = \"911\", source = \"lab\" }",
            "phone number \"911\"",
        ),
        (
            "phone = { number = \"+1 800 555 0100\" }",
            "missing key `source`",
        ),
        (
            "phone = { number = \"+1 800 555 0100\", source = \"x\" }",
            "unknown source `x`",
        ),
        (
            "chat = { url = \"http://lab.test\", source = \"lab\" }",
            "expected https://",
        ),
        (
            "hours = { text = \"\", source = \"lab\" }",
            "expected some words",
        ),
        (
            "hours = { text = \"Every day\", source = \"x\" }",
            "unknown source `x`",
        ),
        ("fax = 1", "unknown key `fax`"),
    ] {
        let error = with(table).unwrap_err().to_string();
        assert!(error.contains(message), "{table}: {error}");
    }
}

#[test]
fn a_good_file_gives_every_value() {
    let record = parse(LAB, "lab.toml").unwrap();
    assert_eq!(
        (record.id.as_str(), record.name.as_str()),
        ("lab", "Lab Mail")
    );
    let source = &record.sources[0];
    assert_eq!(source.url.as_str(), "https://lab.test/settings");
    assert_eq!(source.read.to_string(), "2026-11-23");
    assert!(record.private_networks.is_empty());
    let reset = record.links.password_reset.as_ref().unwrap();
    assert_eq!(
        (reset.url.as_str(), &reset.source),
        ("https://lab.test/password", source)
    );
    assert!(record.links.webmail.is_none());
    assert_eq!(record.limits[0].kind, LimitKind::MailboxSize);
    let group = record.group_for(&"LAB.test".parse().unwrap()).unwrap();
    let note = group.note.as_ref().unwrap();
    assert_eq!(note.in_language("en"), "Only for tests.");
    let imap = group.service("imap").unwrap();
    assert_eq!(imap.endpoint.to_string(), "imaps://mail.lab.test:993");
    assert_eq!(imap.role, Role::Recommended);
    let note = imap.note.as_ref().unwrap();
    assert_eq!(note.in_language("en"), "Start here.");
    assert_eq!(imap.connect_to, Some("127.0.0.2:10993".parse().unwrap()));
    assert_eq!(group.service("smtp").unwrap().connect_to, None);
    assert_eq!(&group.wrong[0].instead, imap);
    assert_eq!(
        group.wrong[0].wrong,
        Wrong::Host("imap.lab.test".parse().unwrap())
    );
    let Ok(AddressOrDomain::Address(jane)) = parse_address("Jane@Lab.test") else {
        panic!()
    };
    assert_eq!(group.user_name.form.of(&jane), "Jane@lab.test");
    assert_eq!(UserNameForm::LocalPart.of(&jane), "Jane");
}

#[test]
fn private_networks_are_read_in_their_order() {
    let named = "name = \"Lab Mail\"\nprivate_networks = [\"10.20.0.0/16\", \"fd00:20::/32\"]";
    let text = LAB.replacen("name = \"Lab Mail\"", named, 1);
    let record = parse(&text, "lab.toml").unwrap();
    let networks = record.private_networks.iter().map(ToString::to_string);
    assert_eq!(
        networks.collect::<Vec<_>>(),
        ["10.20.0.0/16", "fd00:20::/32"]
    );
}

#[test]
fn a_bad_private_network_is_told_with_its_place() {
    check(&[
        (
            "name = \"Lab Mail\"",
            "name = \"Lab Mail\"\nprivate_networks = [\"10.20.0.1\"]",
            "3:21: \"10.20.0.1\" is not a network: expected an address and a prefix length, such as 10.20.0.0/16",
        ),
        (
            "name = \"Lab Mail\"",
            "name = \"Lab Mail\"\nprivate_networks = [\"10.20.0.1/16\"]",
            "3:21: \"10.20.0.1/16\" begins within a network: expected its first address, 10.20.0.0/16, or a longer prefix",
        ),
        (
            "name = \"Lab Mail\"",
            "name = \"Lab Mail\"\nprivate_networks = [\n  \"10.20.0.0/16\",\n  \"0.0.0.0/0\",\n]",
            "5:3: \"0.0.0.0/0\" is not private: expected a network within 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, ::1/128 or fc00::/7",
        ),
        (
            "name = \"Lab Mail\"",
            "name = \"Lab Mail\"\nprivate_networks = [\"fd00::/8\", \"FD00::/8\"]",
            "3:33: private network `fd00::/8` stands twice, expected once in a file",
        ),
        (
            "name = \"Lab Mail\"",
            "name = \"Lab Mail\"\nprivate_networks = \"10.20.0.0/16\"",
            "3:20: invalid type: string \"10.20.0.0/16\", expected a list",
        ),
        (
            "name = \"Lab Mail\"",
            "name = \"Lab Mail\"\nprivate_networks = [10]",
            "3:21: invalid type: integer `10`, expected text in quotes",
        ),
        // It stands for the whole record, not for a group or a service.
        (
            "note = \"Only for tests.\"",
            "private_networks = [\"10.20.0.0/16\"]",
            "25:1: unknown key `private_networks`, expected one of `id`, `name`, `domains`, `user_name`, `sign_in`, `note`, `service`, `wrong`",
        ),
    ]);
}

#[test]
fn a_bad_value_is_told_with_its_place() {
    check(&[
        (
            "port = 993",
            "port = 0",
            "31:8: port 0: expected a number from 1 to 65535",
        ),
        (
            "port = 993",
            "port = 70000",
            "31:8: port 70000: expected a number from 1 to 65535",
        ),
        (
            "port = 993",
            "port = -1",
            "31:8: port -1: expected a number from 1 to 65535",
        ),
        (
            "port = 993",
            "port = \"993\"",
            "31:8: invalid type: string \"993\", expected a whole number",
        ),
        (
            "port = 993",
            "port =",
            "31:7: string values must be quoted, expected literal string",
        ),
        (
            "\"mail.lab.test\"",
            "\"mail_lab.test\"",
            "30:8: \"mail_lab.test\" is not a host name: expected letters, digits and hyphens between dots, such as mail.example.net",
        ),
        (
            "\"mail.lab.test\"",
            "\"mail.lab.test:993\"",
            "30:8: \"mail.lab.test:993\" is not a host name: expected letters, digits and hyphens between dots, such as mail.example.net",
        ),
        (
            "[\"lab.test\"]",
            "[\"lab\"]",
            "22:12: domain \"lab\": expected letters, digits and hyphens with at least one dot, such as example.net",
        ),
        (
            "[\"lab.test\"]",
            "[\"@lab.test\"]",
            "22:12: domain \"@lab.test\": expected letters, digits and hyphens with at least one dot, such as example.net",
        ),
        (
            "[\"lab.test\"]",
            "[\n\"a.test\",\n\"*.lab.test\"]",
            "24:1: domain \"*.lab.test\": expected letters, digits and hyphens with at least one dot, such as example.net",
        ),
        (
            "[\"lab.test\"]",
            "\"lab.test\"",
            "22:11: invalid type: string \"lab.test\", expected a list",
        ),
        (
            "\"https://lab.test/password\"",
            "\"http://lab.test/password\"",
            "11:26: link \"http://lab.test/password\": expected https:// and a host name, such as https://example.net/help",
        ),
        (
            "\"https://lab.test/settings\"",
            "\"lab.test/settings\"",
            "7:7: link \"lab.test/settings\": expected https:// and a host name, such as https://example.net/help",
        ),
        (
            "\"2026-11-23\"",
            "\"23.11.2026\"",
            "8:8: date \"23.11.2026\": expected year-month-day, such as 2026-11-23",
        ),
        (
            "\"2026-11-23\"",
            "\"2026-02-30\"",
            "8:8: date \"2026-02-30\": expected year-month-day, such as 2026-11-23",
        ),
        (
            "\"2026-11-23\"",
            "2026-11-23",
            "8:8: invalid type: table or date, expected text in quotes",
        ),
        (
            "protocol = \"imap\"",
            "protocol = \"imaps\"",
            "29:12: unknown word `imaps`, expected one of `imap`, `pop3`, `smtp`",
        ),
        (
            "security = \"tls\"",
            "security = \"ssl\"",
            "32:12: unknown word `ssl`, expected one of `tls`, `starttls`, `none`",
        ),
        (
            "role = \"recommended\"",
            "role = \"best\"",
            "33:8: unknown word `best`, expected one of `recommended`, `other`, `alternative`",
        ),
        (
            "\"full-address\"",
            "\"address\"",
            "23:22: unknown word `address`, expected `full-address` or `local-part`",
        ),
        (
            "method = \"password\"",
            "method = \"oauth\"",
            "24:22: unknown word `oauth`, expected `password` or `oauth2`",
        ),
        (
            "\"mailbox-size\"",
            "\"mailbox\"",
            "15:6: unknown word `mailbox`, expected `mailbox-size` or `message-size`",
        ),
        (
            "megabytes = 700",
            "megabytes = 0",
            "16:13: size 0: expected a number of megabytes from 1",
        ),
        (
            "megabytes = 700",
            "megabytes = 0.7",
            "16:13: invalid type: floating point `0.7`, expected a whole number",
        ),
        (
            "id = \"imap\"",
            "id = \"IMAP 1\"",
            "28:6: id \"IMAP 1\": expected a letter and then at most 39 letters, digits or hyphens, in lower case",
        ),
        (
            "\"127.0.0.2:10993\"",
            "\"localhost:10993\"",
            "36:14: connect_to \"localhost:10993\": expected an IP address and a port, such as 127.0.0.2:10993",
        ),
        (
            "\"127.0.0.2:10993\"",
            "\"127.0.0.2:0\"",
            "36:14: connect_to \"127.0.0.2:0\": expected an IP address and a port, such as 127.0.0.2:10993",
        ),
        (
            "name = \"Lab Mail\"",
            "name = \" \"",
            "2:8: text: expected some words, without line breaks or control characters",
        ),
        (
            "note = \"Start here.\"",
            "note = \"Start\\nhere.\"",
            "35:8: text: expected some words, without line breaks or control characters",
        ),
    ]);
}

#[test]
fn a_wrong_key_is_told_with_its_place() {
    check(&[
        (
            "id = \"lab\"",
            "colour = \"red\"\nid = \"lab\"",
            "1:1: unknown key `colour`, expected one of `id`, `name`, `private_networks`, `source`, `links`, `support`, `limit`, `change`, `group`",
        ),
        (
            "url = ",
            "link = ",
            "7:1: unknown key `link`, expected one of `id`, `title`, `url`, `read`",
        ),
        (
            "support = ",
            "phone = ",
            "12:1: unknown key `phone`, expected one of `password_reset`, `password_change`, `support`, `webmail`",
        ),
        (
            "source = \"lab\" }",
            "sources = \"lab\" }",
            "11:55: unknown key `sources`, expected `url` or `source`",
        ),
        (
            "megabytes",
            "bytes_mb",
            "16:1: unknown key `bytes_mb`, expected one of `id`, `megabytes`, `source`",
        ),
        (
            "note = \"Only",
            "notes = \"Only",
            "25:1: unknown key `notes`, expected one of `id`, `name`, `domains`, `user_name`, `sign_in`, `note`, `service`, `wrong`",
        ),
        (
            "host = \"mail",
            "hosts = \"mail",
            "30:1: unknown key `hosts`, expected one of `id`, `protocol`, `host`, `port`, `security`, `role`, `source`, `note`, `send_proxy`, `connect_to`",
        ),
        (
            "why = ",
            "because = ",
            "59:1: unknown key `because`, expected one of `host`, `port`, `protocol`, `instead`, `why`, `source`",
        ),
        (
            "name = \"Lab Mail\"",
            "name = \"Lab Mail\"\nname = \"Lab Mail\"",
            "3:1: duplicate key",
        ),
        ("name = \"Lab Mail\"\n", "", "1:1: missing key `name`"),
        ("port = 993\n", "", "27:1: missing key `port`"),
        (
            "{ form = \"full-address\", source = \"lab\" }",
            "\"full-address\"",
            "23:13: invalid type: string \"full-address\", expected a table with form and source",
        ),
        (
            "{ form = \"full-address\", source = \"lab\" }",
            "{ form = \"full-address\" }",
            "23:13: missing key `source`",
        ),
        (
            "[[limit]]",
            "[limit]",
            "14:1: invalid type: table or date, expected a list",
        ),
    ]);
}
