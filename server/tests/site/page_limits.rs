//! Pages that are rendered for one request are limited; pages from the page cache are not.

use std::num::NonZeroUsize;

use app::record::built_in;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use server::http::client::ConnectionInfo;
use server::limits::{LimitOptions, Rate};
use tower::ServiceExt;

use super::headers::{assert_fixed_headers, sha256};
use super::{Answer, ask, ask_from, get, post, site_with};

fn site(pages: u32, at_once: usize) -> Router {
    let options = LimitOptions {
        pages_per_client: Rate::new(pages.try_into().unwrap(), 60),
        pages_at_once_per_client: NonZeroUsize::new(at_once).unwrap(),
        ..LimitOptions::default()
    };
    site_with(built_in(), &options)
}

/// Sends a request and does not read the body of the response.
async fn ask_unread(site: &Router, path: &str) -> axum::response::Response {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    let client = "127.0.0.1:50000".parse().unwrap();
    request
        .extensions_mut()
        .insert(ConnectionInfo::plain(client));
    site.clone().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn a_client_that_asks_for_too_many_pages_is_told_to_wait() {
    let kinds = [
        get("/errors?q=535"),
        get("/nothing"),
        get("/settings/%ff"),
        get("/fix?trail=start.send"),
        post("/test", "address="),
        post("/settings", "address=%00"),
        post("/", ""),
    ];
    for kind in kinds {
        let site = site(1, 8);
        assert_ne!(ask(&site, get("/errors?q=1")).await.status, 429);
        let (parts, body) = kind.into_parts();
        let what = format!("{} {}", parts.method, parts.uri);
        let refused = ask(&site, Request::from_parts(parts, body)).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{what}");
        assert_eq!(refused.header("retry-after"), "60", "{what}");
        assert_eq!(refused.header("cache-control"), "no-store", "{what}");
        assert_fixed_headers(&what, &refused);
        let text = refused.text();
        assert!(
            text.contains("We cannot show this page right now"),
            "{text}"
        );
        let style = text.split_once("<style>").unwrap().1;
        let style = style.split_once("</style>").unwrap().0;
        let allowed = format!("style-src '{}';", sha256(style));
        let policy = refused.header("content-security-policy");
        assert!(policy.contains(&allowed), "{policy}");
        // Everybody else pays for the bytes of a client that asks for hundreds.
        assert!(text.len() < 1500, "{what}: {} bytes", text.len());
        // Other clients are not limited, and cached pages are still served.
        let other = ask_from(&site, get("/errors?q=1"), "192.0.2.1:1").await;
        assert_eq!(other.status, StatusCode::OK, "{what}");
        assert_eq!(ask(&site, get("/errors")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn pages_that_nobody_reads_count_until_they_are_gone() {
    let site = site(1000, 2);
    let first = ask_unread(&site, "/errors?q=1").await;
    let second = ask_unread(&site, "/nothing").await;
    let refused = ask(&site, get("/errors?q=2")).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_ne!(refused.header("retry-after"), "");
    assert_eq!(ask(&site, get("/")).await.status, StatusCode::OK);
    // The permit belongs to the bytes and is held as long as any buffer holds a part of them.
    let bytes = axum::body::to_bytes(first.into_body(), usize::MAX)
        .await
        .unwrap();
    let piece = bytes.slice(..1);
    drop((bytes, second));
    assert_eq!(ask(&site, get("/errors?q=2")).await.status, StatusCode::OK);
    let _third = ask_unread(&site, "/errors?q=3").await;
    let refused = ask(&site, get("/errors?q=4")).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    drop(piece);
    assert_eq!(ask(&site, get("/errors?q=4")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn rendered_pages_are_compressed_whole() {
    let site = site(1000, 8);
    let plain = ask(&site, get("/errors?q=535")).await;
    for encoding in ["br", "gzip"] {
        let mut request = get("/errors?q=535");
        let accepted = encoding.parse().unwrap();
        request.headers_mut().insert("accept-encoding", accepted);
        let packed = ask(&site, request).await;
        assert_eq!(packed.header("content-encoding"), encoding);
        assert_eq!(packed.header("vary"), "accept-encoding");
        let (packed, plain) = (packed.body.len(), plain.body.len());
        assert!(packed * 3 < plain * 2, "{encoding}: {packed} of {plain}");
    }
    // A page with every known message would be ten times as large.
    let all = ask(&site, get("/errors")).await;
    assert!(without_style(&plain) < without_style(&all) / 5);
}

/// The length of a page without the style sheet, which all pages have.
fn without_style(answer: &Answer) -> usize {
    let page = answer.text();
    let style = page.split_once("<style>").unwrap().1;
    page.len() - style.find("</style>").unwrap()
}
