//! Every place is asked, and what is there is told from what is not known.

use app::published::{Publication, Status};

use super::*;

const EVERY: Duration = Duration::from_secs(3600);

/// Asks once, and gives what every place says, as `source status`, and the rest.
async fn asked(published: &Published) -> (Vec<String>, Arc<Publication>) {
    let settings = published.settings(EVERY);
    let domain = "example.test".parse().unwrap();
    settings.ask(&domain).await;
    let seen = settings.seen(&domain).unwrap().publication;
    let sources = seen.sources.iter();
    let sources = sources.filter(|source| source.status != Status::Absent);
    let sources = sources.map(|source| format!("{} {}", source.source.id(), source.status.id()));
    (sources.collect(), seen)
}

const AUTODISCOVER: &str = "<Autodiscover><Response><Account><AccountType>email</AccountType>\
    <Action>settings</Action>\
    <Protocol><Type>IMAP</Type><Server>mail.example.test</Server><Port>993</Port>\
    <LoginName>mailguide-asks-for-settings@example.test</LoginName><SPA>off</SPA></Protocol>\
    <Protocol><Type>SMTP</Type><Server>smtp.example.test</Server><Port>587</Port><SPA>off</SPA></Protocol>\
    </Account></Response></Autodiscover>";

const NO_PROVIDER: &str = "<Autodiscover><Response><Error Time=\"1\" Id=\"1\"><ErrorCode>601</ErrorCode>\
    <Message>Provider is not available</Message></Error></Response></Autodiscover>";

#[tokio::test]
async fn every_place_is_asked_and_nothing_is_sent_but_the_domain() {
    let zone = "_imaps._tcp.example SRV 0 1 993 mail.example\n_pop3._tcp.example SRV 0 0 0 .\n\
        _submission._tcp.example SRV 0 1 465 smtp.example\nexample MX 10 mx.mail.hoster\n";
    let published = Published::start(zone, |page| match page {
        "autoconfig.example.test/mail/config-v1.1.xml" => Some(autoconfig(&[IMAP, POP, SMTP])),
        "http://autoconfig.example.test/mail/config-v1.1.xml" => Some(autoconfig(&[POP, SMTP])),
        "example.test/.well-known/autoconfig/mail/config-v1.1.xml" => Some(Page::Redirect(
            "https://discover.example.test/mail.xml".to_owned(),
        )),
        "discover.example.test/mail.xml" => Some(autoconfig(&[IMAP, SMTP])),
        // A site with one page for every address has no settings.
        "example.test/autodiscover/autodiscover.xml" => Some(Page::File(
            "<!doctype html><title>Welcome</title><p>Hello<br>".to_owned(),
        )),
        "autodiscover.example.test/autodiscover/autodiscover.xml" => {
            Some(Page::File(AUTODISCOVER.to_owned()))
        }
        "list.test/example.test" => Some(Page::File("<clientConfig><emailProvider>".to_owned())),
        _ => None,
    })
    .await;
    let (sources, seen) = asked(&published).await;
    let expected = [
        "autoconfig same",
        "well-known same",
        "plain-autoconfig differs",
        "ispdb differs",
        "autodiscover same",
        "srv differs",
    ];
    assert_eq!(sources, expected, "{seen:?}");
    assert!(seen.thunderbird_finds_ours());
    let misled: Vec<_> = seen.misled().map(|told| told.program.id()).collect();
    assert_eq!(misled, ["dns"]);
    for request in published.site.requests() {
        let page = request.split(' ').nth(1).unwrap();
        assert!(!page.contains(['?', '@']), "{request}");
        let nobody = request.matches("mailguide-asks-for-settings@example.test");
        assert_eq!(request.matches('@').count(), nobody.count(), "{request}");
        // The company of the MX is asked only where nobody else knows.
        assert!(!page.contains("hoster"), "{request}");
    }
}

#[tokio::test]
async fn the_company_that_takes_the_mail_is_asked_where_the_domain_has_nothing() {
    let zone =
        "example MX 10 mx.mail.hoster\n_autodiscover._tcp.example SRV 0 0 443 discover.example\n";
    let published = Published::start(zone, |page| match page {
        "list.test/hoster.test" => Some(autoconfig(&[POP, IMAP, SMTP])),
        "autodiscover.example.test/autodiscover/autodiscover.xml" => {
            Some(Page::File(NO_PROVIDER.to_owned()))
        }
        "discover.example.test/autodiscover/autodiscover.xml" => {
            Some(Page::File(AUTODISCOVER.to_owned()))
        }
        _ => None,
    })
    .await;
    let (sources, seen) = asked(&published).await;
    assert_eq!(
        sources,
        ["autodiscover same", "mx-ispdb differs"],
        "{seen:?}"
    );
    assert!(!seen.thunderbird_finds_ours());
    let misled: Vec<_> = seen.misled().map(|told| told.program.id()).collect();
    assert_eq!(misled, ["thunderbird"]);
}

#[tokio::test]
async fn a_network_that_is_down_says_nothing() {
    let published = Published::start("", |_| None).await;
    // Nobody listens there, neither for the DNS nor for the list.
    let nowhere = Probe::new(Options {
        allow_private: true,
        nameserver: Some("127.0.0.1:1".parse().unwrap()),
        ..Options::default()
    })
    .unwrap();
    let list = "https://list.test".parse().unwrap();
    let observer = Observer::new(Fetcher::new(nowhere, Vec::new()), list);
    let settings = PublishedSettings::new(&catalogue(), Arc::new(observer), EVERY);
    let domain = "example.test".parse().unwrap();
    settings.ask(&domain).await;
    assert_eq!(settings.status(&domain), Some(Status::Unreachable));
    assert!(settings.seen(&domain).is_none());
    drop(published);
}
