//! What domains publish for mail programs, against a web server and a DNS server on loopback.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "../../../probe/tests/name_servers/mod.rs"]
mod name_servers;
mod observing;
#[path = "../record/site.rs"]
mod site;
mod telling;

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::published::PublishedSettings;
use app::record::{Catalogue, RecordFile};
use probe::net::{Options, Probe};
use probe::tls::read_roots;
use server::discovery::Fetcher;
use server::discovery::observe::Observer;

use crate::name_servers::{NameServers, Signed};
use crate::site::{Page, Site};

/// The names of the web server. `test` is a domain for tests (RFC 6761 §6.2).
const NAMES: &[&str] = &[
    "autoconfig.example.test",
    "autodiscover.example.test",
    "discover.example.test",
    "example.test",
    "list.test",
    "mail.hoster.test",
];

/// A domain with its web server, its zone and its record. Nothing listens on its mail servers.
struct Published {
    site: Site,
    dns: NameServers,
}

impl Published {
    async fn start(
        zone: &str,
        pages: impl Fn(&str) -> Option<Page> + Send + Sync + 'static,
    ) -> Self {
        Self {
            site: Site::start(NAMES, pages).await,
            dns: NameServers::start(&[("test", Signed::Not, zone.to_owned())]),
        }
    }

    fn probe(&self) -> Probe {
        let certificate = fs::read(&self.site.certificate).unwrap();
        Probe::new(Options {
            extra_roots: read_roots(&certificate).unwrap(),
            allow_private: true,
            nameserver: Some(self.dns.authoritative),
            control_hosts: vec![self.site.https],
            ..Options::default()
        })
        .unwrap()
    }

    /// Where the web server is, whatever the DNS says.
    fn fetcher(&self) -> Fetcher {
        let replace = |name: &&str, port: u16, address: SocketAddr| {
            format!("{name}:{port}:{address}").parse().unwrap()
        };
        let names = NAMES.iter().flat_map(|name| {
            [
                replace(name, 443, self.site.https),
                replace(name, 80, self.site.http),
            ]
        });
        Fetcher::new(self.probe(), names.collect())
    }

    fn settings(&self, every: Duration) -> PublishedSettings {
        let list = "https://list.test".parse().unwrap();
        let observer = Observer::new(self.fetcher(), list);
        PublishedSettings::new(&catalogue(), Arc::new(observer), every)
    }
}

fn catalogue() -> Catalogue {
    let record = include_bytes!("record.toml").to_vec();
    let record = RecordFile::new("record.toml".to_owned(), record).unwrap();
    Catalogue::read(&[record], true).unwrap()
}

/// An autoconfig file with these services, each as `protocol host port security`.
fn autoconfig(services: &[&str]) -> Page {
    let services = services.iter().map(|service| {
        let values: Vec<&str> = service.split(' ').collect();
        let [protocol, host, port, security] = values[..] else {
            panic!("{service}: expected protocol, host, port and security")
        };
        let element = match protocol {
            "smtp" => "outgoingServer",
            _ => "incomingServer",
        };
        format!(
            "<{element} type=\"{protocol}\"><hostname>{host}</hostname><port>{port}</port>\
             <socketType>{security}</socketType><username>%EMAILADDRESS%</username>\
             <authentication>password-cleartext</authentication></{element}>"
        )
    });
    Page::File(format!(
        "<clientConfig version=\"1.1\"><emailProvider id=\"example.test\"><domain>example.test</domain>{}\
         </emailProvider></clientConfig>",
        services.collect::<String>()
    ))
}

const IMAP: &str = "imap mail.example.test 993 SSL";
const POP: &str = "pop3 pop.example.test 995 SSL";
const SMTP: &str = "smtp smtp.example.test 587 STARTTLS";
