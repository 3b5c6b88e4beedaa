//! The browser bundle and the public files, which are part of the program.
//!
//! Files of the bundle are named by the hash of their final content, so that browsers may cache
//! them without revalidation. They are compressed when the bundle is built.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use app::site::{Bundle as PageBundle, DEVICE_SCRIPT};
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue,
};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::http::encoded_body::EncodedBody;
use crate::http::headers::{STRICTEST, page_policy};

/// The files that `make build` writes to `dist/pkg`. Debug builds read them when they start.
#[derive(RustEmbed)]
#[folder = "../dist/pkg"]
#[allow_missing = true]
struct Bundle;

#[derive(RustEmbed)]
#[folder = "../public"]
struct Public;

/// The program was built without the browser bundle.
#[derive(Debug, thiserror::Error)]
#[error("the browser bundle lacks {0}: build it first with `make build`")]
pub struct MissingBundle(&'static str);

/// Every static file, by its path.
#[derive(Clone, Debug)]
pub struct Assets {
    files: HashMap<String, EncodedBody>,
    bundle: PageBundle,
    page_policy: HeaderValue,
}

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ONE_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// The policy of the worker, which holds the password: it may load its WebAssembly and talk to this site, and nothing
/// else.
const WORKER_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

impl Assets {
    /// Loads the bundle and the public files, and names the files of the bundle.
    ///
    /// # Errors
    ///
    /// When a file of the bundle is missing.
    pub fn load() -> Result<Self, MissingBundle> {
        let style = bundled("main.css")?.data;
        // Our own tools have written it, in UTF-8.
        let style = String::from_utf8_lossy(&style).trim_end().to_owned();
        let mut files = HashMap::new();
        let script = add_program(&mut files, ["browser.js", "browser_bg.wasm"], STRICTEST)?;
        let worker = add_program(&mut files, ["worker.js", "worker_bg.wasm"], WORKER_POLICY)?;
        let worker_sums = ["worker.js", "worker_bg.wasm"].map(bundled);
        let paths = [worker.clone(), worker.replace(".js", "_bg.wasm")];
        let worker_sums = paths.into_iter().zip(worker_sums).map(|(path, file)| {
            let sum = hexadecimal(&file?.metadata.sha256_hash());
            Ok((path, sum))
        });
        let worker_sums = worker_sums.collect::<Result<_, MissingBundle>>()?;
        let page_policy = page_policy(&style, DEVICE_SCRIPT);
        let bundle = PageBundle {
            style,
            script,
            worker,
            worker_sums,
        };
        for name in Public::iter() {
            if let Some(file) = Public::get(&name) {
                let file = stored(&name, file, ONE_DAY, STRICTEST);
                files.insert(format!("/{name}"), file);
            }
        }
        Ok(Self {
            files,
            bundle,
            page_policy,
        })
    }

    /// What every page needs of the bundle.
    pub fn bundle(&self) -> PageBundle {
        self.bundle.clone()
    }

    /// The content security policy of a page, which allows the style of the bundle and the script in the head.
    pub(crate) fn page_policy(&self) -> HeaderValue {
        self.page_policy.clone()
    }

    /// The paths of all files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Whether there is a file at this path.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Answers with the file at a path, in the smallest encoding that the browser accepts.
    pub fn answer(&self, path: &str, request: &HeaderMap) -> Response {
        match self.files.get(path) {
            Some(file) => file.answer(request),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

/// Adds a script and its WebAssembly, and returns the path of the script.
fn add_program(
    files: &mut HashMap<String, EncodedBody>,
    names: [&'static str; 2],
    policy: HeaderValue,
) -> Result<String, MissingBundle> {
    let [script, wasm] = names;
    let name = script.trim_end_matches(".js");
    let [script_file, wasm_file] = [bundled(script)?, bundled(wasm)?];
    // The script derives the name of the WebAssembly file from its own name, so they share a hash.
    let mut both = script_file.metadata.sha256_hash();
    for (byte, other) in both.iter_mut().zip(wasm_file.metadata.sha256_hash()) {
        *byte ^= other;
    }
    let both = short(both);
    let path = format!("/pkg/{name}-{both}.js");
    let script = stored(script, script_file, IMMUTABLE, policy);
    files.insert(path.clone(), script);
    let wasm = stored(wasm, wasm_file, IMMUTABLE, STRICTEST);
    files.insert(format!("/pkg/{name}-{both}_bg.wasm"), wasm);
    Ok(path)
}

/// A file with its compressed versions, if the bundle has them.
fn stored(name: &str, file: EmbeddedFile, cache: HeaderValue, policy: HeaderValue) -> EncodedBody {
    // Text needs a charset; without it the browser guesses one.
    let content_type = HeaderValue::from_static(match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    });
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, cache),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    let packed = |ending| Bundle::get(&format!("{name}.{ending}")).map(|file| bytes(file.data));
    let headers = headers.into_iter().collect();
    EncodedBody::new(headers, bytes(file.data), packed("br"), packed("gz"))
}

fn bundled(name: &'static str) -> Result<EmbeddedFile, MissingBundle> {
    Bundle::get(name).ok_or(MissingBundle(name))
}

fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    }
}

/// The first 64 bits of a hash, enough to distinguish the builds of one site.
fn short(hash: [u8; 32]) -> String {
    hexadecimal(&hash[..8])
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
