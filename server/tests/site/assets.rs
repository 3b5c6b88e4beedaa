use std::io::Read;

use super::{ask, get, site};

/// The most that the script and the WebAssembly may weigh together, compressed with brotli 11.
const BUDGET: usize = 110_000;

/// The paths of the bundle, as the first page names them.
async fn bundle_paths() -> Vec<String> {
    let page = ask(&site(), get("/")).await.text();
    let mut paths: Vec<String> = page
        .split('"')
        .filter(|part| part.starts_with("/pkg/"))
        .map(ToOwned::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    assert_eq!(
        paths.len(),
        3,
        "script, WebAssembly and style sheet: {paths:?}"
    );
    paths
}

#[tokio::test]
async fn the_bundle_stays_within_its_budget() {
    let mut total = 0;
    for path in bundle_paths()
        .await
        .iter()
        .filter(|path| !path.ends_with(".css"))
    {
        let mut request = get(path);
        request
            .headers_mut()
            .insert("accept-encoding", "br".parse().unwrap());
        let answer = ask(&site(), request).await;
        assert_eq!(
            answer.header("content-encoding"),
            "br",
            "{path}: build with `make build`"
        );
        total += answer.body.len();
    }
    assert!(
        total <= BUDGET,
        "script and WebAssembly weigh {total} of {BUDGET} bytes"
    );
}

#[tokio::test]
async fn bundle_files_last_and_every_form_has_the_same_bytes() {
    for path in bundle_paths().await {
        let plain = ask(&site(), get(&path)).await;
        assert_eq!(
            plain.header("cache-control"),
            "public, max-age=31536000, immutable",
            "{path}"
        );
        assert_eq!(plain.header("vary"), "accept-encoding", "{path}");
        let mut request = get(&path);
        request
            .headers_mut()
            .insert("accept-encoding", "gzip, br".parse().unwrap());
        let packed = ask(&site(), request).await;
        let mut unpacked = Vec::new();
        brotli::Decompressor::new(&packed.body[..], 4096)
            .read_to_end(&mut unpacked)
            .unwrap();
        assert!(unpacked == plain.body, "{path}: brotli form differs");
    }
}

#[tokio::test]
async fn no_sentence_and_no_setting_is_in_the_bundle() {
    for path in bundle_paths()
        .await
        .iter()
        .filter(|path| !path.ends_with(".css"))
    {
        let bytes = ask(&site(), get(path)).await.body;
        for text in [
            "centurylink",
            "Get your mail working",
            "The server did not accept this password",
            "Testing now",
            "Copied",
            "Stop the test",
        ] {
            let found = bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes());
            assert!(!found, "{path} holds {text:?}");
        }
    }
}
