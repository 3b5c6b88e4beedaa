use super::*;

#[test]
fn what_customers_type_is_understood() {
    for (text, understood) in [
        ("Jane.Doe@CenturyLink.net ", "Jane.Doe@centurylink.net"),
        ("\u{200b}jane@q.com\u{a0}\r\n", "jane@q.com"),
        ("mailto:jane@q.com", "jane@q.com"),
        ("MailTo: jane@q.com?subject=Hello there", "jane@q.com"),
        (
            "mailto:jane@q.com?cc=x@y.example, z@y.example",
            "jane@q.com",
        ),
        ("Jane <mailto:jane@q.com>", "jane@q.com"),
        ("<mailto:jane@q.com>", "jane@q.com"),
        ("\"Doe, Jane\" <jane@q.com>", "jane@q.com"),
        ("Jane <jane@q.com>", "jane@q.com"),
        ("Jane <jane@q.com", "jane@q.com"),
        ("jane+bills@q.com.", "jane+bills@q.com"),
        ("(jane@q.com),", "jane@q.com"),
        ("“jane@q.com”", "jane@q.com"),
        ("'jane@q.com'", "jane@q.com"),
        ("jane @ q.com", "jane@q.com"),
        ("jane@q. com", "jane@q.com"),
        ("jane. doe@q.com", "jane.doe@q.com"),
        ("jane@\r\nq.com", "jane@q.com"),
        ("jane@q\u{202e}.com", "jane@q.com"),
        ("jane@century\u{ad}link\u{200b}.net", "jane@centurylink.net"),
        ("ｊａｎｅ＠ｑ．ｃｏｍ", "jane@q.com"),
        ("jane@q。com", "jane@q.com"),
        ("centurylink.net", "centurylink.net"),
        (" @CENTURYLINK.NET", "centurylink.net"),
    ] {
        let written = match parse_address(text) {
            Ok(understood) => understood.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(written, understood, "{text:?}");
    }
}

#[test]
fn what_is_not_an_address_is_refused_with_its_cause() {
    let long = format!("{}@q.com", "a".repeat(250));
    let long_local_part = format!("{}@q.com", "a".repeat(65));
    for (text, cause) in [
        ("", AddressError::Empty),
        (" \t\u{200b}", AddressError::Empty),
        ("mailto:", AddressError::Empty),
        ("<>", AddressError::Empty),
        (&long, AddressError::TooLong),
        ("jane\u{0}@q.com", AddressError::ControlCharacter),
        (
            "jane@q.com\r\nRCPT TO:<x@y.z>",
            AddressError::SeveralAddresses,
        ),
        ("jane@q.com, joe@q.com", AddressError::SeveralAddresses),
        ("jane@q.com;joe@q.com", AddressError::SeveralAddresses),
        ("jane@q.com joe@q.com", AddressError::SeveralAddresses),
        (
            "Jane <jane@q.com>, Joe <joe@q.com>",
            AddressError::SeveralAddresses,
        ),
        ("jane doe@q.com", AddressError::Space),
        ("My address is jane@q.com", AddressError::Space),
        ("jane", AddressError::NoDomain),
        ("jane@", AddressError::NoDomain),
        ("@", AddressError::NoDomain),
        ("jane@localhost", AddressError::BadDomain),
        ("jane@127.0.0.1", AddressError::BadDomain),
        ("jane@[::1]", AddressError::BadDomain),
        ("jane@bücher.example", AddressError::BadDomain),
        ("jane@q..com", AddressError::BadDomain),
        ("jane@-q.com", AddressError::BadDomain),
        ("https://q.com/", AddressError::BadDomain),
        ("jane@doe@q.com", AddressError::SeveralAts),
        ("jane@@q.com", AddressError::SeveralAts),
        ("jane.@q.com", AddressError::BadLocalPart),
        (".jane@q.com", AddressError::BadLocalPart),
        ("jäne@q.com", AddressError::BadLocalPart),
        ("ja\"ne@q.com", AddressError::BadLocalPart),
        (&long_local_part, AddressError::BadLocalPart),
    ] {
        assert_eq!(parse_address(text), Err(cause), "{text:?}");
    }
}

#[test]
fn a_domain_is_a_name_that_can_be_looked_up() {
    let long = format!("{}.com", "a".repeat(64));
    for (text, fits) in [
        ("q.com", true),
        ("Mail.Example.NET.", true),
        ("xn--bcher-kva.example", true),
        ("com", false),
        ("", false),
        (".", false),
        ("q..com", false),
        ("q-.com", false),
        ("10.0.0.1", false),
        ("q.1", false),
        (&long, false),
    ] {
        let domain = text.parse::<Domain>();
        assert_eq!(domain.is_ok(), fits, "{text:?}");
        if let Ok(domain) = domain {
            assert!(
                domain.as_str().parse::<probe::HostName>().is_ok(),
                "{text:?}"
            );
        }
    }
}

fn known() -> Vec<Vec<String>> {
    let group = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    vec![
        group(&["centurylink.net", "q.com", "embarqmail.com"]),
        group(&["qwestoffice.net"]),
    ]
}

#[test]
fn a_slip_is_understood_and_another_domain_is_not_taken_for_one() {
    let known = known();
    for (typed, expected) in [
        ("centurylink.net", DomainMatch::Group(0)),
        ("qwestoffice.net", DomainMatch::Group(1)),
        (
            "centurylink.com",
            DomainMatch::Unknown(Some("centurylink.net")),
        ),
        (
            "centurylnk.net",
            DomainMatch::Unknown(Some("centurylink.net")),
        ),
        (
            "CenturyLink.ent",
            DomainMatch::Unknown(Some("centurylink.net")),
        ),
        (
            "embarkmail.com",
            DomainMatch::Unknown(Some("embarqmail.com")),
        ),
        ("q.con", DomainMatch::Unknown(Some("q.com"))),
        ("a.com", DomainMatch::Unknown(Some("q.com"))),
        ("gmail.com", DomainMatch::Unknown(None)),
        ("example.org", DomainMatch::Unknown(None)),
    ] {
        let domain = typed.parse().unwrap();
        assert_eq!(match_domain(&domain, &known), expected, "{typed}");
    }
    let domain = "q.com".parse().unwrap();
    assert_eq!(match_domain(&domain, &[]), DomainMatch::Unknown(None));
}

#[test]
fn a_correction_keeps_the_name() {
    let domain: Domain = "q.com".parse().unwrap();
    for (typed, corrected) in [("Jane@q.con", "Jane@q.com"), ("q.con", "q.com")] {
        let typed = parse_address(typed).unwrap();
        assert_eq!(typed.corrected(&domain).to_string(), corrected);
    }
}
