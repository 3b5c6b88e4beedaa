//! A provider whose mail servers take no password.

use app::record::{RecordFile, built_in};
use axum::http::StatusCode;
use server::limits::LimitOptions;

use super::{ask, get, post, site, site_with};

const NOTE: &str = "lets mail programs sign in only through its own sign-in page";

/// The built-in record, as it would be of such a provider.
fn record() -> RecordFile {
    let RecordFile { name, text } = built_in();
    let text = text.replace("method = \"password\"", "method = \"oauth2\"");
    RecordFile { name, text }
}

#[tokio::test]
async fn no_page_asks_for_a_password_that_the_servers_do_not_take() {
    let oauth2 = site_with(record(), &LimitOptions::default());
    let password = site();
    for path in [
        "/",
        "/settings/q.com",
        "/programs/thunderbird",
        "/test",
        "/fix/password-way",
    ] {
        let page = ask(&oauth2, get(path)).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.text().contains(NOTE), "{path}");
        assert!(!page.text().contains("type=\"password\""), "{path}");
        assert!(
            !ask(&password, get(path)).await.text().contains(NOTE),
            "{path}"
        );
    }
    let settings = ask(&oauth2, get("/settings/q.com")).await.text();
    assert!(settings.contains("choose “OAuth2”, and sign in on the page that opens"));
    assert!(!settings.contains("normal password"), "{settings}");
}

#[tokio::test]
async fn a_password_that_is_given_all_the_same_is_refused_and_sent_nowhere() {
    let site = site_with(record(), &LimitOptions::default());
    for path in ["/api/test", "/test"] {
        let answer = ask(
            &site,
            post(path, "address=jane%40q.com&password=canary-7c1f"),
        )
        .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(
            answer.text().contains("takes no password here"),
            "{path}: {}",
            answer.text()
        );
        assert!(!answer.text().contains("canary-7c1f"), "{path}");
    }
}
