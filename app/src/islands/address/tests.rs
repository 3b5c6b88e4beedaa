use super::*;

fn groups() -> [Vec<String>; 2] {
    [
        vec!["a-mail.net".to_owned(), "b-mail.net".to_owned()],
        vec!["c-mail.net".to_owned()],
    ]
}

#[test]
fn the_domain_chooses_the_settings() {
    for (text, expected) in [
        ("", Belongs::Open),
        ("jane", Belongs::Open),
        ("jane@a-mail", Belongs::Open),
        ("jane@a-mail.net", Belongs::Group(0)),
        (" Jane@B-MAIL.NET. ", Belongs::Group(0)),
        ("Jane <jane@b-mail.net>", Belongs::Group(0)),
        ("c-mail.net", Belongs::Group(1)),
        ("jane@d.example", Belongs::Elsewhere),
        ("jane@a-mail.ne", Belongs::Elsewhere),
    ] {
        assert_eq!(belongs(text, &groups()), expected, "{text:?}");
    }
}

#[test]
fn the_user_name_needs_a_whole_address_of_ours() {
    for (text, local_part, expected) in [
        ("", false, None),
        ("jane", false, None),
        ("jane@", false, None),
        ("@a-mail.net", false, None),
        ("jane@gmail.com", false, None),
        ("jane@a-mial.net", false, None),
        ("jane@a-mail.net", false, Some("jane@a-mail.net")),
        ("jane@a-mail.net", true, Some("jane")),
        ("Jane <jane@a-mail.net>", false, Some("jane@a-mail.net")),
        (
            "mailto:jane@a-mail.net?subject=x",
            false,
            Some("jane@a-mail.net"),
        ),
        ("jane@A-MAIL.net.", true, Some("jane")),
        (" jane @a-mail.net ", false, Some("jane@a-mail.net")),
        ("ｊane＠a-mail.net", false, Some("jane@a-mail.net")),
    ] {
        let name = user_name(text, local_part, &groups());
        assert_eq!(name.as_deref(), expected, "{text:?}");
    }
}

#[test]
fn a_correction_is_of_the_whole_address() {
    for (text, expected) in [
        ("Jane@a-mial.net", Some("Jane@a-mail.net")),
        ("a-mial.net", Some("a-mail.net")),
        ("jane@a-mail.net", None),
        ("jane@gmail.com", None),
        ("jane", None),
    ] {
        let meant = meant(text, &groups()).map(|address| address.to_string());
        assert_eq!(meant.as_deref(), expected, "{text:?}");
    }
}
