//! Asks the server for a page, of which an island takes parts.

use gloo_net::http::Request;
use web_sys::{DomParser, Element, RequestCache, SupportedType};

use super::dom;

/// The page as the server makes it now, if it has what fits.
pub(super) async fn page_with(path: &str, selector: &str) -> Option<Element> {
    // The server does not answer this with a page that it is just rendering anew.
    let asked = Request::get(path).cache(RequestCache::NoCache);
    let page = asked.send().await.ok()?.text().await.ok()?;
    let parser = DomParser::new().ok()?;
    let page = parser.parse_from_string(&page, SupportedType::TextHtml);
    let page = page.ok()?.document_element()?;
    dom::find(&page, selector).map(|_| page)
}
