use axum::http::StatusCode;

use super::{ask, ask_from, get, post, site};

#[tokio::test]
async fn pages_say_what_they_should() {
    let site = site();
    for (path, status, texts) in [
        (
            "/",
            StatusCode::OK,
            &[
                "mail.centurylink.net",
                "993",
                "smtp.centurylink.net",
                "587",
                "STARTTLS",
                "Recommended",
            ][..],
        ),
        (
            "/test",
            StatusCode::OK,
            &["Test my connection", "name=\"password\""],
        ),
        (
            "/settings/Q.com",
            StatusCode::OK,
            &["@q.com", "mail.centurylink.net"],
        ),
        (
            "/settings/qwestoffice.net",
            StatusCode::OK,
            &[
                "pop.qwestoffice.net",
                "There is no file or code for these addresses",
            ],
        ),
        (
            "/settings/unknown.example",
            StatusCode::NOT_FOUND,
            &["/settings/centurylink.net"],
        ),
        (
            "/settings/%3Cscript%3E",
            StatusCode::NOT_FOUND,
            &["no settings"],
        ),
        (
            "/programs/outlook-classic",
            StatusCode::OK,
            &[
                "An older version: Outlook 2010, 2013 and 2016 on Windows 7",
                "KB3140245",
                "href=\"/fix/card/old-device\"",
            ],
        ),
        (
            "/programs/any-program",
            StatusCode::OK,
            &["mail.centurylink.net", "pop.centurylink.net", "STARTTLS"],
        ),
        (
            "/programs",
            StatusCode::OK,
            &[
                "/programs/any-program",
                "/programs/printer-scanner",
                "/programs/send-mail-as",
                "/programs/website",
                "/programs/old-systems",
            ],
        ),
        (
            "/fix/card/moved-or-cancelled",
            StatusCode::OK,
            &["Brightspeed", "AT&amp;T took over", "Support decides"],
        ),
        (
            "/fix/card/pop-to-imap",
            StatusCode::OK,
            &["your mailbox holds ", "700"],
        ),
        (
            "/fix/card/bring-back?program=thunderbird",
            StatusCode::OK,
            &[
                "href=\"/fix/card/leave-copies?program=thunderbird\"",
                "Where this comes from",
                "href=\"https://www.rfc-editor.org/rfc/rfc1939\"",
                ", read on 27 November 2026",
            ],
        ),
        (
            "/network",
            StatusCode::OK,
            &[
                "data-device=\"iphone\"",
                "curl -Ssv",
                "href=\"/fix/card/other-network\"",
            ],
        ),
        (
            "/nothing",
            StatusCode::NOT_FOUND,
            &["There is no page here"],
        ),
    ] {
        let answer = ask(&site, get(path)).await;
        assert_eq!(answer.status, status, "{path}");
        let page = answer.text();
        assert!(page.starts_with("<!DOCTYPE html>"), "{path}: {page}");
        for text in texts {
            assert!(page.contains(text), "{path} does not say {text:?}");
        }
    }
}

#[tokio::test]
async fn guides_for_sending_show_nothing_about_receiving() {
    let site = site();
    for slug in ["printer-scanner", "send-mail-as", "website"] {
        let page = ask(&site, get(&format!("/programs/{slug}"))).await.text();
        for there in ["smtp.centurylink.net", ">587<", "465", "Your whole email"] {
            let webmail = slug == "send-mail-as" && ["465", "Your whole email"].contains(&there);
            assert!(webmail || page.contains(there), "{slug} lacks {there}");
        }
        for receiving in ["mail.centurylink.net", "pop.centurylink", "993", "995"] {
            assert!(!page.contains(receiving), "{slug} shows {receiving}");
        }
    }
}

#[tokio::test]
async fn the_address_form_leads_to_the_domain_and_forgets_the_name() {
    let site = site();
    for (form, location) in [
        (
            "address=Jane.Doe%40CenturyLink.net",
            "/settings/centurylink.net",
        ),
        ("address=+q.com+", "/settings/q.com"),
    ] {
        let answer = ask(&site, post("/settings", form)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{form}");
        assert_eq!(answer.header("location"), location, "{form}");
    }
    let answer = ask(&site, post("/settings", "address=%00%0d%0a")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("We cannot read this address"));
}

#[tokio::test]
async fn the_user_may_not_be_asked_for_a_password_over_an_open_network() {
    let page = super::ask_from(&site(), get("/test"), "192.0.2.7:50000")
        .await
        .text();
    assert!(!page.contains("name=\"password\""));
    assert!(page.contains("not opened over a secure connection"));
}

#[tokio::test]
async fn pages_that_are_the_same_for_everybody_are_rendered_once() {
    // Only what is kept has a tag by which a browser can ask whether it has changed.
    for (path, once) in [
        ("/", true),
        ("/fix", true),
        ("/programs/thunderbird", true),
        ("/fix/card/clock", true),
        ("/errors?q=535", false),
        ("/fix/gone?trail=start.gone", false),
        ("/nothing", false),
    ] {
        let site = site();
        let first = ask(&site, get(path)).await;
        let second = ask(&site, get(path)).await;
        assert!(first.body == second.body, "{path}");
        assert_eq!(first.header("etag").is_empty(), !once, "{path}");
        assert_eq!(
            first.header("content-security-policy"),
            second.header("content-security-policy"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn another_spelling_of_a_path_is_answered_and_not_kept() {
    let site = site();
    for (path, kept) in [
        ("/settings/q.com", true),
        ("/settings/Q.com", false),
        ("/settings/q%2Ecom", false),
        ("/programs/%74hunderbird", false),
    ] {
        let answer = ask(&site, get(path)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("etag").is_empty(), !kept, "{path}");
    }
}

#[tokio::test]
async fn what_is_kept_for_one_client_is_not_shown_to_another_that_must_not_see_it() {
    let site = site();
    for client in ["127.0.0.1:1", "192.0.2.1:1", "127.0.0.1:1", "192.0.2.1:1"] {
        let page = ask_from(&site, get("/test"), client).await.text();
        let private = client.starts_with("127.");
        let asks = page.contains("name=\"password\"");
        assert_eq!(asks, private, "{client}");
    }
}

#[tokio::test]
async fn a_head_request_keeps_no_empty_page() {
    let site = site();
    let mut head = get("/programs");
    *head.method_mut() = axum::http::Method::HEAD;
    assert!(ask(&site, head).await.body.is_empty());
    assert!(!ask(&site, get("/programs")).await.body.is_empty());
}

#[tokio::test]
async fn a_page_has_one_address() {
    let site = site();
    for (path, status, location) in [
        ("/fix/", 308, "/fix"),
        ("/programs/", 308, "/programs"),
        ("/errors/?q=535", 308, "/errors?q=535"),
        ("/settings/q.com/", 308, "/settings/q.com"),
        ("/fix/card/clock//", 308, "/fix/card/clock"),
        ("/settings/", 308, "/settings"),
        ("/settings", 303, "/#settings"),
        // Browsers would take these for another host.
        ("//example.net/", 404, ""),
        ("/%5Cexample.net/", 404, ""),
    ] {
        let answer = ask(&site, get(path)).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("location"), location, "{path}");
    }
    let answer = ask(&site, post("/settings/", "address=a%40q.com")).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn a_page_that_is_not_there_leads_to_all_others() {
    let page = ask(&site(), get("/nothing")).await.text();
    let main = page.split_once("<main").unwrap().1;
    for part in [
        "action=\"/errors\"",
        "href=\"/fix\"",
        "href=\"/programs\"",
        "href=\"/\"",
    ] {
        assert!(main.contains(part), "{part}");
    }
}
