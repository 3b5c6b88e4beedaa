//! Set-up files, as mail programs and strangers ask for them.

use app::record::{RecordFile, built_in};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use server::limits::{LimitOptions, Rate};

use super::{Answer, ask, ask_from, get, post, site, site_of, site_with};

/// The names of a site that also answers for its mail domains.
const NAMES: [&str; 1] = ["help.example"];

/// A record whose services all have TLS from the start.
const DIRECT: &str = r#"
id = "direct"
name = "Direct Mail"
[[source]]
id = "help"
title = "Help"
url = "https://direct.example/help"
read = "2026-11-23"
[[group]]
id = "direct"
name = "Addresses"
domains = ["direct.example"]
user_name = { form = "full-address", source = "help" }
sign_in = { method = "password", source = "help" }
[[group.service]]
id = "imap"
protocol = "imap"
host = "mail.direct.example"
port = 993
security = "tls"
role = "recommended"
source = "help"
[[group.service]]
id = "smtp"
protocol = "smtp"
host = "mail.direct.example"
port = 465
security = "tls"
role = "recommended"
source = "help"
"#;

fn direct() -> Router {
    let record = RecordFile {
        name: "direct.toml".into(),
        text: DIRECT.into(),
    };
    site_with(record, &LimitOptions::default())
}

fn at(host: &str, path: &str) -> Request<Body> {
    let mut request = get(path);
    request.headers_mut().insert("host", host.parse().unwrap());
    request
}

const OUTLOOK: &str =
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";
const MOBILE: &str =
    "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006";

fn asked(address: &str, schema: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/\
         requestschema/2006\"><Request><EMailAddress>{address}</EMailAddress>\
         <AcceptableResponseSchema>{schema}</AcceptableResponseSchema></Request></Autodiscover>"
    )
}

/// Posts as a program does: without an origin, to the host of Autodiscover.
fn posted(path: &str, kind: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path).header("host", "autodiscover.q.com");
    request
        .header("content-type", kind)
        .body(body.into())
        .unwrap()
}

fn code(answer: &Answer) -> String {
    let text = answer.text();
    let code = text.split("<ErrorCode>").nth(1);
    let code = code.and_then(|rest| rest.split('<').next());
    code.map_or_else(|| "settings".to_owned(), str::to_owned)
}

#[tokio::test]
async fn programs_find_the_configuration_with_and_without_an_address() {
    let site = site_of(&NAMES);
    for (host, path, expected) in [
        ("autoconfig.q.com", "/mail/config-v1.1.xml", 200),
        (
            "autoconfig.q.com",
            "/mail/config-v1.1.xml?emailaddress=jane%40q%2Ecom",
            200,
        ),
        (
            "autoconfig.q.com",
            "/mail/config-v1.1.xml?emailaddress=EVOLUTIONUSER@q.com&emailmd5=1",
            200,
        ),
        ("q.com", "/.well-known/autoconfig/mail/config-v1.1.xml", 200),
        (
            "q.com",
            "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=jane@q.com",
            200,
        ),
        // A domain whose mail comes to ours.
        (
            "autoconfig.q.com",
            "/mail/config-v1.1.xml?emailaddress=jane@customer.example",
            200,
        ),
        (
            "help.example",
            "/mail/config-v1.1.xml?emailaddress=jane@q.com",
            200,
        ),
        ("help.example", "/mail/config-v1.1.xml", 404),
        (
            "help.example",
            "/mail/config-v1.1.xml?emailaddress=jane@other.example",
            404,
        ),
        (
            "evil.example",
            "/mail/config-v1.1.xml?emailaddress=jane@q.com",
            421,
        ),
        ("autoconfig.evil.example", "/mail/config-v1.1.xml", 421),
        ("autoconfig.q.com", "/", 421),
        (
            "autoconfig.q.com",
            "/mail/config-v1.1.xml?emailaddress=%22%3E%3Cx%3E@q.com",
            400,
        ),
        (
            "autoconfig.q.com",
            "/mail/config-v1.1.xml?emailaddress=a%0d%0ax@q.com",
            400,
        ),
        // Documented without encryption only.
        ("autoconfig.qwestoffice.net", "/mail/config-v1.1.xml", 404),
    ] {
        let answer = ask(&site, at(host, path)).await;
        assert_eq!(answer.status.as_u16(), expected, "{host}{path}");
        let text = answer.text();
        for never in [
            "jane",
            "EVOLUTIONUSER",
            "<x>",
            "customer.example",
            "other.example",
        ] {
            assert!(!text.contains(never), "{host}{path}: {text}");
        }
        if expected == 200 {
            assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
            assert_eq!(answer.header("cache-control"), "public, max-age=3600");
            assert!(
                text.contains("<hostname>mail.centurylink.net</hostname>"),
                "{text}"
            );
            assert!(
                text.contains("<username>%EMAILADDRESS%</username>"),
                "{text}"
            );
        } else {
            assert!(text.len() < 100 || expected == 421, "{text}");
        }
    }
}

#[tokio::test]
async fn every_address_gets_the_same_file() {
    let site = site();
    let path = |who: &str| format!("/mail/config-v1.1.xml?emailaddress={who}@q.com");
    let nobody = ask(&site, at("autoconfig.q.com", "/mail/config-v1.1.xml")).await;
    for who in ["jane", "nobody", "j.a.n.e"] {
        let answer = ask(&site, at("autoconfig.q.com", &path(who))).await;
        assert_eq!(answer.body, nobody.body, "{who}");
    }
}

#[tokio::test]
async fn outlook_gets_settings_or_an_error_that_it_reads() {
    let site = site_of(&NAMES);
    let jane = asked("jane@q.com", OUTLOOK);
    let xml = "text/xml; charset=utf-8";
    let entity = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    let external = jane
        .replace("?>", &format!("?>{entity}"))
        .replace("jane", "&x;");
    let bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let bomb = jane
        .replace("?>", &format!("?>{bomb}"))
        .replace("jane", "&b;&b;&b;&b;");
    for (path, kind, body, status, expected) in [
        (
            "/autodiscover/autodiscover.xml",
            xml,
            jane.clone(),
            200,
            "settings",
        ),
        (
            "/Autodiscover/Autodiscover.xml",
            "application/xml",
            jane.clone(),
            200,
            "settings",
        ),
        (
            "/AUTODISCOVER/AUTODISCOVER.XML",
            "TEXT/XML",
            jane.clone(),
            200,
            "settings",
        ),
        (
            "/autodiscover/autodiscover.xml",
            xml,
            asked("jane@q.com", MOBILE),
            200,
            "601",
        ),
        (
            "/autodiscover/autodiscover.xml",
            xml,
            asked("jane@other.example", OUTLOOK),
            200,
            "600",
        ),
        (
            "/autodiscover/autodiscover.xml",
            xml,
            asked("jane@qwestoffice.net", OUTLOOK),
            200,
            "600",
        ),
        (
            "/autodiscover/autodiscover.xml",
            xml,
            asked("&quot;&gt;&lt;x&gt;@q.com", OUTLOOK),
            200,
            "600",
        ),
        (
            "/autodiscover/autodiscover.xml",
            xml,
            asked("a%0d%0ab@@q.com", OUTLOOK),
            200,
            "600",
        ),
        ("/autodiscover/autodiscover.xml", xml, external, 200, "600"),
        ("/autodiscover/autodiscover.xml", xml, bomb, 200, "600"),
        (
            "/autodiscover/autodiscover.xml",
            xml,
            String::new(),
            200,
            "600",
        ),
        (
            "/autodiscover/autodiscover.xml",
            xml,
            "a".repeat(10_000_000),
            413,
            "600",
        ),
        (
            "/autodiscover/autodiscover.xml",
            "application/json",
            jane.clone(),
            415,
            "600",
        ),
        (
            "/autodiscover/autodiscover.xml",
            "multipart/form-data; boundary=a",
            jane,
            415,
            "600",
        ),
    ] {
        let start: String = body.chars().take(200).collect();
        let answer = ask(&site, posted(path, kind, body)).await;
        assert_eq!(answer.status.as_u16(), status, "{kind} {start}");
        assert_eq!(code(&answer), expected, "{kind} {start}");
        assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-store");
        let text = answer.text();
        assert!(!text.contains("<x>") && !text.contains("root:"), "{text}");
        assert_eq!(text.contains("jane"), expected == "settings", "{text}");
    }
    let read = ask(
        &site,
        at("autodiscover.q.com", "/autodiscover/autodiscover.xml"),
    )
    .await;
    assert_eq!(read.status, 405);
}

#[tokio::test]
async fn outlook_learns_where_to_post() {
    let site = site_of(&NAMES);
    for (path, expected) in [
        (
            "/autodiscover/autodiscover.json?Email=jane@q.com&Protocol=Autodiscoverv1&RedirectCount=1",
            r#"200 {"Protocol":"AutodiscoverV1","Url":"https://autodiscover.q.com/autodiscover/autodiscover.xml"}"#,
        ),
        (
            "/Autodiscover/Autodiscover.json/v1.0/jane%40q.com?Protocol=AutodiscoverV1",
            r#"200 {"Protocol":"AutodiscoverV1","Url":"https://autodiscover.q.com/autodiscover/autodiscover.xml"}"#,
        ),
        (
            "/autodiscover/autodiscover.json?Email=jane@q.com&Protocol=ActiveSync",
            r#"400 {"ErrorCode":"InvalidProtocol","ErrorMessage":"The given protocol value 'ActiveSync' is invalid. Supported values are 'AutodiscoverV1'"}"#,
        ),
        (
            "/autodiscover/autodiscover.json?Email=jane@q.com&Protocol=%22%3E%3Cx%3E",
            r#"400 {"ErrorCode":"InvalidProtocol","ErrorMessage":"The given protocol value '' is invalid. Supported values are 'AutodiscoverV1'"}"#,
        ),
        (
            "/autodiscover/autodiscover.json?Protocol=AutodiscoverV1",
            r#"400 {"ErrorCode":"InvalidAddress","ErrorMessage":"A valid email address must be provided"}"#,
        ),
        (
            "/autodiscover/autodiscover.json/v1.0/%22%3E%3Cx%3E@q.com?Protocol=AutodiscoverV1",
            r#"400 {"ErrorCode":"InvalidAddress","ErrorMessage":"A valid email address must be provided"}"#,
        ),
        (
            "/autodiscover/autodiscover.json/v1.0/jane@other.example?Protocol=AutodiscoverV1",
            r#"404 {"ErrorCode":"UnknownDomain","ErrorMessage":"There are no settings for this domain"}"#,
        ),
    ] {
        let answer = ask(&site, at("autodiscover.q.com", path)).await;
        let found = format!("{} {}", answer.status.as_u16(), answer.text());
        assert_eq!(found, expected, "{path}");
        assert_eq!(
            answer.header("content-type"),
            "application/json; charset=utf-8"
        );
    }
}

#[tokio::test]
async fn the_newest_draft_is_answered_where_it_can_say_what_is_right() {
    let path = "/.well-known/user-agent-configuration.json";
    let direct = direct();
    for host in ["ua-auto-config.direct.example", "direct.example"] {
        let answer = ask(&direct, at(host, path)).await;
        assert_eq!(answer.status, 200, "{host}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert!(
            answer
                .text()
                .contains(r#""submit":{"host":"mail.direct.example"}"#)
        );
    }
    assert_eq!(ask(&direct, at("help.example", path)).await.status, 404);
    // CenturyLink documents STARTTLS for sending.
    assert_eq!(
        ask(&site(), at("ua-auto-config.q.com", path)).await.status,
        404
    );
}

#[tokio::test]
async fn a_phone_gets_a_profile_and_a_mistake_gets_a_page() {
    let site = site_of(&NAMES);
    let path = "/settings/q.com/mail.mobileconfig";
    let form = |text: &str| {
        let mut request = post(path, text);
        request
            .headers_mut()
            .insert("host", "help.example".parse().unwrap());
        request
    };
    for (text, status, contains) in [
        ("address=jane%40q.com", 200, "<string>jane@q.com</string>"),
        (
            "address=jane%40q.com&incoming=imap",
            200,
            "<string>EmailTypeIMAP</string>",
        ),
        (
            "address=jane%40q.com&incoming=pop3",
            200,
            "<string>EmailTypePOP</string>",
        ),
        // The address decides.
        (
            "address=jane%40embarqmail.com",
            200,
            "<string>jane@embarqmail.com</string>",
        ),
        // Without encryption there is no file: the values are typed.
        ("address=jane%40qwestoffice.net", 303, ""),
        ("address=jane%40gmail.com", 404, "<!DOCTYPE html>"),
        ("address=q.com", 422, "<!DOCTYPE html>"),
        ("address=%22%3E%3Cx%3E%40q.com", 422, "<!DOCTYPE html>"),
        ("address=jane%40q.com&incoming=other", 422, ""),
        ("", 422, ""),
    ] {
        let answer = ask(&site, form(text)).await;
        assert_eq!(answer.status.as_u16(), status, "{text}");
        let body = answer.text();
        assert!(body.contains(contains), "{text}: {body}");
        assert!(!body.contains("<x>"), "{text}: {body}");
        if status == 200 {
            assert_eq!(
                answer.header("content-type"),
                "application/x-apple-aspen-config"
            );
            assert_eq!(answer.header("cache-control"), "no-store");
            assert!(
                answer
                    .header("content-disposition")
                    .starts_with("attachment")
            );
            assert!(!body.contains("Password</key>\n\t\t\t<string>"), "{body}");
        }
    }
    let bare = ask(&site, at("help.example", path)).await;
    assert_eq!(bare.status, 200);
    assert!(!bare.text().contains("EmailAddress"), "{}", bare.text());
    let unknown = "/settings/other.example/mail.mobileconfig";
    assert_eq!(ask(&site, at("help.example", unknown)).await.status, 404);
    // It is a page of the site, and of no mail domain.
    assert_eq!(ask(&site, at("autoconfig.q.com", path)).await.status, 421);
}

#[tokio::test]
async fn who_asks_too_often_waits() {
    let options = LimitOptions {
        pages_per_client: Rate::new(std::num::NonZeroU32::MIN, 60),
        ..LimitOptions::default()
    };
    let site = site_with(built_in(), &options);
    let request = || at("autoconfig.q.com", "/mail/config-v1.1.xml");
    assert_eq!(
        ask_from(&site, request(), "192.0.2.1:5000").await.status,
        200
    );
    let again = ask_from(&site, request(), "192.0.2.1:5000").await;
    assert_eq!(again.status, 429);
    assert!(!again.header("retry-after").is_empty());
    assert_eq!(
        ask_from(&site, request(), "198.51.100.1:5000").await.status,
        200
    );
    let long = format!("/mail/config-v1.1.xml?emailaddress={}", "a".repeat(17_000));
    let long = ask_from(&site, at("autoconfig.q.com", &long), "203.0.113.1:5000").await;
    assert_eq!(long.status, 414);
}

#[tokio::test]
async fn a_refusal_is_in_the_format_of_what_was_asked_for() {
    let site = site_of(&NAMES);
    for (path, kind) in [
        ("/mail/config-v1.1.xml", "text/plain"),
        ("/autodiscover/autodiscover.xml", "text/xml"),
        ("/autodiscover/autodiscover.json", "application/json"),
        (
            "/autodiscover/autodiscover.json/v1.0/jane@q.com",
            "application/json",
        ),
    ] {
        let mut request = match kind {
            "text/xml" => post(path, ""),
            _ => get(path),
        };
        let host = "autoconfig.evil.example".parse().unwrap();
        request.headers_mut().insert("host", host);
        let answer = ask(&site, request).await;
        assert_eq!(answer.status, 421, "{path}");
        let sent = answer.header("content-type");
        assert!(sent.starts_with(kind), "{path}: {sent}");
    }
}
