//! The address that was typed, whose help to look for, and how support is reached.

use app::record::{RecordFile, built_in};
use axum::http::StatusCode;
use server::limits::LimitOptions;

use super::{ask, get, post, site, site_with};

/// The parts of a page about the address that are not hidden.
fn advice(page: &str) -> Vec<&str> {
    let parts = page.split("<p ").skip(1);
    let parts = parts.filter_map(|part| part.split("</p>").next());
    let shown = parts.filter(|part| {
        let tag = part.split('>').next().unwrap_or_default();
        tag.contains("data-advice=") && !tag.contains("hidden")
    });
    shown.collect()
}

#[tokio::test]
async fn what_was_typed_is_corrected_or_explained_and_never_lost() {
    let site = site();
    let long = format!("{}%40q.com", "a".repeat(260));
    for (typed, status, says) in [
        (
            "",
            StatusCode::UNPROCESSABLE_ENTITY,
            "It looks like jane@centurylink.net",
        ),
        (
            "jane",
            StatusCode::UNPROCESSABLE_ENTITY,
            "The part after the @ is missing",
        ),
        (
            "jane%40",
            StatusCode::UNPROCESSABLE_ENTITY,
            "The part after the @ is missing",
        ),
        (
            "jane%40%40q.com",
            StatusCode::UNPROCESSABLE_ENTITY,
            "more than one @",
        ),
        (
            "a%40q.com, b%40q.com",
            StatusCode::UNPROCESSABLE_ENTITY,
            "more than one address",
        ),
        (
            "jane doe%40q.com",
            StatusCode::UNPROCESSABLE_ENTITY,
            "a space before the @",
        ),
        (
            "jane%40q",
            StatusCode::UNPROCESSABLE_ENTITY,
            "The part after the @ is not right",
        ),
        (
            "j%C3%A4ne%40q.com",
            StatusCode::UNPROCESSABLE_ENTITY,
            "The part before the @ is not right",
        ),
        (
            "ja%01ne%40q.com",
            StatusCode::UNPROCESSABLE_ENTITY,
            "hidden character",
        ),
        (&long, StatusCode::UNPROCESSABLE_ENTITY, "too long"),
        (
            "Jane%40centurylnk.net",
            StatusCode::NOT_FOUND,
            "<a href=\"/settings/centurylink.net\">Jane@centurylink.net",
        ),
        (
            "jane%40gmail.com",
            StatusCode::NOT_FOUND,
            "This is a Gmail address",
        ),
        (
            "jane%40gmail.com",
            StatusCode::NOT_FOUND,
            "https://support.google.com/",
        ),
        ("jane%40verizon.net", StatusCode::NOT_FOUND, "AOL Mail"),
        (
            "jane%40elsewhere.example",
            StatusCode::NOT_FOUND,
            "the company that gave you the address",
        ),
    ] {
        let answer = ask(&site, post("/settings", &format!("address={typed}"))).await;
        assert_eq!(answer.status, status, "{typed}");
        let page = answer.text();
        let advice = advice(&page);
        assert!(
            advice.len() == 1 && advice[0].contains(says),
            "{typed}: {advice:?}"
        );
        let kept = typed
            .replace("%40", "@")
            .replace("%C3%A4", "ä")
            .replace("%01", "\u{1}");
        let kept: String = kept.chars().take(200).collect();
        assert!(page.contains(&format!("value=\"{kept}")), "{typed} is lost");
    }
}

#[tokio::test]
async fn what_is_understood_leads_to_its_settings() {
    let site = site();
    for typed in [
        "Jane+%3Cjane%40Q.com%3E",
        "mailto%3Ajane%40q.com%3Fsubject%3Dx",
        "jane%40q.com.",
        "+jane+%40+q.com+",
        "%EF%BD%8Aane%EF%BC%A0q.com",
    ] {
        let answer = ask(&site, post("/settings", &format!("address={typed}"))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{typed}");
        assert_eq!(answer.header("location"), "/settings/q.com", "{typed}");
    }
}

#[tokio::test]
async fn the_test_without_scripts_suggests_the_address_too() {
    let answer = ask(&site(), post("/test", "address=jane%40centurylnk.net")).await;
    let page = answer.text();
    let advice = advice(&page);
    assert!(
        advice.len() == 1 && advice[0].contains("/settings/centurylink.net"),
        "{advice:?}"
    );
}

/// The built-in record with all that can be said about support and webmail.
fn whole_record() -> RecordFile {
    let mut record = built_in();
    let source = "source = \"cl1\"";
    for (old, new) in [
        (
            "[links]\n",
            format!("[links]\nwebmail = {{ url = \"https://webmail.test/\", {source} }}\n"),
        ),
        (
            "[support]\n",
            format!(
                "[support]\nphone = {{ number = \"+1 800 555 0100\", {source} }}\n\
                 hours = {{ text = \"Every day\", {source} }}\n"
            ),
        ),
    ] {
        assert!(record.text.contains(old), "{old}");
        record.text = record.text.replacen(old, &new, 1);
    }
    record
}

#[tokio::test]
async fn support_is_named_on_cards_and_beside_the_report() {
    let whole = site_with(whole_record(), &LimitOptions::default());
    for path in ["/fix/card/app-password", "/report"] {
        let page = ask(&whole, get(path)).await.text();
        for part in [
            "href=\"tel:+18005550100\"",
            "Chat with support",
            "Somebody answers: Every day",
        ] {
            assert!(page.contains(part), "{path}: {part}");
        }
        assert!(!page.contains("on your bill"), "{path}");
        let page = ask(&site(), get(path)).await.text();
        for part in ["Chat with support", "on your bill", "many of them are fake"] {
            assert!(page.contains(part), "{path}: {part}");
        }
        assert!(!page.contains("tel:"), "{path}");
    }
}

#[tokio::test]
async fn wherever_a_text_sends_to_webmail_there_is_a_link() {
    let whole = site_with(whole_record(), &LimitOptions::default());
    let without = site();
    for path in [
        "/fix/card/app-password",
        "/fix/card/mailbox-full",
        "/fix/webmail",
        "/programs/outlook-new",
    ] {
        let page = ask(&whole, get(path)).await.text();
        let mentions = page.matches("ebmail<").count();
        let links = page
            .matches("<a href=\"https://webmail.test/\" rel=\"noreferrer\">")
            .count();
        assert!(
            mentions > 0 && links >= mentions,
            "{path}: {links} links, {mentions} mentions"
        );
        let page = ask(&without, get(path)).await.text();
        assert!(!page.contains("webmail.test"), "{path}");
    }
}

#[tokio::test]
async fn the_check_shows_where_a_program_has_its_values() {
    let site = site();
    let page = ask(&site, get("/check?program=outlook-classic"))
        .await
        .text();
    for part in [
        "Where to find the values in Outlook classic",
        "“Encryption method” in Outlook classic",
        "href=\"/programs/outlook-classic\"",
        "Leave its field empty",
        "<input type=\"hidden\" name=\"program\" value=\"outlook-classic\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // Choosing a program is not sending the form.
    assert!(!page.contains("What we found"));
    let page = ask(&site, get("/check?program=nothing&in_port=993"))
        .await
        .text();
    assert!(page.contains("What we found") && !page.contains("Where to find the values in"));
}

#[tokio::test]
async fn an_address_in_the_search_leads_to_its_settings_or_to_whose_help_to_look_for() {
    let site = site();
    let found = async |typed: &str| {
        let page = ask(&site, get(&format!("/errors?q={typed}"))).await.text();
        let found = page.split("id=\"found\"").nth(1).unwrap_or_default();
        found
            .split("<article")
            .nth(1)
            .unwrap_or_default()
            .to_owned()
    };
    for (typed, says) in [
        ("jane%40q.com", "href=\"/settings/q.com\""),
        ("settings+for+jane%40q.com", "href=\"/settings/q.com\""),
        ("jane%40gmail.com", "Go to the mail settings of Gmail"),
        (
            "jane%40nowhere.example",
            "We have no settings for this address",
        ),
    ] {
        let found = found(typed).await;
        assert!(found.contains(says), "{typed}: {found}");
    }
    // A message that names an address is about more than the address.
    let message = found("550+5.1.1+jane%40q.com:+Recipient+address+rejected:+User+unknown").await;
    assert!(message.contains("/fix/card/recipient"), "{message}");
}
