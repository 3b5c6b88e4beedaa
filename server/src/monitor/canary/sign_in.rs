//! One sign-in to all services of an account, with a message to itself, and what it says.

use app::check::message_to_self;
use app::status::OwnSignIn;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::StreamExt;
use probe::net::{Disclosure, Probe, ProbeEvent, SignIn};
use probe::{EndpointReport, Facts, Judgement, Outcome, Severity, Stage};
use time::UtcDateTime;

use super::account::CanaryAccount;

/// Signs in with accounts.
pub trait SignIns: Send + Sync {
    /// Signs in to all services of an account. It comes to an end by itself. The reports stand in the order of the
    /// services.
    ///
    /// # Errors
    ///
    /// Why nothing was done.
    fn sign_in<'a>(
        &'a self,
        account: &'a CanaryAccount,
    ) -> BoxFuture<'a, Result<Vec<EndpointReport>, String>>;
}

/// Signs in as customers do.
pub struct ProbeSignIns(pub Probe);

impl SignIns for ProbeSignIns {
    fn sign_in<'a>(
        &'a self,
        account: &'a CanaryAccount,
    ) -> BoxFuture<'a, Result<Vec<EndpointReport>, String>> {
        async move {
            let credentials = account.credentials().map_err(|error| error.to_string())?;
            // Nobody reads it but the account itself.
            let message = message_to_self("en", &account.envelope)?;
            let sign_in = SignIn {
                credentials,
                disclosure: Disclosure::default(),
                message: Some(message),
            };
            let targets = account.services.iter().map(|(_, target)| target.clone());
            let mut reports = vec![None; account.services.len()];
            let mut events = self.0.run(targets.collect(), Some(sign_in));
            while let Some(event) = events.next().await {
                if let ProbeEvent::Done { endpoint, report } = event {
                    reports[endpoint] = Some(report);
                }
            }
            Ok(reports.into_iter().flatten().collect())
        }
        .boxed()
    }
}

/// What a sign-in says of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountFinding {
    /// The account was not reached, which is told of the services themselves.
    Nothing,
    /// All is well, or there is something to know.
    Works,
    /// Something fails behind the sign-in, or the sign-in for another reason than the password.
    Fails(Outcome),
    /// The password was refused: more of the same may lock the account.
    Refused(Outcome),
}

/// Sums up the reports of all services.
pub fn finding(reports: &[EndpointReport]) -> AccountFinding {
    let all = || reports.iter().flat_map(steps);
    let refused = all().find(|step| {
        let judgement = step.outcome.judgement();
        step.stage == Stage::SignIn && judgement == Judgement::Refused
    });
    if let Some(step) = refused {
        return AccountFinding::Refused(step.outcome);
    }
    let failed = all().find(|step| step.outcome.severity() == Severity::Failure);
    match failed {
        Some(step) => AccountFinding::Fails(step.outcome),
        None if reports.iter().any(EndpointReport::signed_in) => AccountFinding::Works,
        None => AccountFinding::Nothing,
    }
}

/// What pages tell of the sign-in to one service; `None` where it did not come so far.
pub fn own_sign_in(report: &EndpointReport, at: UtcDateTime) -> Option<OwnSignIn> {
    let mut found = OwnSignIn {
        at: i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
        outcome: String::new(),
        used_permille: None,
        delivery: None,
    };
    let mut worst: Option<Outcome> = None;
    for step in steps(report) {
        // The first of the worst is the cause.
        if worst.is_none_or(|known| step.outcome.severity() > known.severity()) {
            worst = Some(step.outcome);
        }
        match &step.facts {
            Facts::Mailbox {
                used: Some(used),
                limit: Some(limit),
                ..
            } if *limit > 0 => {
                let permille = u128::from(*used) * 1000 / u128::from(*limit);
                found.used_permille = Some(u16::try_from(permille).unwrap_or(u16::MAX));
            }
            Facts::Delivery {
                on_the_way: Some(time),
                ..
            } => found.delivery = u64::try_from(time.as_millis()).ok(),
            _ => {}
        }
    }
    let outcome = worst?;
    found.outcome = match outcome.severity() {
        Severity::Fine => Outcome::Ok,
        Severity::Notice | Severity::Failure => outcome,
    }
    .to_string();
    Some(found)
}

/// The sign-in and what follows it.
fn steps(report: &EndpointReport) -> impl Iterator<Item = &probe::Step> {
    let of_account = |step: &&probe::Step| {
        matches!(
            step.stage,
            Stage::SignIn | Stage::Mailbox | Stage::Sending | Stage::Delivery
        )
    };
    report.steps.iter().filter(of_account)
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use probe::Step;

    use super::*;
    use crate::testing::endpoint;

    /// The report on a service in which these stages ended so.
    pub(crate) fn report(found: &[(Stage, Outcome)]) -> EndpointReport {
        let steps = found.iter();
        let steps = steps.map(|(stage, outcome)| Step::new(*stage, *outcome, Duration::ZERO));
        EndpointReport::new(endpoint(), steps.collect(), Duration::ZERO)
    }

    #[test]
    fn a_refusal_is_told_from_what_fails_and_from_what_was_not_reached() {
        use AccountFinding::{Fails, Nothing, Refused, Works};
        let signed_in = (Stage::SignIn, Outcome::Ok);
        for (reports, expected) in [
            (vec![vec![signed_in, (Stage::Mailbox, Outcome::Ok)]], Works),
            (
                vec![vec![
                    signed_in,
                    (Stage::Mailbox, Outcome::MailboxNearlyFull),
                ]],
                Works,
            ),
            (
                vec![vec![signed_in, (Stage::Mailbox, Outcome::MailboxFull)]],
                Fails(Outcome::MailboxFull),
            ),
            (
                vec![
                    vec![(Stage::SignIn, Outcome::TemporaryFailure)],
                    vec![signed_in],
                ],
                Fails(Outcome::TemporaryFailure),
            ),
            (
                vec![
                    vec![(Stage::SignIn, Outcome::NotTried)],
                    vec![(Stage::SignIn, Outcome::WrongCredentials)],
                ],
                Refused(Outcome::WrongCredentials),
            ),
            (
                vec![vec![(Stage::Connect, Outcome::ConnectionRefused)]],
                Nothing,
            ),
            (
                vec![
                    vec![(Stage::Connect, Outcome::ConnectionRefused)],
                    vec![signed_in],
                ],
                Works,
            ),
        ] {
            let found: Vec<_> = reports.iter().map(|steps| report(steps)).collect();
            assert_eq!(finding(&found), expected, "{reports:?}");
        }
    }

    #[test]
    fn pages_are_told_of_each_service() {
        let mut full = report(&[
            (Stage::Connect, Outcome::Ok),
            (Stage::SignIn, Outcome::Ok),
            (Stage::Mailbox, Outcome::MailboxNearlyFull),
            (Stage::Delivery, Outcome::Ok),
        ]);
        full.steps[2].facts = Facts::Mailbox {
            used: Some(92),
            limit: Some(100),
            messages: None,
            message_limit: None,
        };
        full.steps[3].facts = Facts::Delivery {
            on_the_way: Some(Duration::from_millis(2500)),
            folder: None,
            spf: None,
            dkim: None,
            dmarc: None,
        };
        let at = UtcDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        assert_eq!(
            own_sign_in(&full, at),
            Some(OwnSignIn {
                at: 1_700_000_000_000,
                outcome: "mailbox-nearly-full".to_owned(),
                used_permille: Some(920),
                delivery: Some(2500),
            })
        );
        let outcome =
            |steps: &[(Stage, Outcome)]| own_sign_in(&report(steps), at).map(|found| found.outcome);
        assert_eq!(
            outcome(&[(Stage::Connect, Outcome::ConnectionRefused)]),
            None
        );
        let elsewhere = [
            (Stage::SignIn, Outcome::Ok),
            (Stage::Delivery, Outcome::DeliveryElsewhere),
        ];
        assert_eq!(outcome(&elsewhere).as_deref(), Some("ok"));
    }
}
