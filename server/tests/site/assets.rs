use std::io::Read;

use super::{Assets, ask, get, site};

/// The size limit of the script and the WebAssembly together in bytes, compressed with brotli 11.
///
/// For these bytes customers get, beside the settings that follow their address: a correction of a mistyped
/// address, a test whose result stays and can be copied into a report, a troubleshooter that goes on with what
/// the test has found, and a search while they type.
///
/// 3,200 of them keep what a page says of the mail servers true while it is open: server-sent events (`EventSource` of
/// gloo-net with its channels), the new words of the page, times in the time zone of the customer, and notices only for
/// those whom they concern.
///
/// 800 are for sites with many records, whose pages have the settings of one domain: they hide them from an address of
/// another one, load its page, and keep the domain in the troubleshooter and where a page is renewed.
///
/// 1,900 start the worker that signs in within the browser, hand the form to it, and say which way a password takes.
const BUDGET: usize = 127_800;

/// The size limit of the worker that tests a sign-in within the browser, its script and its WebAssembly together, in
/// bytes, compressed with brotli 11. Only who is about to type a password gets them.
///
/// They hold TLS with its cryptography (about 160,000) and the public authorities (46,000), the reader of certificates
/// (25,000), and the dialogues with mail servers with the words by which servers refuse. It is what they weigh now and
/// not what they should weigh, which is 300,000: this limit is only to be lowered. Other levels of optimisation make them
/// larger, and without any text for debugging, which takes a compiler of tomorrow, they would weigh 364,000.
const WORKER_BUDGET: usize = 378_000;

/// The paths of the bundle: the script that the home page links, and the WebAssembly that it fetches.
async fn bundle_paths() -> Vec<String> {
    let page = ask(&site(), get("/")).await.text();
    let mut paths: Vec<String> = page
        .split('"')
        .filter(|part| part.starts_with("/pkg/browser-"))
        .map(ToOwned::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    let [script] = &paths[..] else {
        panic!("one script: {paths:?}")
    };
    let wasm = script.replace(".js", "_bg.wasm");
    assert_ne!(*script, wasm);
    paths.push(wasm);
    paths
}

/// The paths of the worker, which no page names in a tag.
fn worker_paths() -> Vec<String> {
    let assets = Assets::load().expect("the bundle is built before the tests: make build");
    let paths = assets.paths().map(ToOwned::to_owned);
    let mut paths: Vec<String> = paths
        .filter(|path| path.starts_with("/pkg/worker-"))
        .collect();
    paths.sort();
    assert_eq!(paths.len(), 2, "a script and its WebAssembly: {paths:?}");
    paths
}

#[tokio::test]
async fn the_bundle_stays_within_its_budget() {
    assert_weight(&bundle_paths().await, BUDGET).await;
}

#[tokio::test]
async fn the_worker_stays_within_its_budget() {
    assert_weight(&worker_paths(), WORKER_BUDGET).await;
}

async fn assert_weight(paths: &[String], budget: usize) {
    let mut total = 0;
    for path in paths {
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
        total <= budget,
        "script and WebAssembly weigh {total} of {budget} bytes: {paths:?}"
    );
}

#[tokio::test]
async fn bundle_files_last_and_every_form_has_the_same_bytes() {
    for path in [bundle_paths().await, worker_paths()].concat() {
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
async fn the_worker_may_talk_to_this_site_only() {
    let [script, wasm] = [0, 1].map(|index| worker_paths()[index].clone());
    assert!(wasm.ends_with("_bg.wasm") && script.ends_with(".js"));
    let policy = ask(&site(), get(&script))
        .await
        .header("content-security-policy")
        .to_owned();
    let expected = "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self';";
    assert!(policy.starts_with(expected), "{policy}");
}

#[tokio::test]
async fn no_sentence_and_no_setting_is_in_the_bundle() {
    let content = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/content/en");
    let programs = content.join("programs");
    let mut texts = vec!["centurylink".to_owned()];
    for folder in [content, programs] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let text = std::fs::read_to_string(path).unwrap();
                // Shorter texts may be in the bundle by chance.
                let sentences = text.split('"').filter(|text| text.len() > 20);
                let sentences = sentences.filter(|text| text.split(' ').count() > 3);
                texts.extend(sentences.map(ToOwned::to_owned));
            }
        }
    }
    assert!(texts.len() > 1_000, "{} sentences", texts.len());
    for path in &[bundle_paths().await, worker_paths()].concat() {
        let bytes = ask(&site(), get(path)).await.body;
        let bundle = String::from_utf8_lossy(&bytes);
        for text in &texts {
            assert!(!bundle.contains(text.as_str()), "{path} holds {text:?}");
        }
    }
}
