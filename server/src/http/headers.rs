//! Headers of every response.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;
use base64::prelude::{BASE64_STANDARD, Engine as _};

/// Headers that are the same in every response.
const FIXED: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Old browsers do not know `frame-ancestors`.
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// The policy of what is no page: it may load nothing.
pub(crate) const STRICTEST: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Adds the fixed headers, and the strictest content security policy to responses without one.
pub async fn fixed(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    add_fixed(response.headers_mut());
    response
}

/// The same for a response that passes no middleware.
pub(crate) fn add_fixed(headers: &mut HeaderMap) {
    for (name, value) in FIXED {
        // What other sites may show says so itself.
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(STRICTEST);
    // A response without a cache policy of its own must be revalidated each time.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache"));
}

/// How long browsers must use only HTTPS (HSTS).
#[derive(Clone, Debug, Default)]
pub struct Hsts(Option<HeaderValue>);

impl Hsts {
    /// With this `max-age` in seconds; no header for 0. `includeSubDomains` is never sent, because the site must not
    /// set a policy for other hosts of the domain.
    pub fn seconds(seconds: u32) -> Self {
        let value = HeaderValue::try_from(format!("max-age={seconds}"));
        Self(value.ok().filter(|_| seconds > 0))
    }

    /// Adds the header; only for requests over HTTPS (RFC 6797 §7.2).
    pub(crate) fn apply(&self, response: &mut Response) {
        if let Some(value) = self.0.clone() {
            response
                .headers_mut()
                .insert(STRICT_TRANSPORT_SECURITY, value);
        }
    }
}

/// The content security policy of a page with this style sheet and this script in its head. Both are allowed by their
/// hashes: with a nonce every copy of a page would differ, and none could be cached.
pub(crate) fn page_policy(style: &str, script: &str) -> HeaderValue {
    let (style, script) = (sha256(style), sha256(script));
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-{script}'; \
         style-src 'sha256-{style}'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(STRICTEST)
}

/// The content security policy of a page that has only this style sheet.
pub(crate) fn style_policy(style: &str) -> HeaderValue {
    let style = sha256(style);
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(STRICTEST)
}

/// A hash as the content security policy names it.
fn sha256(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    BASE64_STANDARD.encode(digest)
}
