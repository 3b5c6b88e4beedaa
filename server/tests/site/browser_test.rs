//! What a browser is told that signs in by itself: what to do, and the words for what it has found.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use super::{Answer, ask, ask_from, site, site_with};

const PATH: &str = "/api/browser-test";

fn request(body: impl Into<Body>) -> Request<Body> {
    Request::post(PATH)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}

async fn told(site: &axum::Router, body: &Value) -> (StatusCode, Value) {
    let Answer { status, body, .. } = ask(site, request(body.to_string())).await;
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

fn step(service: &str, stage: &str, outcome: &str) -> Value {
    json!({"event": "step", "service": service, "step": {
        "stage": stage, "state": "ok", "outcome": outcome, "elapsed_ms": 7.5, "facts": {}, "server_said": null,
    }})
}

fn done(service: &str) -> Value {
    json!({"event": "done", "service": service})
}

fn events(answer: &Value) -> Vec<Value> {
    answer["events"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn the_browser_is_told_what_to_test_and_then_what_it_has_found() {
    let site = site_with(app::record::built_in(), &Default::default());
    let asked = |observed: Value| json!({"address": "jane@centurylink.net", "services": ["imap", "smtp"], "observed": observed});
    let (status, first) = told(&site, &asked(json!([]))).await;
    assert_eq!(status, StatusCode::OK, "{first}");
    let job = &first["job"];
    let ids = job["services"].as_array().unwrap().iter();
    let ids: Vec<_> = ids.map(|service| &service["endpoint"]["id"]).collect();
    assert_eq!(ids, ["imap", "smtp"]);
    assert_eq!(job["sign_in"]["user"], "jane@centurylink.net");
    assert_eq!(job["sign_in"]["message"], Value::Null);
    let plan = events(&first);
    assert_eq!(plan.len(), 1, "{first}");
    assert_eq!(plan[0]["plan"]["services"].as_array().unwrap().len(), 2);

    let mut observed = vec![
        step("imap", "dns", "ok"),
        step("smtp", "dns", "ok"),
        step("imap", "sign-in", "wrong-credentials"),
        done("imap"),
        step("smtp", "sign-in", "not-tried"),
    ];
    let (_, second) = told(&site, &asked(json!(observed))).await;
    assert_eq!(second["job"], Value::Null);
    let so_far = events(&second);
    // A plan, four steps and a verdict.
    assert_eq!(so_far.len(), 6, "{second}");
    observed.push(done("smtp"));
    let (_, last) = told(&site, &asked(json!(observed))).await;
    let all = events(&last);
    // What was told before is the same, and does not come again.
    assert_eq!(all[..so_far.len()], so_far);
    let mut known = asked(json!(observed));
    for told_before in [1, so_far.len(), all.len(), usize::MAX] {
        known["told"] = json!(told_before);
        let (_, rest) = told(&site, &known).await;
        let expected = all.get(told_before..).unwrap_or_default();
        assert_eq!(events(&rest), expected, "{told_before}");
    }
    let summary = &all[all.len() - 2]["summary"];
    assert_eq!(summary["password"], false, "{last}");
    assert_eq!(all.last().unwrap(), "done");
}

#[tokio::test]
async fn what_makes_no_sense_is_left_out_and_nothing_is_without_bounds() {
    let site = site_with(app::record::built_in(), &Default::default());
    let asked = |observed: Value| json!({"address": "jane@centurylink.net", "services": ["imap"], "observed": observed});
    for (observed, count) in [
        // Another service, after the end, the end twice, and more steps than there can be.
        (vec![step("pop", "dns", "ok")], 1),
        (
            vec![done("imap"), step("imap", "dns", "ok"), done("imap")],
            4,
        ),
        (vec![step("imap", "dns", "ok"); 200], 33),
    ] {
        let (status, answer) = told(&site, &asked(json!(observed))).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(events(&answer).len(), count, "{observed:?}");
    }
    for (body, status) in [
        ("{".to_owned(), 400),
        ("{}".to_owned(), 400),
        (
            json!({"address": "a@b.example", "password": "x"}).to_string(),
            400,
        ),
        (
            asked(json!([step("imap", "dns", "no-such-outcome")])).to_string(),
            400,
        ),
        (
            asked(json!([{"event": "step", "service": "imap"}])).to_string(),
            400,
        ),
        (json!({"address": "a".repeat(200_000)}).to_string(), 413),
    ] {
        let answer = ask(&site, request(body.clone())).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{}",
            &body[..body.len().min(99)]
        );
    }
    let mut form = request("address=a");
    let kind = "application/x-www-form-urlencoded".parse().unwrap();
    form.headers_mut().insert("content-type", kind);
    let answer = ask(&site, form).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let mut cross_site = request(asked(json!([])).to_string());
    cross_site
        .headers_mut()
        .insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(ask(&site, cross_site).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn refusals_come_before_anything_has_begun() {
    for (asked, client, title) in [
        (
            json!({"address": ""}),
            "127.0.0.1:1",
            "type your email address",
        ),
        (
            json!({"address": "centurylink.net"}),
            "127.0.0.1:1",
            "whole email address",
        ),
        (
            json!({"address": "j@x.example"}),
            "127.0.0.1:1",
            "not have settings",
        ),
        (
            json!({"address": "j@q.com", "services": ["x"]}),
            "127.0.0.1:1",
            "nothing to test",
        ),
        // Nobody knows who may have changed a page that came in the clear.
        (
            json!({"address": "j@q.com"}),
            "192.0.2.1:1",
            "did not use your password",
        ),
    ] {
        let answer = ask_from(&site(), request(asked.to_string()), client).await;
        assert!(answer.status.is_client_error(), "{asked}");
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer["job"], Value::Null);
        let refused = events(&answer)[1]["refused"].to_string();
        assert!(refused.contains(title), "{asked}: {refused}");
    }
    // Each client may begin one test.
    let site = site();
    let asked = json!({"address": "j@q.com"});
    assert_eq!(told(&site, &asked).await.0, StatusCode::OK);
    assert_eq!(told(&site, &asked).await.0, StatusCode::TOO_MANY_REQUESTS);
}
