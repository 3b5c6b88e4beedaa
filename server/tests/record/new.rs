//! Domains whose settings are looked for.

use app::record::{self, Domain, Role};
use probe::{Protocol, Security};

use crate::name_servers::{NameServers, Signed};
use crate::program::{Ran, record};
use crate::site::{Page, Site};

/// The names of the web server. `test` is a domain for tests (RFC 6761 §6.2).
const NAMES: &[&str] = &[
    "autoconfig.example.test",
    "autodiscover.example.test",
    "example.test",
    "list.test",
    "mail.hoster.test",
    "ua-auto-config.example.test",
];

/// An autoconfig file of a domain: `incoming` and `outgoing` are `host port security`.
fn autoconfig(domain: &str, incoming: &str, outgoing: &str) -> Page {
    let server = |element: &str, kind: &str, values: &str| {
        let values: Vec<&str> = values.split(' ').collect();
        format!(
            "<{element} type=\"{kind}\"><hostname>{}</hostname><port>{}</port><socketType>{}</socketType>\
             <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></{element}>",
            values[0], values[1], values[2]
        )
    };
    Page::File(format!(
        "<clientConfig version=\"1.1\"><emailProvider id=\"{domain}\"><domain>{domain}</domain>\
         <displayName>Example Mail</displayName>{}{}</emailProvider></clientConfig>",
        server("incomingServer", "imap", incoming),
        server("outgoingServer", "smtp", outgoing)
    ))
}

const AUTODISCOVER: &str = "<Autodiscover><Response><Account><AccountType>email</AccountType>\
    <Action>settings</Action><Protocol><Type>POP3</Type><Server>pop.example.test</Server><Port>995</Port>\
    <SPA>off</SPA></Protocol></Account></Response></Autodiscover>";

const IMAP: &str = "imap.example.test 993 SSL";
const SMTP: &str = "smtp.example.test 465 SSL";

/// Looks for the settings of a domain: the web server has these pages, and the DNS these names of `test`.
async fn new(
    domain: &str,
    zone: &str,
    options: &[&str],
    pages: impl Fn(&str) -> Option<Page> + Send + Sync + 'static,
) -> (Ran, Site) {
    let site = Site::start(NAMES, pages).await;
    let dns = NameServers::start(&[("test", Signed::Not, zone.to_owned())]);
    let mut arguments: Vec<String> = [
        "new",
        domain,
        "--ispdb",
        "https://list.test",
        "--allow-private",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.extend(["--cacert".to_owned(), site.certificate.clone()]);
    arguments.extend(["--nameserver".to_owned(), dns.authoritative.to_string()]);
    arguments.extend(["--control-host".to_owned(), site.https.to_string()]);
    for name in NAMES {
        for (port, address) in [(443, site.https), (80, site.http)] {
            arguments.extend([
                "--connect-to".to_owned(),
                format!("{name}:{port}:{address}"),
            ]);
        }
    }
    // Nobody listens there.
    for host in [
        "imap.example.test:993",
        "smtp.example.test:465",
        "pop.example.test:995",
    ] {
        arguments.extend(["--connect-to".to_owned(), format!("{host}:127.0.0.1:1")]);
    }
    arguments.extend(options.iter().map(|option| (*option).to_owned()));
    let run = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = record(&arguments, b"");
        drop(dns);
        ran
    };
    (tokio::task::spawn_blocking(run).await.unwrap(), site)
}

#[tokio::test]
async fn every_source_is_asked_and_stands_in_the_record() {
    let zone = "_imaps._tcp.example SRV 0 1 993 other.example\n_pop3._tcp.example SRV 0 0 0 .\n\
        example MX 10 mx.example\n";
    let (ran, site) = new("example.test", zone, &[], |page| match page {
        "autoconfig.example.test/mail/config-v1.1.xml" => {
            Some(autoconfig("example.test", IMAP, SMTP))
        }
        "example.test/.well-known/autoconfig/mail/config-v1.1.xml" => {
            Some(autoconfig("example.test", IMAP, SMTP))
        }
        "autodiscover.example.test/autodiscover/autodiscover.xml" => {
            Some(Page::File(AUTODISCOVER.to_owned()))
        }
        "list.test/example.test" => Some(autoconfig(
            "example.test",
            IMAP,
            "smtp.example.test 587 STARTTLS",
        )),
        _ => None,
    })
    .await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let record = record::parse(&ran.output, "output").unwrap();
    let sources: Vec<&str> = record
        .sources
        .iter()
        .map(|source| source.id.as_str())
        .collect();
    assert_eq!(
        sources,
        ["autoconfig", "autodiscover", "srv", "ispdb"],
        "{ran:?}"
    );
    let group = &record.groups[0];
    let services: Vec<String> = group
        .services
        .iter()
        .map(|service| format!("{} {}", service.endpoint, service.source.id))
        .collect();
    assert_eq!(
        services,
        [
            "imaps://imap.example.test:993 autoconfig",
            "pop3s://pop.example.test:995 autodiscover",
            "smtps://smtp.example.test:465 autoconfig",
        ]
    );
    assert_eq!(group.services[1].role, Role::Other);
    assert_eq!(group.services[0].endpoint.security, Security::Tls);
    for remark in [
        "# Contradiction: srv has imap other.example.test port 993 tls; autoconfig does not.",
        "# Contradiction: ispdb has smtp smtp.example.test port 587 starttls; autoconfig does not.",
        "(connection-refused).",
    ] {
        assert!(ran.output.contains(remark), "{remark}: {}", ran.output);
    }
    assert!(
        ran.errors.contains("well-known: the same as autoconfig"),
        "{}",
        ran.errors
    );
    // Nothing is sent of a person: no query, and in the one body an address that nobody has.
    for request in site.requests() {
        let page = request.split(' ').nth(1).unwrap();
        assert!(!page.contains('?'), "{request}");
        let addresses = request.matches('@').count();
        let nobody = request
            .matches("mailguide-asks-for-settings@example.test")
            .count();
        assert_eq!(addresses, nobody, "{request}");
    }
}

#[tokio::test]
async fn the_company_that_takes_the_mail_is_asked_where_nobody_else_knows() {
    let zone = "example MX 20 mx2.other\nexample MX 10 mx1.mail.hoster\n";
    let (ran, site) = new("example.test", zone, &[], |page| match page {
        "list.test/hoster.test" => Some(autoconfig("hoster.test", IMAP, SMTP)),
        _ => None,
    })
    .await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let record = record::parse(&ran.output, "output").unwrap();
    assert_eq!(
        record.sources[0].url.as_str(),
        "https://list.test/hoster.test"
    );
    let domains: Vec<&str> = record.groups[0]
        .domains
        .iter()
        .map(Domain::as_str)
        .collect();
    assert_eq!(domains, ["example.test"]);
    assert!(record.groups[0].recommended(Protocol::Imap).is_some());
    let asked = site.requests();
    let list = asked
        .iter()
        .filter(|request| request.contains("list.test/"));
    let list: Vec<&str> = list.map(|request| request.trim()).collect();
    assert_eq!(
        list,
        [
            "GET list.test/example.test",
            "GET list.test/mail.hoster.test",
            "GET list.test/hoster.test",
        ]
    );
}

#[tokio::test]
async fn redirects_are_followed_over_https_and_told() {
    let (ran, _site) = new("example.test", "", &[], |page| match page {
        "autoconfig.example.test/mail/config-v1.1.xml" => Some(Page::Redirect(
            "https://example.test/files/a.xml?who=x".to_owned(),
        )),
        "example.test/files/a.xml?who=x" => Some(autoconfig("example.test", IMAP, SMTP)),
        _ => None,
    })
    .await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let record = record::parse(&ran.output, "output").unwrap();
    assert_eq!(
        record.sources[0].url.as_str(),
        "https://example.test/files/a.xml"
    );
    let told = "redirected to https://example.test/files/a.xml";
    assert!(ran.errors.contains(told), "{}", ran.errors);
}

/// Every page of the first source is as it should not be.
#[tokio::test]
async fn what_cannot_be_believed_is_told_and_not_used() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"c\">]><clientConfig/>";
    for (page, expected) in [
        (
            Page::Redirect("https://autoconfig.example.test/mail/config-v1.1.xml".to_owned()),
            "more than 3 redirects",
        ),
        (
            Page::Redirect("http://example.test/config.xml".to_owned()),
            "a redirect to \"http://example.test/config.xml\", which is no https address",
        ),
        (
            Page::Redirect("file:///etc/passwd".to_owned()),
            "which is no https address",
        ),
        (
            Page::File("x".repeat(300_000)),
            "the answer has more than 262144 bytes",
        ),
        (
            Page::File(bomb.to_owned()),
            "a document type with declarations, expected none",
        ),
        (
            Page::File("<html></html>".to_owned()),
            "unknown element <html>",
        ),
        (
            Page::File(AUTODISCOVER.to_owned()),
            "a file for Autodiscover, expected Autoconfig",
        ),
    ] {
        let page = std::sync::Mutex::new(page);
        let (ran, _site) = new("example.test", "", &[], move |asked| {
            let first = asked == "autoconfig.example.test/mail/config-v1.1.xml";
            first.then(|| match &*page.lock().unwrap() {
                Page::File(text) => Page::File(text.clone()),
                Page::Redirect(to) => Page::Redirect(to.clone()),
            })
        })
        .await;
        assert_eq!(ran.status, 2, "{expected}: {ran:?}");
        assert_eq!(ran.output, "");
        assert!(ran.errors.contains(expected), "{expected}: {}", ran.errors);
        let end = "mailguide: example.test publishes no settings, and no list has them\n";
        assert!(ran.errors.ends_with(end), "{}", ran.errors);
    }
}

#[tokio::test]
async fn plain_http_is_believed_only_where_it_leads_to_https() {
    const PLAIN: &str = "http://autoconfig.example.test/mail/config-v1.1.xml";
    let (ran, _site) = new("example.test", "", &[], |page| {
        (page == PLAIN).then(|| autoconfig("example.test", IMAP, SMTP))
    })
    .await;
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(
        ran.errors.contains("came over plain HTTP"),
        "{}",
        ran.errors
    );
    let (ran, _site) = new("example.test", "", &[], |page| match page {
        PLAIN => Some(Page::Redirect("https://example.test/config.xml".to_owned())),
        "example.test/config.xml" => Some(autoconfig("example.test", IMAP, SMTP)),
        _ => None,
    })
    .await;
    assert_eq!(ran.status, 0, "{ran:?}");
    let record = record::parse(&ran.output, "output").unwrap();
    assert_eq!(
        record.sources[0].url.as_str(),
        "https://example.test/config.xml"
    );
}

#[tokio::test]
async fn addresses_that_are_not_public_are_not_asked_unless_allowed() {
    let site = Site::start(NAMES, |_| Some(autoconfig("example.test", IMAP, SMTP))).await;
    let zone = "list A 127.0.0.1\nautoconfig.example A 127.0.0.1\nexample A 10.0.0.1\n";
    let dns = NameServers::start(&[("test", Signed::Not, zone.to_owned())]);
    let list = format!("https://list.test:{}", site.https.port());
    let (nameserver, certificate) = (dns.authoritative.to_string(), site.certificate.clone());
    let control = site.https.to_string();
    let run = move |allowed: bool| {
        let mut arguments = vec![
            "new",
            "example.test",
            "--ispdb",
            &list,
            "--nameserver",
            &nameserver,
            "--cacert",
            &certificate,
            "--control-host",
            &control,
        ];
        if allowed {
            arguments.push("--allow-private");
        }
        record(&arguments, b"")
    };
    let (refused, allowed) = tokio::task::spawn_blocking(move || (run(false), run(true)))
        .await
        .unwrap();
    drop(dns);
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(
        refused
            .errors
            .contains("no connection to list.test: address-not-public"),
        "{refused:?}"
    );
    assert_eq!(allowed.status, 0, "{allowed:?}");
    assert!(
        site.requests()
            .iter()
            .all(|request| request.starts_with("GET list.test/example.test"))
    );
}
