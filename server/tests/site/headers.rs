use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::{Answer, ask, ask_from, get, post, site};

pub(crate) fn assert_fixed_headers(path: &str, answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{path}: {name}");
    }
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{path}: {policy}");
    }
    for part in ["unsafe-inline", "'unsafe-eval'", "*", "http:"] {
        assert!(!policy.contains(part), "{path}: {policy}");
    }
    assert_ne!(answer.header("cache-control"), "", "{path}");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = site();
    for path in [
        "/",
        "/test",
        "/settings/q.com",
        "/settings/unknown.example",
        "/nothing",
        "/robots.txt",
        "/favicon.svg",
        "/programs",
        "/programs/outlook",
        "/programs/geary",
        "/programs/nothing",
        "/fix",
        "/fix/gone",
        "/fix/nothing",
        "/fix/card/clock?program=geary",
        "/errors?q=535",
        "/check?in_port=1",
        "/network",
        "/report",
        "/healthz",
        "/readyz",
        "/.well-known/security.txt",
        "/pkg/nothing.js",
        "/api/test",
        "/api/nothing",
    ] {
        assert_fixed_headers(path, &ask(&site, get(path)).await);
    }
    assert_fixed_headers("POST /test", &ask(&site, post("/test", "address=")).await);
    assert_fixed_headers("POST /nothing", &ask(&site, post("/nothing", "")).await);
}

#[tokio::test]
async fn the_policy_allows_the_style_of_every_page_and_one_script_in_it() {
    let site = site();
    let pages = ["/", "/test", "/fix", "/programs/thunderbird", "/nothing"].map(get);
    for request in pages.into_iter().chain([post("/test", "address=")]) {
        let path = request.uri().clone();
        let answer = ask(&site, request).await;
        let policy = answer.header("content-security-policy");
        assert!(!policy.contains("nonce"), "{path}: {policy}");
        let page = answer.text();
        let scripts: Vec<_> = page.split("<script").skip(1).collect();
        assert_eq!(
            scripts.len(),
            2,
            "{path}: that of the device, that of the bundle"
        );
        let (tag, rest) = scripts[1].split_once('>').unwrap();
        assert!(tag.contains(" src=\"/pkg/browser-"), "{path}: {tag}");
        assert!(rest.starts_with("</script>"), "{path}");
        // The other one is a constant, so its hash allows nothing that anybody has typed.
        let script = scripts[0].strip_prefix('>').unwrap();
        let script = script.split_once("</script>").unwrap().0;
        assert_eq!(script, app::site::DEVICE_SCRIPT, "{path}");
        let allowed = format!("script-src 'self' 'wasm-unsafe-eval' '{}';", sha256(script));
        assert!(policy.contains(&allowed), "{path}: {policy}");
        let styles: Vec<_> = page.split("<style>").skip(1).collect();
        assert_eq!(styles.len(), 1, "{path}: the style sheet");
        let style = styles[0].split_once("</style>").unwrap().0;
        let allowed = format!("style-src '{}';", sha256(style));
        assert!(policy.contains(&allowed), "{path}: {policy}");
        assert_eq!(policy.matches("'sha256-").count(), 2, "{path}");
        for inline in [" style=", " onclick=", "javascript:"] {
            assert!(!page.contains(inline), "{path}: {inline}");
        }
    }
}

/// A text as the policy allows it.
pub(super) fn sha256(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    format!("sha256-{}", BASE64_STANDARD.encode(digest))
}

#[tokio::test]
async fn browsers_are_told_to_stay_with_https_only_where_they_came_with_it() {
    for (peer, protocol, expected) in [
        ("10.0.0.1:1", "https", "max-age=31536000"),
        ("10.0.0.1:1", "http", ""),
        ("192.0.2.1:1", "https", ""),
        ("127.0.0.1:1", "", ""),
    ] {
        for path in ["/", "/nothing", "/robots.txt"] {
            let mut request = get(path);
            let headers = request.headers_mut();
            headers.insert("x-forwarded-proto", protocol.parse().unwrap());
            let answer = ask_from(&site(), request, peer).await;
            let found = answer.header("strict-transport-security");
            assert_eq!(found, expected, "{peer} {protocol} {path}");
        }
    }
}
