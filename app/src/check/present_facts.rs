//! The technical details of a step.

use std::net::IpAddr;
use std::time::Duration;

use probe::step::{CertificateFacts, StapleStatus};
use probe::{Facts, Outcome};

use super::present::Presenter;

impl Presenter {
    /// The details, each with its label.
    pub(super) fn facts(&self, facts: &Facts) -> Vec<(String, String)> {
        let label = &self.texts.test.facts;
        let rows = match facts {
            Facts::None {} => Vec::new(),
            Facts::Dns { addresses, aliases } => vec![
                (&label.addresses, join(addresses)),
                (&label.aliases, aliases.join(" → ")),
            ],
            Facts::Connect {
                connected,
                attempts,
            } => {
                let connected = connected.map(|address| (&label.connected, address.to_string()));
                let failed = attempts.iter().filter(|one| one.outcome != Outcome::Ok);
                let failed = failed.map(|one| {
                    let text = self.attempt(one.address, one.outcome, one.elapsed);
                    (&label.attempt, text)
                });
                connected.into_iter().chain(failed).collect()
            }
            Facts::Tls(facts) => {
                let group = facts.group.clone().map(|group| (&label.group, group));
                let version = (&label.tls_version, facts.version.clone());
                let cipher = (&label.cipher, facts.cipher.clone());
                [version, cipher].into_iter().chain(group).collect()
            }
            Facts::Certificate(facts) => self.certificate(facts),
            Facts::Capabilities {
                capabilities,
                mechanisms,
            } => vec![
                (&label.capabilities, capabilities.join(" ")),
                (&label.mechanisms, mechanisms.join(" ")),
            ],
            Facts::SignIn { mechanism } => vec![(&label.mechanism, mechanism.clone())],
            Facts::Mailbox {
                used,
                limit,
                messages,
                message_limit,
            } => {
                let megabytes = |bytes| self.texts.test.megabytes(bytes);
                let count = |number: u64| number.to_string();
                vec![
                    (&label.usage, share(*used, *limit, megabytes)),
                    (&label.messages, share(*messages, *message_limit, count)),
                ]
            }
            Facts::Sending { size_limit } => {
                let size = |bytes: Option<u64>| bytes.map(|bytes| self.texts.test.megabytes(bytes));
                vec![
                    (&label.size_limit, size(*size_limit).unwrap_or_default()),
                    (
                        &label.documented_size,
                        size(self.message_size).unwrap_or_default(),
                    ),
                ]
            }
            Facts::Delivery {
                on_the_way,
                folder,
                spf,
                dkim,
                dmarc,
            } => {
                let time = on_the_way.map(|time| self.texts.test.time(time));
                let text = |value: &Option<String>| value.clone().unwrap_or_default();
                vec![
                    (&label.on_the_way, time.unwrap_or_default()),
                    (&label.folder, self.masked(&text(folder))),
                    (&label.spf, text(spf)),
                    (&label.dkim, text(dkim)),
                    (&label.dmarc, text(dmarc)),
                ]
            }
            Facts::OtherAddresses { others } => {
                let others = others.iter();
                let rows = others.map(|one| {
                    let text = self.attempt(one.address, one.outcome, one.elapsed);
                    (&label.other, text)
                });
                rows.collect()
            }
            Facts::Published {
                srv,
                tlsa,
                authenticated,
            } => {
                let places = srv
                    .iter()
                    .map(|srv| format!("{} {}:{}", srv.name, srv.target, srv.port));
                let srv = (&label.srv, places.collect::<Vec<_>>().join(", "));
                let tlsa = (&label.tlsa, join_with(tlsa, |tlsa| tlsa.record.clone()));
                let proven = authenticated.then(|| (&label.dnssec, label.dnssec_proven.clone()));
                [srv, tlsa].into_iter().chain(proven).collect()
            }
        };
        let rows = rows.into_iter().filter(|(_, value)| !value.is_empty());
        rows.map(|(label, value)| (label.clone(), value)).collect()
    }

    /// An address, and what became of a connection to it.
    fn attempt(&self, address: IpAddr, outcome: Outcome, elapsed: Duration) -> String {
        let found = self.texts.words.step(outcome);
        let time = self.texts.test.time(elapsed);
        format!("{address}: {found} ({time})")
    }

    fn certificate(&self, facts: &CertificateFacts) -> Vec<(&String, String)> {
        let label = &self.texts.test.facts;
        let sent = facts.sent.iter().map(|sent| sent.subject.as_str());
        let mut rows = vec![
            (&label.names, join(&facts.names)),
            (&label.subject, facts.subject.clone()),
            (&label.issuer, facts.issuer.clone()),
            (
                &label.valid,
                self.texts.test.period(facts.not_before, facts.not_after),
            ),
            (&label.days_left, facts.days_left.to_string()),
            (&label.key, facts.key.clone()),
            (&label.signature, facts.signature.clone()),
            (&label.sent, sent.collect::<Vec<_>>().join(" → ")),
            (&label.built, facts.built.join(" → ")),
            (&label.fingerprint, facts.fingerprint.clone()),
        ];
        rows.extend(facts.staple.as_ref().map(|staple| {
            let status = match staple.status {
                StapleStatus::Good => &label.staple_good,
                StapleStatus::Revoked => &label.staple_revoked,
                StapleStatus::Unknown => &label.staple_unknown,
            };
            (&label.staple, status.clone())
        }));
        rows
    }
}

/// An amount in use, with its limit where that is known; empty when neither is known.
fn share(used: Option<u64>, limit: Option<u64>, text: impl Fn(u64) -> String) -> String {
    let parts = [used, limit.filter(|_| used.is_some())];
    let parts = parts.into_iter().flatten().map(text);
    parts.collect::<Vec<_>>().join(" / ")
}

fn join<T: ToString>(items: &[T]) -> String {
    join_with(items, ToString::to_string)
}

fn join_with<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(", ")
}
