use super::{Answer, ask, get, post, site};

fn assert_fixed_headers(path: &str, answer: &Answer) {
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
async fn the_policy_allows_exactly_the_scripts_of_its_own_page() {
    let site = site();
    let mut seen = Vec::new();
    for path in ["/", "/test", "/nothing"] {
        let answer = ask(&site, get(path)).await;
        let policy = answer.header("content-security-policy");
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .and_then(|rest| rest.split('\'').next());
        let nonce = nonce
            .unwrap_or_else(|| panic!("{path}: {policy}"))
            .to_owned();
        let page = answer.text();
        for script in page.split("<script").skip(1) {
            assert!(
                script.contains(&format!("nonce=\"{nonce}\"")),
                "{path}: <script{script}"
            );
        }
        for inline in [" style=", " onclick=", "javascript:"] {
            assert!(!page.contains(inline), "{path}: {inline}");
        }
        assert!(!seen.contains(&nonce), "a nonce was used twice");
        seen.push(nonce);
    }
}
