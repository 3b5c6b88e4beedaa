//! Who runs the site, as the operator says it.

use crate::record::HttpsUrl;

/// Who runs the site. It need not be the provider whose settings it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operator {
    /// The name.
    pub name: Option<String>,
    /// What becomes of the visitors' data.
    pub privacy: Option<HttpsUrl>,
    /// Where to write about the site.
    pub contact: Option<Contact>,
}

/// Where to reach somebody, as a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact(String);

impl Contact {
    /// Parses the value of an option of the command line.
    ///
    /// # Errors
    ///
    /// Where it is another kind of URL, or none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let known = ["mailto:", "https://", "tel:"];
        let fits = known
            .iter()
            .any(|begin| text.len() > begin.len() && text.starts_with(begin));
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("expected a URL that begins with mailto:, https:// or tel:".into())
        }
    }

    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_urls() {
        for (text, fits) in [
            ("mailto:security@example.net", true),
            ("https://example.net/security", true),
            ("tel:+1-201-555-0123", true),
            ("security@example.net", false),
            ("http://example.net", false),
            ("javascript:alert(1)", false),
            ("mailto:", false),
            ("mailto:a b", false),
            ("mailto:a\nExpires: never", false),
        ] {
            assert_eq!(Contact::parse(text).is_ok(), fits, "{text}");
        }
    }
}
