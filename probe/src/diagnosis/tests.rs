//! Combinations of what happens at several services, and what must be told of each.

use std::num::NonZeroU16;
use std::time::Duration;

use super::*;
use crate::step::{CertificateFacts, Facts};
use crate::{Endpoint, Protocol, Security, Side, Stage, Step};

/// The services by the ids that the table uses: protocol, host, port and security.
const SERVICES: &[(&str, Protocol, &str, u16, Security)] = &[
    (
        "imap",
        Protocol::Imap,
        "mail.example.net",
        993,
        Security::Tls,
    ),
    (
        "imap143",
        Protocol::Imap,
        "mail.example.net",
        143,
        Security::Starttls,
    ),
    ("pop", Protocol::Pop3, "pop.example.net", 995, Security::Tls),
    (
        "smtp",
        Protocol::Smtp,
        "smtp.example.net",
        587,
        Security::Starttls,
    ),
    (
        "smtp465",
        Protocol::Smtp,
        "smtp.example.net",
        465,
        Security::Tls,
    ),
    (
        "legacy",
        Protocol::Imap,
        "imap.old.example",
        993,
        Security::Tls,
    ),
    (
        "legacy-pop",
        Protocol::Pop3,
        "pop.old.example",
        995,
        Security::Tls,
    ),
];

/// What happens, as `service:outcome` with `+` between several outcomes, `in` for an accepted password
/// and `=names` behind a certificate for these names; and what is told, as `cause endpoints` with
/// `>` before the ones that work instead, and `;` between findings.
const COMBINATIONS: &[(&str, &str)] = &[
    // Everything is well: what is left is on the customer's side.
    ("imap:ok", "ok imap"),
    ("imap:ok pop:ok smtp:ok", "ok imap pop smtp"),
    ("imap:in pop:in smtp:in", "ok imap pop smtp"),
    ("imap:no-password smtp:no-password", "ok imap smtp"),
    ("imap:address-given+ok smtp:ok", "ok imap smtp"),
    // One service is broken.
    ("imap:connection-refused", "connection-refused imap"),
    ("imap:ok smtp:name-not-found", "name-not-found smtp"),
    ("imap:name-not-found smtp:ok", "name-not-found imap"),
    ("imap:ok smtp:no-address", "no-address smtp"),
    ("imap:ok smtp:dns-server-failed", "dns-server-failed smtp"),
    ("imap:dns-timeout smtp:dns-timeout", "dns-timeout imap smtp"),
    ("imap:ok smtp:address-not-public", "address-not-public smtp"),
    (
        "imap:ok pop:connection-reset smtp:ok",
        "connection-reset pop",
    ),
    ("imap:no-greeting smtp:ok", "no-greeting imap"),
    ("imap:greeting-busy smtp:ok", "greeting-busy imap"),
    ("imap:ok smtp:greeting-refused", "greeting-refused smtp"),
    ("imap:unexpected-service smtp:ok", "unexpected-service imap"),
    ("imap:ok smtp:tls-on-plain-port", "tls-on-plain-port smtp"),
    ("imap:plain-on-tls-port smtp:ok", "plain-on-tls-port imap"),
    ("imap:preauthenticated smtp:ok", "preauthenticated imap"),
    (
        "imap:ok smtp:starttls-not-offered",
        "starttls-not-offered smtp",
    ),
    ("imap:ok smtp:starttls-injection", "starttls-injection smtp"),
    (
        "imap:tls-version-too-old smtp:ok",
        "tls-version-too-old imap",
    ),
    (
        "imap:tls-version-too-old pop:tls-version-too-old smtp:tls-version-too-old",
        "tls-version-too-old imap pop smtp",
    ),
    (
        "imap:tls-no-common-cipher smtp:ok",
        "tls-no-common-cipher imap",
    ),
    (
        "imap:certificate-expired smtp:certificate-expired",
        "certificate-expired imap smtp",
    ),
    (
        "imap:certificate-self-signed smtp:ok",
        "certificate-self-signed imap",
    ),
    (
        "imap:ok smtp:password-sign-in-not-offered",
        "password-sign-in-not-offered smtp",
    ),
    ("imap:deadline smtp:ok", "deadline imap"),
    (
        "imap:local-resources-exhausted smtp:local-resources-exhausted",
        "local-resources-exhausted imap smtp",
    ),
    // Another way works, too, only nobody knows about this one.
    (
        "imap:local-resources-exhausted smtp:ok",
        "local-resources-exhausted imap",
    ),
    ("imap:cancelled smtp:cancelled", "cancelled imap smtp"),
    ("imap:in smtp:cancelled", "cancelled smtp"),
    // Several causes at once: the gravest first, and those of the same weight in the order of the run.
    (
        "imap:connection-refused smtp:certificate-expired",
        "connection-refused imap; certificate-expired smtp",
    ),
    (
        "imap:certificate-expires-soon+wrong-credentials smtp:certificate-expires-soon+not-tried",
        "wrong-credentials imap; certificate-expires-soon imap smtp",
    ),
    (
        "imap:slow-greeting+in smtp:connection-refused",
        "connection-refused smtp; slow-greeting imap",
    ),
    // Nothing is known of the servers.
    (
        "imap:connection-timeout smtp:connection-timeout",
        "nothing-answers imap smtp",
    ),
    (
        "imap:connection-timeout pop:network-unreachable smtp:connection-timeout",
        "nothing-answers imap pop smtp",
    ),
    (
        "imap:network-unreachable smtp:network-unreachable",
        "nothing-answers imap smtp",
    ),
    ("imap:connection-timeout", "connection-timeout imap"),
    (
        "imap:connection-timeout smtp:connection-refused",
        "connection-timeout imap; connection-refused smtp",
    ),
    (
        "imap:greeting-refused smtp:greeting-refused",
        "turned-away imap smtp",
    ),
    (
        "imap:greeting-busy pop:greeting-busy smtp:greeting-refused",
        "turned-away imap pop smtp",
    ),
    (
        "imap:certificate-not-yet-valid smtp:certificate-not-yet-valid",
        "clock-wrong imap smtp",
    ),
    (
        "imap:certificate-not-yet-valid smtp:ok",
        "certificate-not-yet-valid imap",
    ),
    // Reading works and sending does not.
    ("imap:in smtp:connection-timeout", "connection-timeout smtp"),
    (
        "imap:ok pop:ok smtp:connection-timeout smtp465:connection-refused",
        "connection-timeout smtp; connection-refused smtp465",
    ),
    (
        "imap:ok smtp:network-unreachable",
        "network-unreachable smtp",
    ),
    ("imap:ok smtp:no-greeting", "no-greeting smtp"),
    (
        "imap:connection-refused pop:ok smtp:connection-refused",
        "connection-refused imap smtp",
    ),
    // Another way to the same mail.
    (
        "imap:ok smtp:connection-timeout smtp465:ok",
        "other-way-works smtp > smtp465",
    ),
    (
        "imap:ok smtp:ok smtp465:connection-refused",
        "other-way-works smtp465 > smtp",
    ),
    (
        "imap:tls-closed imap143:in smtp:in",
        "other-way-works imap > imap143",
    ),
    (
        "imap:in imap143:starttls-not-offered smtp:in",
        "other-way-works imap143 > imap",
    ),
    (
        "imap:connection-refused imap143:ok smtp:starttls-refused smtp465:ok",
        "other-way-works imap smtp > imap143 smtp465",
    ),
    ("imap:connection-refused pop:ok", "connection-refused imap"),
    (
        "smtp:connection-timeout smtp465:wrong-credentials",
        "connection-timeout smtp; wrong-credentials smtp465",
    ),
    (
        "imap:certificate-expired imap143:ok",
        "other-way-works imap > imap143",
    ),
    // A host name of another time.
    (
        "legacy:certificate-wrong-name=mail.example.net imap:ok smtp:ok",
        "other-name-fits legacy > imap",
    ),
    (
        "legacy:certificate-wrong-name=*.example.net imap:ok pop:ok",
        "other-name-fits legacy > imap pop",
    ),
    (
        "legacy:certificate-wrong-name=MAIL.example.net legacy-pop:certificate-wrong-name=pop.example.net imap:ok pop:ok",
        "other-name-fits legacy legacy-pop > imap pop",
    ),
    (
        "legacy:certificate-wrong-name=elsewhere.example smtp:ok",
        "certificate-wrong-name legacy",
    ),
    (
        "legacy:certificate-wrong-name=mail.example.net smtp:ok",
        "certificate-wrong-name legacy",
    ),
    (
        "legacy:certificate-wrong-name=mail.example.net imap:certificate-expired",
        "certificate-wrong-name legacy; certificate-expired imap",
    ),
    // The password and the account.
    ("imap:wrong-credentials", "wrong-credentials imap"),
    (
        "imap:wrong-credentials pop:not-tried smtp:not-tried",
        "wrong-credentials imap",
    ),
    (
        "imap:in smtp:wrong-credentials",
        "password-differs smtp > imap",
    ),
    (
        "imap:wrong-credentials smtp:in",
        "password-differs imap > smtp",
    ),
    (
        "imap:in pop:in smtp:wrong-credentials smtp465:wrong-credentials",
        "password-differs smtp smtp465 > imap pop",
    ),
    (
        "imap:temporary-failure smtp:wrong-credentials",
        "temporary-failure imap; wrong-credentials smtp",
    ),
    (
        "imap:account-disabled smtp:not-tried",
        "account-disabled imap",
    ),
    (
        "imap:wrong-credentials smtp:account-disabled",
        "account-disabled smtp",
    ),
    (
        "imap:in smtp:sign-in-refused",
        "password-differs smtp > imap",
    ),
    (
        "imap:in pop:access-switched-off smtp:in",
        "access-switched-off pop",
    ),
    (
        "pop:access-switched-off smtp:sign-in-refused",
        "access-switched-off pop; sign-in-refused smtp",
    ),
    (
        "imap:sign-in-refused smtp:wrong-credentials",
        "wrong-credentials smtp",
    ),
    (
        "imap:sign-in-refused smtp:app-password-required",
        "app-password-required smtp",
    ),
    (
        "imap:app-password-required smtp:not-tried",
        "app-password-required imap",
    ),
    (
        "imap:password-expired pop:not-tried",
        "password-expired imap",
    ),
    ("imap:in pop:not-authorized smtp:in", "not-authorized pop"),
    ("imap:in pop:mailbox-in-use smtp:in", "mailbox-in-use pop"),
    (
        "imap:too-many-connections smtp:in",
        "too-many-connections imap",
    ),
    (
        "imap:temporary-failure smtp:temporary-failure",
        "temporary-failure imap smtp",
    ),
    ("imap:in smtp:rate-limited", "rate-limited smtp"),
    (
        "imap:in+dropped-after-sign-in smtp:in",
        "dropped-after-sign-in imap",
    ),
    ("imap:in+mailbox-full smtp:in", "mailbox-full imap"),
    (
        "imap:in+mailbox-nearly-full smtp:in",
        "mailbox-nearly-full imap",
    ),
    (
        "imap:in+mailbox-full pop:in smtp:connection-timeout",
        "mailbox-full imap; connection-timeout smtp",
    ),
    // What is behind the scenes.
    ("imap:in+ipv6-only-failed smtp:in", "ipv6-only-failed imap"),
    (
        "imap:in+ipv6-only-failed smtp:in+ipv6-only-failed",
        "ipv6-only-failed imap smtp",
    ),
    ("imap:in+addresses-differ smtp:in", "addresses-differ imap"),
    (
        "imap:in+srv-differs smtp:in+tlsa-mismatch",
        "srv-differs imap; tlsa-mismatch smtp",
    ),
    (
        "imap:connection-refused+some-addresses-failed imap143:ok+ipv6-only-failed",
        "other-way-works imap > imap143; some-addresses-failed imap; ipv6-only-failed imap143",
    ),
];

#[test]
fn what_happens_at_several_services_is_one_diagnosis() {
    assert!(COMBINATIONS.len() >= 60);
    for (happened, told) in COMBINATIONS {
        let reports: Vec<_> = happened.split(' ').map(report).collect();
        let findings = diagnose(&reports).into_iter().map(|finding| {
            let Finding {
                cause,
                endpoints,
                instead,
            } = finding;
            let mut text = format!("{} {}", cause.code(), endpoints.join(" "));
            if !instead.is_empty() {
                text += &format!(" > {}", instead.join(" "));
            }
            text
        });
        let findings: Vec<_> = findings.collect();
        assert_eq!(findings.join("; "), *told, "{happened}");
    }
}

#[test]
fn every_side_has_its_causes() {
    for (code, side) in [
        ("ok", Side::Customer),
        ("connection-refused", Side::Service),
        ("certificate-expired", Side::Service),
        ("temporary-failure", Side::Service),
        ("wrong-credentials", Side::Account),
        ("password-differs", Side::Account),
        ("mailbox-full", Side::Account),
        ("other-way-works", Side::Customer),
        ("nothing-answers", Side::Probe),
        ("network-unreachable", Side::Probe),
        ("local-resources-exhausted", Side::Probe),
        ("probe-offline", Side::Probe),
        ("dns-timeout", Side::Service),
    ] {
        let cause = Cause::all().find(|cause| cause.code() == code).unwrap();
        assert_eq!(cause.side(), side, "{code}");
    }
}

fn report(text: &str) -> EndpointReport {
    let (id, outcomes) = text.split_once(':').unwrap();
    let service = SERVICES.iter().find(|service| service.0 == id);
    let &(id, protocol, host, port, security) = service.unwrap();
    let endpoint = Endpoint {
        id: id.into(),
        protocol,
        host: host.parse().unwrap(),
        port: NonZeroU16::new(port).unwrap(),
        security,
    };
    let mut steps: Vec<_> = outcomes.split('+').map(step).collect();
    // Whoever gets further than the certificate has a good one.
    if steps
        .iter()
        .all(|step| step.outcome.severity() < Severity::Failure)
    {
        steps.push(Step::new(Stage::Certificate, Outcome::Ok, Duration::ZERO));
    }
    EndpointReport::new(endpoint, steps, Duration::ZERO)
}

fn step(text: &str) -> Step {
    let (code, names) = text.split_once('=').unwrap_or((text, ""));
    if code == "in" {
        return Step::new(Stage::SignIn, Outcome::Ok, Duration::ZERO);
    }
    let outcome = Outcome::ALL.iter().find(|outcome| outcome.code() == code);
    let outcome = *outcome.unwrap_or_else(|| panic!("{code} is no outcome"));
    let stage = outcome.stage().unwrap_or(Stage::Greeting);
    let facts = match names {
        "" => Facts::None {},
        names => Facts::Certificate(Box::new(certificate_for(names))),
    };
    Step {
        facts,
        ..Step::new(stage, outcome, Duration::ZERO)
    }
}

fn certificate_for(names: &str) -> CertificateFacts {
    CertificateFacts {
        names: names.split(',').map(str::to_owned).collect(),
        subject: String::new(),
        issuer: String::new(),
        not_before: 0,
        not_after: 0,
        days_left: 0,
        key: String::new(),
        signature: String::new(),
        fingerprint: String::new(),
        key_fingerprint: String::new(),
        sent: Vec::new(),
        built: Vec::new(),
        staple: None,
    }
}
