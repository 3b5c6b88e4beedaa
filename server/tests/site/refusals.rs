use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;

use super::{ask, ask_from, get, post, site, site_of};

const CANARY: &str = "canary-7c1f";

#[tokio::test]
async fn an_address_without_a_path_is_no_page() {
    let site = site();
    for (method, address) in [
        ("GET", "help.example:443"),
        ("OPTIONS", "*"),
        ("OPTIONS", "help.example"),
        ("CONNECT", "help.example:25"),
    ] {
        let request = Request::builder().method(method).uri(address);
        let answer = ask(&site, request.body(Body::empty()).unwrap()).await;
        assert!(
            answer.status.is_client_error(),
            "{method} {address}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn a_form_that_makes_no_sense_is_the_fault_of_its_sender() {
    let site = site();
    for form in [
        "",
        "surprise=1",
        "address=a&address=b",
        "address[a][b]=1",
        "address=j%40q.com&services=imap",
    ] {
        for path in ["/api/test", "/test"] {
            let answer = ask(&site, post(path, form)).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {form}");
        }
    }
}

#[tokio::test]
async fn refused_tests_say_why_in_the_stream_and_on_the_page() {
    for (form, client, status, title) in [
        (
            "address=",
            "127.0.0.1:1",
            StatusCode::UNPROCESSABLE_ENTITY,
            "type your email address",
        ),
        (
            "address=jane",
            "127.0.0.1:1",
            StatusCode::UNPROCESSABLE_ENTITY,
            "not look like an email",
        ),
        (
            "address=j%40x.example",
            "127.0.0.1:1",
            StatusCode::UNPROCESSABLE_ENTITY,
            "not have settings",
        ),
        (
            "address=j%40q.com&services[]=mail.evil.example%3A25",
            "127.0.0.1:1",
            StatusCode::UNPROCESSABLE_ENTITY,
            "nothing to test",
        ),
        (
            "address=q.com&password=canary-7c1f",
            "127.0.0.1:1",
            StatusCode::UNPROCESSABLE_ENTITY,
            "whole email address",
        ),
        (
            "address=j%40q.com&password=canary-7c1f%0d%0a",
            "127.0.0.1:1",
            StatusCode::UNPROCESSABLE_ENTITY,
            "cannot be a mail password",
        ),
        (
            "address=j%40q.com&password=canary-7c1f",
            "192.0.2.1:1",
            StatusCode::FORBIDDEN,
            "did not use your password",
        ),
    ] {
        let stream = ask_from(&site(), post("/api/test", form), client).await;
        assert_eq!(stream.status, status, "{form}");
        let events: Vec<Value> = stream
            .text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(events.len(), 3, "{form}: {events:?}");
        let refused = events[1]["refused"]["title"].as_str();
        assert!(
            refused.is_some_and(|said| said.contains(title)),
            "{form}: {}",
            events[1]
        );
        assert_eq!(events[2], "done", "{form}");

        let page = ask_from(&site(), post("/test", form), client).await;
        assert_eq!(page.status, status, "{form}");
        assert!(page.text().contains(title), "{form}: {}", page.text());
        // The browser keeps the page for its way back.
        for (answer, kept) in [(&stream, "no-store"), (&page, "private, no-cache")] {
            assert_eq!(answer.header("cache-control"), kept, "{form}");
            assert!(!answer.text().contains(CANARY), "{form} shows the password");
        }
    }
}

#[tokio::test]
async fn a_client_with_too_many_tests_is_told_to_wait() {
    let site = site();
    let form = "address=";
    assert_eq!(
        ask(&site, post("/api/test", form)).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let refused = ask(&site, post("/api/test", form)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "600");
    assert!(
        refused.text().contains("many tests in a short time"),
        "{}",
        refused.text()
    );
    let page = ask(&site, post("/test", form)).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.header("retry-after"), "600");
    assert!(page.text().contains("Wait 10 minutes"), "{}", page.text());
}

#[tokio::test]
async fn clients_behind_a_proxy_are_told_apart_and_others_cannot_pretend() {
    let form = "address=";
    let ask_for = async |site: &_, peer, client: &str| {
        let mut request = post("/api/test", form);
        let headers = request.headers_mut();
        headers.insert("x-forwarded-for", client.parse().unwrap());
        ask_from(site, request, peer).await.status
    };
    for (peer, second) in [
        ("10.0.0.1:1", StatusCode::UNPROCESSABLE_ENTITY),
        ("192.0.2.1:1", StatusCode::TOO_MANY_REQUESTS),
    ] {
        let site = site();
        let first = ask_for(&site, peer, "203.0.113.1").await;
        assert_eq!(first, StatusCode::UNPROCESSABLE_ENTITY, "{peer}");
        assert_eq!(ask_for(&site, peer, "203.0.113.2").await, second, "{peer}");
        let again = ask_for(&site, peer, "203.0.113.1").await;
        assert_eq!(again, StatusCode::TOO_MANY_REQUESTS, "{peer}");
    }
}

#[tokio::test]
async fn only_a_trusted_proxy_can_say_that_the_connection_is_secure() {
    for (peer, asks_for_password) in [("10.0.0.1:1", true), ("192.0.2.1:1", false)] {
        let mut request = get("/test");
        let headers = request.headers_mut();
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        let page = ask_from(&site(), request, peer).await.text();
        assert_eq!(
            page.contains("name=\"password\""),
            asks_for_password,
            "{peer}"
        );
        assert_ne!(
            page.contains("not opened over a secure connection"),
            asks_for_password,
            "{peer}"
        );
    }
}

#[tokio::test]
async fn other_sites_cannot_start_anything() {
    let site = site();
    for path in ["/api/test", "/test", "/settings"] {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site")
            .body(Body::from("address=jane%40q.com"))
            .unwrap();
        let answer = ask(&site, request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        // People get a page that says why; scripts have words of their own.
        let explained = answer
            .text()
            .contains("This request did not come from our own page");
        assert_eq!(explained, !path.starts_with("/api/"), "{path}");
    }
}

/// A foreign name that points to this server is another site (DNS rebinding).
#[tokio::test]
async fn only_the_names_of_the_site_are_answered() {
    let site = site_of(&["help.example"]);
    for (host, own) in [
        ("help.example", true),
        ("HELP.example:3000", true),
        ("evil.example", false),
        ("127.0.0.1:3000", false),
    ] {
        // Twice, because the second response is from the page cache.
        for path in ["/", "/", "/errors?q=1", "/test", "/robots.txt"] {
            let mut request = get(path);
            request.headers_mut().insert("host", host.parse().unwrap());
            let answer = ask(&site, request).await;
            let expected = if own {
                StatusCode::OK
            } else {
                StatusCode::MISDIRECTED_REQUEST
            };
            assert_eq!(answer.status, expected, "{host} {path}");
            let text = answer.text();
            assert_eq!(
                text.contains("has another address"),
                !own,
                "{host} {path}: {text}"
            );
        }
        let mut test = post("/api/test", "address=");
        test.headers_mut().insert("host", host.parse().unwrap());
        let status = ask(&site, test).await.status;
        assert_eq!(status == StatusCode::MISDIRECTED_REQUEST, !own, "{host}");
        // Health checks use an address instead of a name.
        let mut health = get("/healthz");
        health.headers_mut().insert("host", host.parse().unwrap());
        assert_eq!(ask(&site, health).await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_gets_a_clear_answer() {
    let site = site();
    let long = format!("address={}", "a".repeat(20_000));
    for (request, status) in [
        (post("/test", &long), StatusCode::PAYLOAD_TOO_LARGE),
        (post("/test", "services=%FF"), StatusCode::BAD_REQUEST),
        (post("/", ""), StatusCode::METHOD_NOT_ALLOWED),
        (
            post("/settings", "name=jane"),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (get("/settings/%ff"), StatusCode::BAD_REQUEST),
    ] {
        let uri = request.uri().clone();
        let answer = ask(&site, request).await;
        assert_eq!(answer.status, status, "{uri}");
        assert!(
            answer.text().contains("Go to the mail settings"),
            "{uri}: {}",
            answer.text()
        );
    }
}
