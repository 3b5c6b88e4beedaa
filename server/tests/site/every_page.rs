//! What holds for every page that is the same for everybody.

use std::collections::{BTreeMap, HashMap};

use tokio::sync::OnceCell;

use super::{Answer, ask, get, site};

/// What a browser gets in the first round trip of a connection, in bytes: ten packets (RFC 6928), less the headers.
const FIRST_ROUND_TRIP: usize = 14_000;

/// Pages that may be larger. The first of their bytes have all of the style and what is seen first.
const LARGER: [(&str, usize); 1] = [
    // It has every message of the guide, because with scripts the browser searches it and nothing is sent.
    ("/errors", 24_000),
];

/// Pages to begin with; the links on them lead to all others.
const FIRST: [&str; 4] = ["/", "/report", "/network", "/settings/unknown.example"];

/// Every page that can be reached, compressed as it is sent.
async fn every_page() -> &'static BTreeMap<String, Answer> {
    static PAGES: OnceCell<BTreeMap<String, Answer>> = OnceCell::const_new();
    PAGES
        .get_or_init(async || {
            let site = site();
            let mut pages = BTreeMap::new();
            let mut next: Vec<_> = FIRST.map(str::to_owned).into();
            while let Some(path) = next.pop() {
                if pages.contains_key(&path) {
                    continue;
                }
                let mut request = get(&path);
                let headers = request.headers_mut();
                headers.insert("accept-encoding", "br".parse().unwrap());
                let mut answer = ask(&site, request).await;
                let text = ask(&site, get(&path)).await.text();
                next.extend(links(&text));
                // The length is that of the compressed page, the text is the page.
                let length = answer.body.len();
                answer.headers.insert("content-length", length.into());
                answer.body = text.into_bytes();
                pages.insert(path, answer);
            }
            pages.retain(|_, answer| !answer.header("etag").is_empty());
            pages
        })
        .await
}

/// The paths of the pages to which a page leads.
fn links(page: &str) -> impl Iterator<Item = String> {
    let links = page.split("<a ").skip(1);
    links.filter_map(|link| {
        let tag = link.split_once('>')?.0;
        let href = tag.split_once("href=\"")?.1.split('"').next()?;
        let path = href.split(['?', '#']).next()?;
        path.starts_with('/').then(|| path.to_owned())
    })
}

/// Whether a page is a question of the troubleshooter.
fn asks(path: &str) -> bool {
    path.starts_with("/fix") && !path.starts_with("/fix/card/")
}

/// The text between two others.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let rest = page.split_once(before).map_or("", |(_, rest)| rest);
    rest.split_once(after).map_or("", |(text, _)| text)
}

#[tokio::test]
async fn every_page_has_a_title_and_a_description_of_its_own() {
    let pages = every_page().await;
    assert!(pages.len() > 100, "{} pages", pages.len());
    let mut seen = HashMap::new();
    for (path, answer) in pages {
        let page = answer.text();
        let title = between(&page, "<title>", "</title>");
        let description = between(&page, "<meta name=\"description\" content=\"", "\"");
        let shared = between(&page, "<meta property=\"og:description\" content=\"", "\"");
        assert!(title.ends_with("mail help"), "{path}: {title}");
        assert!(description.len() > 20, "{path}: {description:?}");
        assert!(description.chars().count() < 260, "{path}: {description}");
        assert!(!description.contains('{'), "{path}: {description}");
        assert_eq!(description, shared, "{path}");
        let own = between(&page, "<meta property=\"og:title\" content=\"", "\"");
        assert!(!own.is_empty() && title.starts_with(own), "{path}: {own}");
        for text in [title, description] {
            let other = seen.insert(text.to_owned(), path.as_str());
            // The troubleshooter asks some questions in more than one place.
            let same = |other| asks(other) && asks(path);
            assert!(
                other.is_none_or(same),
                "{path} and {other:?} both say {text:?}"
            );
        }
    }
}

#[tokio::test]
async fn every_page_arrives_in_one_round_trip_with_its_style() {
    let mut sizes: Vec<_> = every_page()
        .await
        .iter()
        .map(|(path, answer)| {
            let page = answer.text();
            assert_eq!(answer.header("content-encoding"), "br", "{path}");
            assert_eq!(page.matches("<style>").count(), 1, "{path}");
            assert!(!page.contains("rel=\"stylesheet\""), "{path}");
            let length: usize = answer.header("content-length").parse().unwrap();
            (length, path)
        })
        .collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    println!("The largest pages: {:?}", &sizes[..10]);
    for (length, path) in &sizes {
        let larger = LARGER.iter().find(|(larger, _)| larger == path);
        let budget = larger.map_or(FIRST_ROUND_TRIP, |(_, budget)| *budget);
        assert!(
            *length <= budget,
            "{path} weighs {length} of {budget} bytes"
        );
    }
}

#[tokio::test]
async fn a_page_knows_its_place_in_the_navigation() {
    for (path, place) in [
        ("/", Some(("/", "page"))),
        ("/settings/q.com", Some(("/", "true"))),
        ("/programs/thunderbird", Some(("/programs", "true"))),
        ("/fix", Some(("/fix", "page"))),
        ("/errors", None),
    ] {
        let page = every_page().await[path].text();
        let menu = between(&page, "<nav id=\"menu\"", "</nav>");
        let found = menu.split("<a ").find(|link| link.contains("aria-current"));
        match (place, found) {
            (None, found) => assert_eq!(found, None, "{path}"),
            (Some((href, value)), Some(link)) => {
                let current = format!("href=\"{href}\" aria-current=\"{value}\"");
                assert!(link.contains(&current), "{path}: {link}");
            }
            (Some(_), None) => panic!("{path} has no place: {menu}"),
        }
    }
}

#[tokio::test]
async fn every_page_ends_where_its_markup_ends_and_has_no_marks_outside_of_islands() {
    for (path, answer) in every_page().await {
        let page = answer.text();
        assert!(page.ends_with("</body></html>"), "{path}");
        assert!(!page.contains("<!>"), "{path}");
        let head = between(&page, "<head>", "</head>");
        assert!(!head.contains("<!--"), "{path}");
    }
}

#[tokio::test]
async fn no_page_says_to_type_a_value_that_there_is_none_of() {
    for (path, answer) in every_page().await {
        let page = answer.text();
        let place = page.find("not offered");
        let near = place.and_then(|at| page.get(at.saturating_sub(200)..at + 20));
        assert_eq!(near, None, "{path}");
    }
}
