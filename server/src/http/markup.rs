//! The markup that Leptos writes, made valid and small.
//!
//! Leptos marks places in the markup with `<!>`, which the grammar of HTML does not have, and ends every page
//! with scripts behind its last tag. Only what an island renders by itself is hydrated, so only there marks are needed.
//! The scripts prepare for streamed data, which no page of this site has; `app/hydrate.mjs` says so instead.

use app::address::Domain;
use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::StreamExt;

use crate::http::own_links::tag_of_domain;

/// The same page with valid markup, whose links keep the domain that the page is about. Its parts stay parts, so that a page can be sent while it is rendered.
pub(crate) fn valid(page: Response, domain: Option<Domain>) -> Response {
    page.map(|body| {
        let mut markup = Markup {
            domain,
            ..Markup::default()
        };
        let parts = body.into_data_stream().map(move |part| {
            part.map(|part| match str::from_utf8(&part) {
                Ok(text) => Bytes::from(markup.valid(text)),
                // Leptos writes text only.
                Err(_) => part,
            })
        });
        Body::from_stream(parts)
    })
}

/// Where in the markup of a page a part begins.
#[derive(Debug, Default)]
struct Markup {
    /// The elements around it that begin or end what is hydrated, the innermost last.
    around: Vec<Around>,
    /// Whether the page has ended.
    ended: bool,
    /// What the page is about, where there are too many groups of addresses for one page.
    domain: Option<Domain>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    /// What an island renders by itself.
    Island,
    /// What the server has rendered for an island, which is never hydrated.
    Children,
}

/// What Leptos writes for nothing, and as a mark between two texts.
const MARKS: [&str; 2] = ["<!--<() />-->", "<!>"];
const END: &str = "</html>";

impl Markup {
    /// The next part of the markup. Leptos splits no tag between two parts.
    fn valid(&mut self, part: &str) -> String {
        let mut valid = String::with_capacity(part.len());
        let mut rest = part;
        while !self.ended {
            let Some(tag) = rest.find('<') else {
                valid.push_str(rest);
                break;
            };
            valid.push_str(&rest[..tag]);
            rest = &rest[tag..];
            if let Some(mark) = MARKS.into_iter().find(|mark| rest.starts_with(mark)) {
                if self.around.last() == Some(&Around::Island) {
                    valid.push_str("<!---->");
                }
                rest = &rest[mark.len()..];
                continue;
            }
            if let Some((tag, length)) = self.own_tag(rest) {
                valid.push_str(&tag);
                rest = &rest[length..];
                continue;
            }
            self.enter_or_leave(rest);
            let length = if self.ended { END.len() } else { 1 };
            valid.push_str(&rest[..length]);
            rest = &rest[length..];
        }
        valid
    }

    /// A tag that leads to a page of the same domain, and the length of what it takes the place of.
    fn own_tag(&self, rest: &str) -> Option<(String, usize)> {
        let length = rest.find('>')? + 1;
        let tag = tag_of_domain(&rest[..length], self.domain.as_ref()?)?;
        Some((tag, length))
    }

    fn enter_or_leave(&mut self, tag: &str) {
        if tag.starts_with("<leptos-island") {
            self.around.push(Around::Island);
        } else if tag.starts_with("<leptos-children") {
            self.around.push(Around::Children);
        } else if tag.starts_with("</leptos-") {
            self.around.pop();
        } else if tag.starts_with(END) {
            self.ended = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_links_of_a_page_about_a_domain_keep_it() {
        let mut markup = Markup {
            domain: "example.com".parse().ok(),
            ..Markup::default()
        };
        let valid =
            markup.valid("<p><!><a href=\"/test\">a &lt; b</a> <a href=\"/status\">c</a></p>");
        let expected =
            "<p><a href=\"/test?domain=example.com\">a &lt; b</a> <a href=\"/status\">c</a></p>";
        assert_eq!(valid, expected);
    }

    #[test]
    fn marks_stay_only_where_they_are_hydrated_and_nothing_follows_the_page() {
        for (parts, expected) in [
            (&["<p>a<!>b<!--<() />--></p>"][..], "<p>ab</p>"),
            (
                &[
                    "<leptos-island data-component=\"X\"><b>a<!>b</b><!--<() />--></leptos-island>c<!>",
                ],
                "<leptos-island data-component=\"X\"><b>a<!---->b</b><!----></leptos-island>c",
            ),
            (
                &[
                    "<leptos-island>a<!><leptos-children>b<!>",
                    "c<!></leptos-children><!></leptos-island><!>",
                ],
                "<leptos-island>a<!----><leptos-children>bc</leptos-children><!----></leptos-island>",
            ),
            (
                &["a < b <!-- kept --> &lt;!&gt;"],
                "a < b <!-- kept --> &lt;!&gt;",
            ),
            (
                &[
                    "<body></body><!></html><!><script>x</script>",
                    "<script>y</script>",
                ],
                "<body></body></html>",
            ),
            (&["ä", "<ö"], "ä<ö"),
        ] {
            let mut markup = Markup::default();
            let valid: String = parts.iter().map(|part| markup.valid(part)).collect();
            assert_eq!(valid, expected);
        }
    }
}
