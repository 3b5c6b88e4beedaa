//! Where a site has many groups of addresses, the links of a page lead to pages of the same domain.

use app::address::Domain;

/// The pages that differ for each domain, by the beginnings of their paths.
const PAGES: [&str; 7] = [
    "/programs",
    "/fix",
    "/network",
    "/test",
    "/errors",
    "/check",
    "/report",
];

/// The field of a query, and of a form, that names the domain.
pub(crate) const DOMAIN: &str = "domain";

/// A path of a page, perhaps with a query and a fragment, with the domain in its query.
pub(crate) fn of_domain(target: &str, domain: &Domain) -> Option<String> {
    // In markup a `#` stands in character references, too.
    let mut marks = target.match_indices('#').map(|(at, _)| at);
    let fragment = marks.find(|at| !target[..*at].ends_with('&'));
    let (path_and_query, fragment) = target.split_at(fragment.unwrap_or(target.len()));
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    let differs = path == "/" || PAGES.iter().any(|page| is_below(path, page));
    let mut fields = query.split(['&', ';']);
    let names_one = fields.any(|field| field.starts_with("domain="));
    (differs && !names_one).then(|| match query {
        "" => format!("{path}?{DOMAIN}={domain}{fragment}"),
        _ => format!("{path}?{query}&{DOMAIN}={domain}{fragment}"),
    })
}

/// The start tag of a link or a form with the domain, if it leads to a page that differs for each. `tag` is the markup
/// from its `<` to its `>`.
pub(crate) fn tag_of_domain(tag: &str, domain: &Domain) -> Option<String> {
    let (attribute, is_form) = if tag.starts_with("<a ") {
        (" href=\"", false)
    } else if tag.starts_with("<form ") {
        (" action=\"", true)
    } else {
        return None;
    };
    let (before, rest) = tag.split_once(attribute)?;
    let (target, after) = rest.split_once('"')?;
    if is_form && !tag.contains(" method=\"post\"") {
        // What such a form sends takes the place of a query. This one has a field of its own for the domain.
        let sends = target != "/check" && of_domain(target, domain).is_some();
        let field = format!("<input type=\"hidden\" name=\"{DOMAIN}\" value=\"{domain}\">");
        return sends.then(|| format!("{tag}{field}"));
    }
    let target = of_domain(target, domain)?.replace("&domain=", "&amp;domain=");
    Some(format!("{before}{attribute}{target}\"{after}"))
}

fn is_below(path: &str, page: &str) -> bool {
    let rest = path.strip_prefix(page);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_pages_that_differ_keep_the_domain() {
        let domain = "example.com".parse().unwrap();
        for (tag, expected) in [
            (
                "<a class=\"x\" href=\"/test\">",
                Some("<a class=\"x\" href=\"/test?domain=example.com\">"),
            ),
            (
                "<a href=\"/fix/card/clock?trail=start.gone&amp;program=x#y\">",
                Some(
                    "<a href=\"/fix/card/clock?trail=start.gone&amp;program=x&amp;domain=example.com#y\">",
                ),
            ),
            ("<a href=\"/\">", Some("<a href=\"/?domain=example.com\">")),
            (
                "<a href=\"/#settings\">",
                Some("<a href=\"/?domain=example.com#settings\">"),
            ),
            ("<a href=\"/?domain=other.example\">", None),
            ("<a href=\"/check?a=b&amp;domain=other.example\">", None),
            ("<a href=\"/settings/example.com\">", None),
            ("<a href=\"/testing\">", None),
            ("<a href=\"https://example.net/test\">", None),
            ("<a href=\"//test\">", None),
            ("<a href=\"#add\">", None),
            (
                "<a href=\"/errors?q=it&#x27;s\">",
                Some("<a href=\"/errors?q=it&#x27;s&amp;domain=example.com\">"),
            ),
            ("<a>", None),
            ("<abbr href=\"/test\">", None),
            (
                "<form method=\"post\" action=\"/test?node=x\" class=\"y\">",
                Some(
                    "<form method=\"post\" action=\"/test?node=x&amp;domain=example.com\" class=\"y\">",
                ),
            ),
            (
                "<form action=\"/errors\">",
                Some(
                    "<form action=\"/errors\"><input type=\"hidden\" name=\"domain\" value=\"example.com\">",
                ),
            ),
            ("<form action=\"/check\">", None),
            ("<form method=\"post\" action=\"/settings\">", None),
        ] {
            assert_eq!(tag_of_domain(tag, &domain).as_deref(), expected, "{tag}");
        }
    }
}
