//! Asks the server for a page, of which an island takes a part.

use gloo_net::http::Request;
use web_sys::{DomParser, Element, RequestCache, SupportedType};

/// The first element that fits, in the page as the server makes it now.
pub(super) async fn part_of(path: &str, selector: &str) -> Option<Element> {
    // The server does not answer this with a page that it is just rendering anew.
    let asked = Request::get(path).cache(RequestCache::NoCache);
    let page = asked.send().await.ok()?.text().await.ok()?;
    let parser = DomParser::new().ok()?;
    let page = parser.parse_from_string(&page, SupportedType::TextHtml);
    page.ok()?.query_selector(selector).ok()?
}
