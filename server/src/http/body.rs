//! Limits on the length of the request target, and on the type and size of the body.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

/// The largest request body in bytes. A form has an address, a password and a few service ids.
const MAX_BODY_LEN: usize = 8 * 1024;

/// What a browser has observed of a test, in bytes: some thirty steps of four services at most, each of which is
/// seldom longer than 600 bytes.
const MAX_OBSERVED_LEN: usize = 128 * 1024;

/// The longest path and query in bytes, enough for a search for a long error message with every byte escaped.
const MAX_TARGET_LEN: usize = 16 * 1024;

/// How long a client may take to send the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads the whole body before anything else is done for the request: it must be a small form and arrive in
/// time. Requests of other methods than POST get an empty body.
pub async fn small_form(request: Request, next: Next) -> Response {
    const FORM: &str = "application/x-www-form-urlencoded";
    small(request, next, FORM, MAX_BODY_LEN).await
}

/// As [`small_form`], for what a browser has observed of a test, in JSON.
pub async fn observed(request: Request, next: Next) -> Response {
    small(request, next, "application/json", MAX_OBSERVED_LEN).await
}

async fn small(request: Request, next: Next, kind: &str, max_len: usize) -> Response {
    if is_long_target(&request) {
        return StatusCode::URI_TOO_LONG.into_response();
    }
    if *request.method() != Method::POST {
        let (parts, _) = request.into_parts();
        return next.run(Request::from_parts(parts, Body::empty())).await;
    }
    if media_type(request.headers()) != kind {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    match received(request, max_len).await {
        Ok(request) => next.run(request).await,
        Err(status) => status.into_response(),
    }
}

/// Whether path and query are longer than anything that is asked for.
pub(crate) fn is_long_target(request: &Request) -> bool {
    let target = request.uri().path_and_query();
    target.is_some_and(|target| target.as_str().len() > MAX_TARGET_LEN)
}

/// The same request once its body has arrived: of at most this many bytes, and in time.
///
/// # Errors
///
/// The status of the refusal.
pub(crate) async fn received(request: Request, max_len: usize) -> Result<Request, StatusCode> {
    let (parts, body) = request.into_parts();
    let body = read_with_head(&parts.headers, body, max_len).await?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

async fn read_with_head(
    headers: &HeaderMap,
    body: Body,
    max_len: usize,
) -> Result<Bytes, StatusCode> {
    if content_length(headers).is_some_and(|length| length > max_len as u64) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match timeout(BODY_TIMEOUT, to_bytes(body, max_len)).await {
        Ok(Ok(body)) => Ok(body),
        // Too long, or the connection was closed; then the response is not read.
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// The media type of a body without its parameters, in lower case; empty without one.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.to_ascii_lowercase()
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::any;
    use futures_util::{StreamExt, stream};
    use tokio::time::{Instant, sleep};
    use tower::ServiceExt;

    use super::*;

    async fn status(request: Request) -> StatusCode {
        let echo = any(async |body: String| body).layer(from_fn(small_form));
        let app = Router::new().fallback(echo);
        app.oneshot(request).await.unwrap().status()
    }

    fn post(kind: &str, body: Body) -> Request {
        let request = Request::post("/").header(CONTENT_TYPE, kind);
        request.body(body).unwrap()
    }

    #[tokio::test]
    async fn only_small_forms_are_taken() {
        const FORM: &str = "application/x-www-form-urlencoded";
        for (kind, length, expected) in [
            (FORM, 3, 200),
            ("Application/X-WWW-Form-Urlencoded; charset=utf-8", 3, 200),
            (FORM, MAX_BODY_LEN, 200),
            (FORM, MAX_BODY_LEN + 1, 413),
            ("application/json", 3, 415),
            ("multipart/form-data; boundary=x", 3, 415),
            ("", 3, 415),
        ] {
            let request = post(kind, Body::from("a".repeat(length)));
            assert_eq!(status(request).await, expected, "{kind} {length}");
        }
        let mut lying = post(FORM, Body::from("a"));
        lying.headers_mut().insert(CONTENT_LENGTH, 99_999.into());
        assert_eq!(status(lying).await, 413);
    }

    #[tokio::test]
    async fn only_addresses_of_some_length_are_taken() {
        for (length, expected) in [(MAX_TARGET_LEN, 200), (MAX_TARGET_LEN + 1, 414)] {
            for prefix in ["/", "/?q="] {
                let address = format!("{prefix}{}", "a".repeat(length - prefix.len()));
                let request = Request::get(address).body(Body::empty()).unwrap();
                assert_eq!(status(request).await, expected, "{prefix} {length}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_is_not_waited_for() {
        let begin = Instant::now();
        let chunks = stream::repeat("a").then(async |chunk| {
            sleep(Duration::from_secs(1)).await;
            Ok::<_, std::io::Error>(chunk)
        });
        let request = post(
            "application/x-www-form-urlencoded",
            Body::from_stream(chunks),
        );
        assert_eq!(status(request).await, 408);
        assert_eq!(begin.elapsed(), BODY_TIMEOUT);
    }
}
