//! One site in two languages: each request gets its own, also from the page cache.

use app::content::Files;

use super::*;

/// The built-in texts, and the same again as Esperanto, with another first page and another end of a test.
fn two_languages() -> Files {
    let mut files = Files::built_in().unwrap();
    let english = files.0.clone();
    let english = english.iter().filter_map(|(path, text)| {
        let path = path.strip_prefix("en/")?;
        Some((format!("eo/{path}"), text))
    });
    for (path, text) in english {
        let text = match path.as_str() {
            "eo/pages.toml" => replaced(text, "Get your mail working again", "Via retpoŝto"),
            "eo/test.toml" => replaced(text, "The test has ended.", "La testo finiĝis."),
            _ => text.clone(),
        };
        files.0.insert(path, text);
    }
    files
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is no text any more");
    text.replace(from, to)
}

fn asking(mut request: Request<Body>, languages: &str) -> Request<Body> {
    let languages = languages.parse().unwrap();
    request.headers_mut().insert("accept-language", languages);
    request
}

fn in_two_languages() -> Router {
    let catalogue = Catalogue::read(&[built_in()], true).unwrap();
    let probe = Probe::new(Options::default()).unwrap();
    let assets = Assets::load().expect("the bundle is built before the tests: make build");
    let site = Site::of(catalogue, &two_languages(), "en", probe, assets.bundle()).unwrap();
    serving(site, assets, &LimitOptions::default(), Hosts::default())
}

#[tokio::test]
async fn each_request_gets_a_page_in_its_language() {
    let site = in_two_languages();
    // The second round comes from the page cache.
    for _ in 0..2 {
        for (languages, language, text) in [
            ("eo", "eo", "Via retpoŝto"),
            ("en-US, eo;q=0.5", "en", "Get your mail working again"),
            ("fr", "en", "Get your mail working again"),
            ("fr, eo-XX;q=0.9", "eo", "Via retpoŝto"),
        ] {
            for path in ["/", "/?made=for-this-request"] {
                let answer = ask(&site, asking(get(path), languages)).await;
                assert_eq!(answer.status, StatusCode::OK, "{languages} {path}");
                assert_eq!(answer.header("content-language"), language, "{languages}");
                let vary = answer.header("vary");
                assert_eq!(vary, "accept-encoding, accept-language", "{languages}");
                let page = answer.text();
                assert!(
                    page.contains(&format!("<html lang=\"{language}\"")),
                    "{page}"
                );
                assert!(page.contains(text), "{languages} {path}: {page}");
            }
        }
    }
}

#[tokio::test]
async fn a_site_in_one_language_does_not_vary_with_it() {
    let answer = ask(&site(), asking(get("/"), "eo, fr")).await;
    assert_eq!(answer.header("content-language"), "en");
    assert_eq!(answer.header("vary"), "accept-encoding");
}

#[tokio::test]
async fn a_test_answers_in_the_language_of_its_request() {
    let site = in_two_languages();
    for path in ["/test", "/api/test"] {
        for (languages, text) in [("eo", "La testo finiĝis."), ("en", "The test has ended.")] {
            // It is refused, so nothing is connected to.
            let request = post(path, "address=nobody&password=");
            let answer = ask(&site, asking(request, languages)).await;
            let answer = answer.text();
            assert!(answer.contains(text), "{path} {languages}: {answer}");
        }
    }
}
