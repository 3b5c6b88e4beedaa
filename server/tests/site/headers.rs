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

/// The scripts with which Leptos ends every page. The policy allows them by their hashes, which the browser
/// tests verify.
const INLINE: [&str; 2] = [
    "__RESOLVED_RESOURCES=[];__SERIALIZED_ERRORS=[];__PENDING_RESOURCES=[];__RESOURCE_RESOLVERS=[];",
    "__INCOMPLETE_CHUNKS=[];",
];

#[tokio::test]
async fn the_policy_allows_the_scripts_of_every_page_and_no_others() {
    let site = site();
    let pages = ["/", "/test", "/fix", "/programs/thunderbird", "/nothing"].map(get);
    for request in pages.into_iter().chain([post("/test", "address=")]) {
        let path = request.uri().clone();
        let answer = ask(&site, request).await;
        let policy = answer.header("content-security-policy");
        assert!(!policy.contains("nonce"), "{path}: {policy}");
        let page = answer.text();
        let scripts = page.split("<script").skip(1).map(|script| {
            let (tag, rest) = script.split_once('>').unwrap();
            (tag, rest.split_once("</script>").unwrap().0)
        });
        let (own, inline): (Vec<_>, Vec<_>) = scripts.partition(|(tag, _)| tag.contains(" src="));
        assert!(own.len() == 1 && own[0].0.contains(" src=\"/pkg/browser-"));
        let inline: Vec<_> = inline.into_iter().map(|(_, script)| script).collect();
        assert_eq!(inline, INLINE, "{path}");
        assert_eq!(policy.matches("'sha256-").count(), INLINE.len(), "{path}");
        for inline in ["<style", " style=", " onclick=", "javascript:"] {
            assert!(!page.contains(inline), "{path}: {inline}");
        }
    }
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
