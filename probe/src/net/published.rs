//! What the DNS publishes about a service, beside the addresses of its host: where the customer's
//! domain says it is, and which certificates the host says it has.
//!
//! Nothing that is found here is connected to. It is extra information, so it never holds up the
//! check, and a question that fails is as good as one that was not asked.

use std::future::Future;
use std::time::Duration;

use futures_util::future::join;
use hickory_resolver::proto::rr::rdata::SRV;
use tokio::select;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::dns::{Resolver, TlsaAnswer, text};
use super::tlsa::{self, TlsaMatch};
use crate::endpoint::{Endpoint, HostName, Protocol, Security};
use crate::outcome::Outcome;
use crate::step::{Facts, SrvRecord, TlsaRecord};

/// How long an answer is waited for when everything else is done.
const GRACE_PERIOD: Duration = Duration::from_secs(2);

/// The answers of the DNS.
pub(super) struct PublishedRecords {
    srv_name: String,
    srv_records: Vec<SRV>,
    tlsa_records: TlsaAnswer,
    elapsed: Duration,
}

/// Asks the DNS about a service, until `done` and a little longer.
pub(super) async fn query(
    resolver: &Resolver,
    domain: Option<&HostName>,
    endpoint: &Endpoint,
    done: &CancellationToken,
) -> PublishedRecords {
    let begun = Instant::now();
    let srv_name = domain.and_then(|domain| srv_name(domain, endpoint));
    let srv_records = async {
        match &srv_name {
            Some(name) => resolver.srv(name).await,
            None => Vec::new(),
        }
    };
    let tlsa_records = async {
        match tlsa_name(endpoint) {
            Some(name) => resolver.tlsa(&name).await,
            None => TlsaAnswer::default(),
        }
    };
    let (srv_records, tlsa_records) = join(
        until_done(done, srv_records),
        until_done(done, tlsa_records),
    )
    .await;
    PublishedRecords {
        srv_records,
        tlsa_records,
        elapsed: begun.elapsed(),
        srv_name: srv_name.unwrap_or_default(),
    }
}

impl PublishedRecords {
    /// The time until all was answered.
    pub(super) fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Compares the answers with the documented service and the certificates that the server sent, its
    /// own first. `aliases` are the names that the documented host stands for. Returns nothing where
    /// nothing is published.
    pub(super) fn compare(
        &self,
        endpoint: &Endpoint,
        aliases: &[String],
        chain: &[Vec<u8>],
    ) -> Option<(Outcome, Facts)> {
        let TlsaAnswer {
            records,
            authenticated,
        } = &self.tlsa_records;
        if self.srv_records.is_empty() && records.is_empty() {
            return None;
        }
        let matches: Vec<TlsaMatch> = records
            .iter()
            .map(|record| tlsa::compare(record, chain))
            .collect();
        let srv: Vec<SrvRecord> = self
            .srv_records
            .iter()
            .map(|srv| self.srv_record(srv, endpoint, aliases))
            .collect();
        // Programs that know TLSA records believe the signed ones only, and refuse a server that none
        // of them matches (RFC 6698 §4.1). That is worse than another place. Where the host is an alias,
        // they ask at the name behind it first (RFC 7671 §7), so the records here may not count.
        let counts = *authenticated && aliases.is_empty();
        let mismatch = counts
            && !matches.is_empty()
            && matches
                .iter()
                .all(|comparison| *comparison == TlsaMatch::Differs);
        let elsewhere = !srv.is_empty() && !srv.iter().any(|srv| srv.matches);
        let outcome = match (mismatch, elsewhere) {
            (true, _) => Outcome::TlsaMismatch,
            (false, true) => Outcome::SrvDiffers,
            (false, false) => Outcome::Ok,
        };
        let tlsa = records
            .iter()
            .zip(matches)
            .map(|(record, comparison)| TlsaRecord {
                record: tlsa::text(record),
                matches: comparison == TlsaMatch::Matches,
            });
        let facts = Facts::Published {
            srv,
            tlsa: tlsa.collect(),
            authenticated: *authenticated,
        };
        Some((outcome, facts))
    }

    fn srv_record(&self, srv: &SRV, endpoint: &Endpoint, aliases: &[String]) -> SrvRecord {
        let target = text(&srv.target);
        let host = endpoint.host.as_str();
        let same_host = target == host || aliases.contains(&target);
        SrvRecord {
            name: self.srv_name.clone(),
            matches: same_host && srv.port == endpoint.port.get(),
            target,
            port: srv.port,
            priority: srv.priority,
        }
    }
}

/// The name under which a domain publishes a service (RFC 6186 §3, RFC 8314 §5.1). There is none for a
/// service without encryption.
fn srv_name(domain: &HostName, endpoint: &Endpoint) -> Option<String> {
    let label = match (endpoint.protocol, endpoint.security) {
        (_, Security::None) => return None,
        (Protocol::Imap, Security::Tls) => "imaps",
        (Protocol::Imap, Security::Starttls) => "imap",
        (Protocol::Pop3, Security::Tls) => "pop3s",
        (Protocol::Pop3, Security::Starttls) => "pop3",
        (Protocol::Smtp, Security::Tls) => "submissions",
        (Protocol::Smtp, Security::Starttls) => "submission",
    };
    Some(format!("_{label}._tcp.{domain}"))
}

/// The name under which a host publishes its certificates (RFC 6698 §3). It is that of the documented
/// host, also where that is an alias of another one.
fn tlsa_name(endpoint: &Endpoint) -> Option<String> {
    let Endpoint { host, port, .. } = endpoint;
    (endpoint.security != Security::None).then(|| format!("_{port}._tcp.{host}"))
}

/// What comes too late is as good as nothing.
async fn until_done<T: Default>(done: &CancellationToken, answer: impl Future<Output = T>) -> T {
    let late = async {
        done.cancelled().await;
        sleep(GRACE_PERIOD).await;
    };
    select! {
        answer = answer => answer,
        () = late => T::default(),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use hickory_resolver::proto::rr::Name;
    use hickory_resolver::proto::rr::rdata::TLSA;

    use super::*;

    fn endpoint(protocol: Protocol, security: Security) -> Endpoint {
        Endpoint {
            id: "one".to_owned(),
            protocol,
            host: "mail.example.test".parse().unwrap(),
            port: NonZeroU16::new(993).unwrap(),
            security,
        }
    }

    #[test]
    fn names_follow_from_protocol_and_security() {
        use Protocol::{Imap, Pop3, Smtp};
        let domain: HostName = "example.test".parse().unwrap();
        for (protocol, security, label) in [
            (Imap, Security::Tls, Some("_imaps")),
            (Imap, Security::Starttls, Some("_imap")),
            (Imap, Security::None, None),
            (Pop3, Security::Tls, Some("_pop3s")),
            (Pop3, Security::Starttls, Some("_pop3")),
            (Pop3, Security::None, None),
            (Smtp, Security::Tls, Some("_submissions")),
            (Smtp, Security::Starttls, Some("_submission")),
            (Smtp, Security::None, None),
        ] {
            let endpoint = endpoint(protocol, security);
            let expected = label.map(|label| format!("{label}._tcp.example.test"));
            assert_eq!(srv_name(&domain, &endpoint), expected);
            let expected = label.map(|_| "_993._tcp.mail.example.test".to_owned());
            assert_eq!(tlsa_name(&endpoint), expected);
        }
    }

    #[test]
    fn what_is_published_is_compared() {
        use Outcome::{Ok, SrvDiffers, TlsaMismatch};
        const HERE: (&str, u16) = ("MAIL.example.test.", 993);
        const ALIAS: (&str, u16) = ("imap.provider.test.", 993);
        const PORT: (&str, u16) = ("mail.example.test.", 10993);
        const ELSEWHERE: (&str, u16) = ("imap.elsewhere.test.", 993);
        const NOWHERE: (&str, u16) = (".", 0);
        let chain = [vec![1, 2, 3]];
        for (srv_records, data, authenticated, expected) in [
            (&[][..], &[][..], false, None),
            (&[HERE], &[], false, Some(Ok)),
            (&[ALIAS], &[], false, Some(Ok)),
            (&[ELSEWHERE, HERE], &[], false, Some(Ok)),
            (&[PORT], &[], false, Some(SrvDiffers)),
            (&[ELSEWHERE, PORT], &[], false, Some(SrvDiffers)),
            (&[NOWHERE], &[], false, Some(SrvDiffers)),
            (&[], &[[1, 2, 3]], true, Some(Ok)),
            (&[], &[[9, 9, 9]], true, Some(TlsaMismatch)),
            (&[], &[[9, 9, 9], [1, 2, 3]], true, Some(Ok)),
            (&[], &[[9, 9, 9]], false, Some(Ok)),
            (&[HERE], &[[9, 9, 9]], true, Some(TlsaMismatch)),
            (&[PORT], &[[9, 9, 9]], true, Some(TlsaMismatch)),
            (&[PORT], &[[9, 9, 9]], false, Some(SrvDiffers)),
        ] {
            let answers = PublishedRecords {
                srv_name: "_imaps._tcp.example.test".to_owned(),
                srv_records: srv_records
                    .iter()
                    .map(|(host, port)| SRV::new(0, 0, *port, Name::from_ascii(host).unwrap()))
                    .collect(),
                tlsa_records: TlsaAnswer {
                    records: data
                        .iter()
                        .map(|data| TLSA::new(3.into(), 0.into(), 0.into(), data.to_vec()))
                        .collect(),
                    authenticated,
                },
                elapsed: Duration::ZERO,
            };
            let endpoint = endpoint(Protocol::Imap, Security::Tls);
            let aliases = ["imap.provider.test".to_owned()];
            let behind: &[String] = if srv_records == [ALIAS] {
                &aliases
            } else {
                &[]
            };
            let found = answers.compare(&endpoint, behind, &chain);
            let outcome = found.map(|(outcome, _)| outcome);
            assert_eq!(
                outcome, expected,
                "{srv_records:?} {data:?} {authenticated}"
            );
            // A server that sent nothing has sent nothing wrong, and the records of an alias do not
            // count.
            for (aliases, chain) in [(&[][..], &[][..]), (&aliases, &chain)] {
                let found = answers.compare(&endpoint, aliases, chain);
                let outcome = found.map(|(outcome, _)| outcome);
                assert_ne!(outcome, Some(TlsaMismatch), "{srv_records:?} {data:?}");
            }
        }
    }
}
