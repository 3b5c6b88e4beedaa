//! Relays, of which nobody learns what they carry.

use super::super::relay_permit::{RelayDenial, RelayPermit};
use super::*;

async fn relay(limits: &Limits, client: &str, service: &str) -> Result<RelayPermit, RelayDenial> {
    let (client, service) = (client.parse().unwrap(), service.parse().unwrap());
    limits.relay_permit(client, &service).await
}

/// The limit by which a relay is refused, and the seconds to wait.
async fn refused(limits: &Limits, client: &str, service: &str) -> (&'static str, u64) {
    let RelayDenial { limit, wait } = relay(limits, client, service).await.err().unwrap();
    (limit, wait.as_secs())
}

pub(super) async fn a_client_opens_so_many_relays_and_others_have_theirs(counters: &Factory<'_>) {
    let limits = limits(counters, |options| options.relays_per_client = rate(3, 600));
    for service in ["lab/imap", "lab/smtp", "other/imap"] {
        assert!(relay(&limits, "192.0.2.1", service).await.is_ok());
    }
    for service in ["lab/imap", "lab/pop3"] {
        let refused = refused(&limits, "192.0.2.1", service).await;
        assert_eq!(refused, ("relays-per-client", 200));
    }
    assert!(relay(&limits, "192.0.2.2", "lab/imap").await.is_ok());
    advance(seconds(200)).await;
    assert!(relay(&limits, "192.0.2.1", "lab/imap").await.is_ok());
    // The clients of a network do a few times as much together.
    for (number, allowed) in (0..14).zip((0..14).map(|number| number < 12)) {
        let client = format!("2001:db8:0:{number}::1");
        let opened = relay(&limits, &client, "lab/imap").await.is_ok();
        assert_eq!(opened, allowed, "{client}");
    }
}

pub(super) async fn a_service_has_so_many_relays_and_those_it_refuses_cost_nothing(
    counters: &Factory<'_>,
) {
    let limits = limits(counters, |options| {
        options.relays_per_client = rate(2, 600);
        options.relays_per_service = rate(3, 900);
    });
    for client in 1..4 {
        let client = format!("192.0.2.{client}");
        assert!(relay(&limits, &client, "lab/imap").await.is_ok());
    }
    for _ in 0..5 {
        let refused = refused(&limits, "192.0.2.9", "lab/imap").await;
        assert_eq!(refused, ("relays-per-service", 300));
    }
    for service in ["lab/smtp", "other/imap"] {
        assert!(relay(&limits, "192.0.2.9", service).await.is_ok());
    }
    advance(seconds(300)).await;
    assert!(relay(&limits, "192.0.2.9", "lab/imap").await.is_ok());
}

pub(super) async fn a_pause_of_a_provider_is_one_of_its_relays(counters: &Factory<'_>) {
    let limits = limits(counters, |options| options.failed_sign_ins = rate(2, 900));
    for client in ["192.0.2.1", "192.0.2.2"] {
        assert!(relay(&limits, client, "lab/imap").await.is_ok());
        wrong_password(&limits, client, client).await.unwrap();
    }
    let (limit, wait) = refused(&limits, "192.0.2.3", "lab/imap").await;
    assert_eq!(limit, "sign-in-paused");
    assert!((880..=900).contains(&wait), "{wait}");
    assert!(relay(&limits, "192.0.2.3", "other/imap").await.is_ok());
    advance(seconds(900)).await;
    assert!(relay(&limits, "192.0.2.3", "lab/imap").await.is_ok());
}

pub(super) async fn relays_have_places_beside_those_of_tests(counters: &Factory<'_>) {
    let limits = limits(counters, |options| {
        options.tests_at_once_per_client = 1.try_into().unwrap();
        options.relays_at_once = 9.try_into().unwrap();
    });
    let _test = ask(&limits, "192.0.2.1", None).await.unwrap();
    let mut open = Vec::new();
    for client in ["192.0.2.1", "192.0.2.2"] {
        for _ in 0..4 {
            open.push(relay(&limits, client, "lab/imap").await.ok().unwrap());
        }
        let refused = refused(&limits, client, "lab/smtp").await;
        assert_eq!(refused.0, "relays-at-once-per-client");
    }
    // Eight lead to the service; there is one more for another.
    let third = refused(&limits, "192.0.2.3", "lab/imap").await;
    assert_eq!(third.0, "relays-at-once-per-client");
    open.push(relay(&limits, "192.0.2.3", "lab/smtp").await.ok().unwrap());
    let tenth = refused(&limits, "192.0.2.3", "lab/smtp").await;
    assert_eq!(tenth.0, "relays-at-once");
    open.clear();
    assert!(relay(&limits, "192.0.2.1", "lab/imap").await.is_ok());
}
