//! An immutable response body in every content encoding.

use axum::body::Bytes;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, ETAG, HeaderMap, HeaderValue, VARY};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use headers::{ETag, HeaderMapExt, IfNoneMatch};

use crate::http::encoding::{Effort, Encoding};

/// The same content plain and compressed, with the headers that belong to it.
#[derive(Clone, Debug)]
pub struct EncodedBody {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    headers: HeaderMap,
}

impl EncodedBody {
    /// Content with existing compressed versions, if there are any.
    pub fn new(
        mut headers: HeaderMap,
        plain: Bytes,
        brotli: Option<Bytes>,
        gzip: Option<Bytes>,
    ) -> Self {
        headers.remove(CONTENT_LENGTH);
        // A page that varies with more says so already.
        let vary = HeaderValue::from_static("accept-encoding");
        headers.entry(VARY).or_insert(vary);
        if let Some(tag) = tag(&plain) {
            headers.insert(ETAG, tag);
        }
        Self {
            plain,
            brotli,
            gzip,
            headers,
        }
    }

    /// Content that is compressed now, with the best compression. This takes tens of milliseconds.
    pub fn compressed(headers: HeaderMap, plain: Bytes) -> Self {
        let [brotli, gzip] = Encoding::ALL.map(|encoding| encoding.encode(&plain, Effort::Best));
        Self::new(headers, plain, brotli, gzip)
    }

    /// Answers in the smallest encoding that the browser accepts, or with 304 if it has the content already.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        if self.is_known(request) {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            *response.headers_mut() = self.headers.clone();
            response.headers_mut().remove(header::CONTENT_TYPE);
            return response;
        }
        let forms = [
            (Encoding::Brotli, &self.brotli),
            (Encoding::Gzip, &self.gzip),
        ];
        let mut forms = forms.into_iter().filter_map(|(encoding, body)| {
            let accepted = encoding.is_accepted(request);
            Some((encoding, body.as_ref().filter(|_| accepted)?))
        });
        let smallest = forms.next();
        let body = smallest.map_or(&self.plain, |(_, body)| body);
        let mut response = body.clone().into_response();
        *response.headers_mut() = self.headers.clone();
        if let Some((encoding, _)) = smallest {
            let name = HeaderValue::from_static(encoding.name());
            response.headers_mut().insert(CONTENT_ENCODING, name);
        }
        response
    }

    /// Whether the browser has this content, according to `If-None-Match` (RFC 9110 §13.1.2).
    fn is_known(&self, request: &HeaderMap) -> bool {
        let tag = self.headers.typed_get::<ETag>();
        let known = request.typed_get::<IfNoneMatch>();
        let (Some(tag), Some(known)) = (tag, known) else {
            return false;
        };
        !known.precondition_passes(&tag)
    }
}

/// The entity tag of the content. It is weak, because all encodings share it (RFC 9110 §8.8.1).
fn tag(plain: &[u8]) -> Option<HeaderValue> {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, plain);
    let hex: String = digest.as_ref()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    HeaderValue::try_from(format!("W/\"{hex}\"")).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::header::IF_NONE_MATCH;

    use super::*;

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let stored = EncodedBody::compressed(HeaderMap::new(), Bytes::from_static(b"content"));
        let tag = stored.headers[ETAG].to_str().unwrap().to_owned();
        for (known, status) in [
            (None, StatusCode::OK),
            (Some("W/\"0123456789abcdef\"".to_owned()), StatusCode::OK),
            (Some(format!("\"x\", {tag}")), StatusCode::NOT_MODIFIED),
            (Some(tag.clone()), StatusCode::NOT_MODIFIED),
            (
                Some(tag.trim_start_matches("W/").to_owned()),
                StatusCode::NOT_MODIFIED,
            ),
            (Some("*".to_owned()), StatusCode::NOT_MODIFIED),
            (Some("no tag".to_owned()), StatusCode::OK),
        ] {
            let mut request = HeaderMap::new();
            if let Some(known) = &known {
                request.insert(IF_NONE_MATCH, known.parse().unwrap());
            }
            let answer = stored.answer(&request);
            assert_eq!(answer.status(), status, "{known:?}");
            assert_eq!(answer.headers()[ETAG], tag.as_str());
        }
    }
}
