//! No text that is typed, sent or published becomes markup of a page.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::thread;

use app::record::RecordFile;
use axum::Router;
use axum::http::{HeaderName, HeaderValue};
use server::limits::{LimitOptions, Rate};

use super::{Answer, ask, get, post, site_with};

/// A text that closes every element and attribute in which it is not escaped.
const CANARY: &str = "</textarea></title></script>\"'><b>qzcanary\" qzcanaryx=1 ";

/// What no page may contain: the canary after it has closed an element, and a comment of Leptos where it would
/// be shown as text.
const UNESCAPED: [&str; 5] = [
    "<b>qzcanary",
    "\"'><b",
    "<!--</title",
    "--></title",
    "--></textarea",
];

/// What no tag may contain: the canary after it has closed an attribute. In a text it is harmless.
const UNQUOTED: &str = "qzcanary\" qzcanaryx";

/// A record in which every text contains the canary.
fn record(server: SocketAddr) -> RecordFile {
    let text = CANARY.replace('"', "\\\"");
    let record = format!(
        r#"
id = "canary"
name = "Canary {text}"
[[source]]
id = "help"
title = "Help {text}"
url = "https://example.net/help"
read = "2026-11-23"
[[group]]
id = "canary"
name = "Group {text}"
note = "Note {text}"
domains = ["canary.test"]
user_name = {{ form = "full-address", source = "help" }}
sign_in = {{ method = "password", source = "help" }}
[[group.service]]
id = "imap"
protocol = "imap"
host = "mail.canary.test"
port = 143
security = "starttls"
role = "recommended"
source = "help"
note = "Note {text}"
connect_to = "{server}"
[[group.service]]
id = "smtp"
protocol = "smtp"
host = "mail.canary.test"
port = 587
security = "starttls"
role = "recommended"
source = "help"
connect_to = "{server}"
[[group.wrong]]
host = "old.canary.test"
instead = "imap"
why = "Why {text}"
source = "help"
"#
    );
    RecordFile::new("canary.toml".to_owned(), record.into_bytes()).unwrap()
}

/// A mail server that rejects every connection with a greeting that contains the canary.
fn mail_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = write!(stream, "* BYE {CANARY}\r\n");
            let _ = stream.read(&mut [0; 1024]);
        }
    });
    address
}

fn site() -> Router {
    let many = |seconds| Rate::new(NonZeroU32::MAX, seconds);
    let options = LimitOptions {
        tests_per_client: many(600),
        pages_per_client: many(60),
        ..LimitOptions::default()
    };
    site_with(record(mail_server()), &options)
}

/// Every path and query in which a text can be sent to the site, at `{}`.
const ADDRESSES: [&str; 52] = [
    "/{}",
    "/?q={}",
    "/settings/{}",
    "/settings/canary.test?q={}",
    "/settings/{}/mail.mobileconfig",
    "/settings/canary.test/mail.mobileconfig?incoming={}",
    "/mail/config-v1.1.xml?emailaddress={}",
    "/mail/config-v1.1.xml?emailaddress={}@canary.test",
    "/autodiscover/autodiscover.json?Email=jane@canary.test&Protocol={}",
    "/autodiscover/autodiscover.json/v1.0/{}?Protocol=Autodiscoverv1",
    "/programs/{}",
    "/programs/thunderbird?q={}",
    "/status/of/{}",
    "/status/data/{}",
    "/fix/{}",
    "/fix/card/{}",
    "/fix/card/clock?program={}",
    "/fix/card/clock?trail={}",
    "/fix/card/clock?program=thunderbird&trail=start.{}",
    "/errors?trail={}",
    "/errors?q=smtp&program={}&trail=start.message",
    "/network?trail=start.places~{}",
    "/programs?trail={}",
    "/programs/outlook?program={}",
    "/programs/thunderbird?trail={}",
    "/report?trail={}",
    "/test?trail={}",
    "/check?trail={}",
    "/fix?trail={}",
    "/fix/send-test?trail=start.send~{}",
    "/errors?q={}",
    "/errors?q=535+{}",
    "/check?domain={}&in_host={}&in_port={}&out_host={}&out_port={}",
    "/check?domain=canary.test&in_host={}",
    "/check?domain=canary.test&in_port={}",
    "/check?domain=canary.test&out_host={}",
    "/check?domain=canary.test&out_port={}",
    "/check?kind={}",
    "/check?in_security={}",
    "/check?user={}",
    "/check?copies={}",
    "/network?q={}",
    "/report?q={}",
    "/test?q={}",
    "/pkg/{}",
    "/qr/{}",
    "/qr/settings/{}",
    "/operators/dns/{}",
    "/operators/dns?q={}",
    "/settings/{}/thunderbird-android",
    "/api/{}",
    "/.well-known/{}",
];

/// Every form with its fields.
const FORMS: [(&str, &str); 14] = [
    ("/settings", "address={}"),
    ("/settings", "address=jane@{}"),
    ("/settings", "{}=1"),
    ("/settings/canary.test/thunderbird-android", "address={}"),
    (
        "/settings/canary.test/thunderbird-android",
        "address=jane@{}",
    ),
    (
        "/settings/canary.test/thunderbird-android",
        "address=jane@canary.test",
    ),
    ("/settings/canary.test/mail.mobileconfig", "address={}"),
    (
        "/settings/canary.test/mail.mobileconfig",
        "address=jane@canary.test&incoming={}",
    ),
    ("/test", "address={}"),
    ("/test", "address={}@canary.test"),
    ("/test", "address=canary.test&services[]={}"),
    ("/test", "address=canary.test"),
    ("/test?node={}&trail={}", "address=canary.test"),
    (
        "/test?node=send-test&trail=start.send~{}",
        "address={}&password={}",
    ),
];

#[tokio::test]
async fn no_text_of_others_leaves_its_place() {
    let site = site();
    for address in ADDRESSES {
        for canary in [encoded(CANARY), encoded(&format!("\r\n{CANARY}\0"))] {
            let address = address.replace("{}", &canary);
            assert_harmless(&address, &ask(&site, get(&address)).await);
        }
    }
    for (address, form) in FORMS {
        let canary = encoded(CANARY);
        let (address, form) = (address.replace("{}", &canary), form.replace("{}", &canary));
        assert_harmless(&form, &ask(&site, post(&address, &form)).await);
        let stream = ask(&site, post("/api/test", &form)).await;
        assert!(!stream.header("content-type").contains("html"), "{form}");
    }
    // The texts of the record.
    for path in [
        "/",
        "/settings/canary.test",
        "/test",
        "/programs/thunderbird",
        "/programs/apple-mail-ios",
        "/check",
        "/fix",
    ] {
        let answer = ask(&site, get(path)).await;
        assert!(answer.text().contains("Canary &lt;/textarea"), "{path}");
        assert_harmless(path, &answer);
    }
}

#[tokio::test]
async fn what_a_mail_server_says_is_shown_as_text() {
    let page = ask(&site(), post("/test", "address=canary.test")).await;
    assert!(page.text().contains("&lt;b&gt;qzcanary"), "{}", page.text());
    assert_harmless("/test", &page);
}

#[tokio::test]
async fn no_header_of_a_request_comes_back() {
    let site = super::site();
    let names = [
        "accept",
        "accept-language",
        "cookie",
        "forwarded",
        "host",
        "origin",
        "referer",
        "sec-fetch-site",
        "user-agent",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-request-id",
    ];
    for name in names {
        for request in [
            get("/"),
            get("/nothing"),
            get("/errors?q=535"),
            post("/test", "address="),
        ] {
            let mut request = request;
            let value = HeaderValue::from_static(CANARY.trim_end());
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
            let answer = ask(&site, request).await;
            assert_harmless(name, &answer);
            assert!(!answer.text().contains("qzcanary"), "{name}");
        }
    }
}

/// An invalid form must not redirect a browser to another site, such as that in the `Referer` header.
#[tokio::test]
async fn nobody_is_led_to_another_site() {
    let site = site();
    for path in ["/api/test", "/test", "/settings"] {
        for form in [
            "",
            "address[a][b]=1",
            "surprise=1",
            "address=%ff",
            "address=canary.test",
        ] {
            let mut request = post(path, form);
            for (name, value) in [
                ("accept", "text/html,application/xhtml+xml"),
                ("referer", "https://evil.example/page?x=1"),
            ] {
                request
                    .headers_mut()
                    .insert(name, HeaderValue::from_static(value));
            }
            let answer = ask(&site, request).await;
            let location = answer.header("location");
            let own = location.is_empty() || location.starts_with("/settings/");
            assert!(own, "{path} {form}: {location}");
        }
    }
}

fn assert_harmless(what: &str, answer: &Answer) {
    let text = answer.text();
    for part in UNESCAPED {
        assert!(!text.contains(part), "{what}: {text}");
    }
    for (at, _) in text.match_indices(UNQUOTED) {
        let tag = text[..at].rfind(['<', '>']);
        let in_tag = tag.is_some_and(|tag| text[tag..].starts_with('<'));
        assert!(!in_tag, "{what}: {text}");
    }
    for (name, value) in &answer.headers {
        assert!(
            !value.as_bytes().contains(&b'<'),
            "{what}: {name}: {value:?}"
        );
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
