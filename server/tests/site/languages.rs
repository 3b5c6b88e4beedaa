//! One server answers in several languages, each request in its own.

use app::content::Files;
use app::record::built_in;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use server::http::host::Hosts;
use server::limits::LimitOptions;

use super::{Answer, ask, get, post, served_with, site};

/// The site in American English and in another language, which has a mark before every word of that.
fn site_in_two_languages() -> Router {
    let mut content = Files::built_in().unwrap();
    let english = content.0.clone().into_iter();
    content.0.extend(english.filter_map(|(path, text)| {
        let path = path.strip_prefix("en/")?;
        let marked = text
            .replace(" = \"", " = \"·")
            .replace("= [\"", "= [\"·")
            .replace("\n  \"", "\n  \"·");
        Some((format!("de/{path}"), marked))
    }));
    served_with(
        &content,
        built_in(),
        &LimitOptions::default(),
        Hosts::default(),
        |_| {},
    )
}

async fn ask_in(site: &Router, language: &str, mut request: Request<Body>) -> Answer {
    let headers = request.headers_mut();
    headers.insert("accept-language", language.parse().unwrap());
    ask(site, request).await
}

#[tokio::test]
async fn every_page_is_in_the_language_of_its_request() {
    let site = site_in_two_languages();
    // Once rendered and once from memory, where the page is kept.
    for _ in 0..2 {
        for path in [
            "/",
            "/test",
            "/settings/q.com",
            "/programs/thunderbird",
            "/fix",
            "/fix/gone?trail=start.gone",
            "/fix/card/clock?program=geary",
            "/errors?q=535",
            "/check?in_port=1",
            "/network",
            "/report",
            "/nothing",
            "/settings/unknown.example",
        ] {
            let english = ask_in(&site, "en-US, de;q=0.5", get(path)).await;
            let german = ask_in(&site, "de-AT, en;q=0.5", get(path)).await;
            let neither = ask_in(&site, "fr", get(path)).await;
            assert_eq!(english.text(), neither.text(), "{path}");
            for (answer, language) in [(&english, "en"), (&german, "de")] {
                assert_eq!(answer.header("content-language"), language, "{path}");
                let vary = answer.header("vary");
                assert_eq!(vary, "accept-encoding, accept-language", "{path}");
                let html = format!("<html lang=\"{language}\">");
                assert!(answer.text().contains(&html), "{path}");
            }
            assert_ne!(english.text(), german.text(), "{path}");
            assert!(!english.text().contains("·"), "{path}");
            let heading = german.text();
            let heading = heading.split_once("<h1").unwrap().1;
            let heading = heading.split_once('>').unwrap().1;
            assert!(heading.starts_with('·'), "{path}: {}", &heading[..60]);
        }
    }
}

#[tokio::test]
async fn a_test_answers_in_the_language_of_its_request() {
    let site = site_in_two_languages();
    for path in ["/test", "/api/test"] {
        for (language, title) in [
            ("de", "·Please type your email address first"),
            ("en", "Please type your email address first"),
        ] {
            let answer = ask_in(&site, language, post(path, "address=")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert_eq!(answer.header("content-language"), language, "{path}");
            let text = answer.text();
            assert!(text.contains(title), "{path} {language}: {text}");
            assert_eq!(text.contains("·Please"), language == "de", "{path}: {text}");
        }
    }
}

#[tokio::test]
async fn a_site_in_one_language_is_the_same_for_every_request() {
    let site = site();
    for path in ["/", "/nothing", "/errors?q=535"] {
        let answer = ask_in(&site, "de", get(path)).await;
        assert_eq!(answer.header("content-language"), "en", "{path}");
        assert_eq!(answer.header("vary"), "accept-encoding", "{path}");
    }
}
