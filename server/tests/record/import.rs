//! Files that are read, and what is told of those that are not.

use app::record;

use crate::program::{Ran, record};

const FILE: &str = "<clientConfig version=\"1.1\">\n<emailProvider id=\"example.net\">\n<domain>example.net</domain>\n\
    <displayName>Example Mail</displayName>\n\
    <incomingServer type=\"imap\"><hostname>imap.example.net</hostname><port>993</port>\
    <socketType>SSL</socketType><authentication>password-cleartext</authentication>\
    <username>%EMAILADDRESS%</username></incomingServer>\n\
    <outgoingServer type=\"smtp\"><hostname>smtp.example.net</hostname><port>465</port>\
    <socketType>TLS</socketType></outgoingServer>\n</emailProvider></clientConfig>\n";

#[test]
fn a_file_becomes_a_record_and_what_is_left_out_is_told() {
    let url = "https://example.net/config.xml";
    let Ran {
        status,
        output,
        errors,
    } = record(&["import", "-", "--url", url], FILE.as_bytes());
    assert_eq!(status, 0, "{errors}");
    let record = record::parse(&output, "output").unwrap();
    assert_eq!(record.name, "Example Mail");
    assert_eq!(record.sources[0].url.as_str(), url);
    assert_eq!(record.groups[0].services.len(), 1);
    let expected =
        "standard input:6: socketType \"TLS\": expected SSL, STARTTLS or plain; server left out";
    assert!(errors.contains(expected), "{errors}");
}

#[test]
fn a_server_without_encryption_and_a_domain_in_place_of_another_are_told() {
    let file = FILE.replace("SSL", "plain").replace("TLS", "SSL");
    let ran = record(
        &["import", "-", "--domain", "other.example"],
        file.as_bytes(),
    );
    assert_eq!(ran.status, 0, "{ran:?}");
    for expected in [
        "note: the file is for example.net; --domain other.example is used in its place",
        "Left out: imap imap.example.net",
        "warning: the record has no server for incoming mail",
    ] {
        assert!(ran.errors.contains(expected), "{}", ran.errors);
    }
}

#[test]
fn a_file_that_is_no_record_is_an_error_with_its_place() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("broken.xml");
    std::fs::write(&file, "<clientConfig>\n<emailProvider>\n</clientConfig>").unwrap();
    let file = file.display().to_string();
    let missing = folder.join("missing.xml").display().to_string();
    let pacc = "{\"protocols\": {\"imap\": {\"host\": \"imap.example.net\"}}}";
    for (arguments, input, expected) in [
        (
            vec!["import", &file],
            "",
            format!("{file}:3: not well-formed XML"),
        ),
        (
            vec!["import", &missing],
            "",
            format!("{missing}: No such file"),
        ),
        (
            vec!["import", "-"],
            "hello",
            "standard input:1: unknown format".to_owned(),
        ),
        (
            vec!["import", "-"],
            pacc,
            "expected --domain DOMAIN".to_owned(),
        ),
        (
            vec!["import", "-", "--domain", "localhost"],
            pacc,
            "expected letters, digits".to_owned(),
        ),
        (
            vec!["show", "example.invalid"],
            "",
            "no record has settings for example.invalid".to_owned(),
        ),
    ] {
        let ran = record(&arguments, input.as_bytes());
        assert_eq!(ran.status, 2, "{arguments:?}: {ran:?}");
        assert_eq!(ran.output, "", "{arguments:?}");
        assert!(ran.errors.contains(&expected), "{arguments:?}: {ran:?}");
    }
    let ran = record(&["import", "-", "--domain", "example.net"], pacc.as_bytes());
    assert_eq!(ran.status, 0, "{ran:?}");
    let note = "names https://ua-auto-config.example.net/.well-known/user-agent-configuration.json as its source";
    assert!(ran.errors.contains(note), "{ran:?}");
}

#[test]
fn the_settings_of_a_domain_are_shown() {
    let ran = record(&["show", "jane@q.com"], b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    for value in [
        "mail.centurylink.net",
        "993",
        "STARTTLS",
        "the full address",
        "cl1, read 2026-11-23",
    ] {
        assert!(ran.output.contains(value), "{value}: {}", ran.output);
    }
}
