//! What a check means for customers.

use std::time::Duration;

use app::status::{Point, Reason, ServiceState};
use probe::{EndpointReport, Outcome, Severity, Side, Stage, Step};

/// A usual response time is known from so many steps of the chart on: those of an hour.
const MIN_POINTS: usize = 12;

/// An answer is slow if it takes so many times as long as usual,
const SLOW_FACTOR: u32 = 3;

/// and longer by so much, or nobody notices.
const SLOW_BY: Duration = Duration::from_secs(1);

/// It is slow in any case if it takes so long, like a greeting.
const ALWAYS_SLOW: Duration = Duration::from_secs(5);

/// What one look at a service found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How the service stands.
    pub state: ServiceState,
    /// Why.
    pub reason: Reason,
    /// The time until the server had said what it can do; `None` where it came to nothing.
    pub response_time: Option<Duration>,
}

impl Finding {
    /// Whether the server says that we come too often, or turns us away.
    pub fn refuses_us(&self) -> bool {
        matches!(
            self.reason,
            Reason::Found(
                Outcome::GreetingBusy
                    | Outcome::GreetingRefused
                    | Outcome::RateLimited
                    | Outcome::TooManyConnections
                    | Outcome::TryLater
            )
        )
    }
}

/// What a check without a password found, of a service that usually takes so long to answer.
///
/// # Errors
///
/// Where it says nothing of the service, because of this machine: why.
pub fn judge(report: &EndpointReport, usual: Option<Duration>) -> Result<Finding, Outcome> {
    let response_time = response_time(report);
    // What the DNS of the domain says beside the service is compared by itself.
    let steps = || {
        report
            .steps
            .iter()
            .filter(|step| step.stage != Stage::Published)
    };
    let first = |severity| steps().find(|step| step.outcome.severity() == severity);
    let finding = |state, reason| Finding {
        state,
        reason,
        response_time,
    };
    if let Some(step) = steps().find(|step| step.outcome.side() == Side::Probe) {
        return Err(step.outcome);
    }
    if let Some(failed) = first(Severity::Failure) {
        return match report.fault_of_probe() {
            Some(fault) => Err(fault),
            None => Ok(finding(ServiceState::Down, Reason::Found(failed.outcome))),
        };
    }
    // Nobody signs in, so what is said of that is no news.
    let noticed =
        |step: &&Step| step.stage != Stage::SignIn && step.outcome.severity() == Severity::Notice;
    if let Some(noticed) = steps().find(noticed) {
        return Ok(finding(
            ServiceState::Degraded,
            Reason::Found(noticed.outcome),
        ));
    }
    if is_slow(response_time, usual) {
        return Ok(finding(ServiceState::Degraded, Reason::Slow));
    }
    Ok(finding(ServiceState::Ok, Reason::Found(Outcome::Ok)))
}

/// How long a service usually takes to answer: the median of the steps of its chart. `None` while there are only a
/// few.
pub fn usual_response_time<'a>(points: impl IntoIterator<Item = &'a Point>) -> Option<Duration> {
    let means = points.into_iter().filter_map(|point| point.counts.mean());
    let mut means: Vec<Duration> = means.collect();
    let middle = means.len() / 2;
    if means.len() < MIN_POINTS {
        return None;
    }
    Some(*means.select_nth_unstable(middle).1)
}

/// The time until the server had said what it can do. The stages up to there follow each other.
fn response_time(report: &EndpointReport) -> Option<Duration> {
    let end = report.steps.iter().position(|step| {
        step.stage == Stage::Capabilities && step.outcome.severity() != Severity::Failure
    })?;
    Some(report.steps[..=end].iter().map(|step| step.elapsed).sum())
}

fn is_slow(time: Option<Duration>, usual: Option<Duration>) -> bool {
    match (time, usual) {
        (Some(time), _) if time >= ALWAYS_SLOW => true,
        (Some(time), Some(usual)) => time >= usual * SLOW_FACTOR && time >= usual + SLOW_BY,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use app::status::Counts;
    use probe::Facts;
    use probe::step::Attempt;
    use time::UtcDateTime;

    use super::*;
    use crate::testing::endpoint;

    const STAGES: [Stage; 7] = [
        Stage::Dns,
        Stage::Connect,
        Stage::Tls,
        Stage::Certificate,
        Stage::Greeting,
        Stage::Capabilities,
        Stage::SignIn,
    ];

    /// A session whose stages take so many milliseconds each, and which ends at the first of these that fails.
    fn report(milliseconds: u64, found: &[(Stage, Outcome)]) -> EndpointReport {
        let mut steps = Vec::new();
        for stage in STAGES
            .into_iter()
            .chain([Stage::OtherAddresses, Stage::Published])
        {
            let here = found.iter().find(|(one, _)| *one == stage);
            let outcome = match (here, stage) {
                (Some((_, outcome)), _) => *outcome,
                (None, Stage::SignIn) => Outcome::NoPassword,
                (None, _) => Outcome::Ok,
            };
            steps.push(Step::new(
                stage,
                outcome,
                Duration::from_millis(milliseconds),
            ));
            if outcome.severity() == Severity::Failure {
                break;
            }
        }
        EndpointReport::new(endpoint(), steps, Duration::ZERO)
    }

    #[test]
    fn a_check_means_what_customers_will_meet() {
        use ServiceState::{Degraded, Down, Ok as Works};
        let usual = Some(Duration::from_millis(300));
        for (milliseconds, found, usual, expected) in [
            (50, &[][..], usual, (Works, "ok", Some(300))),
            (50, &[], None, (Works, "ok", Some(300))),
            // Five times as long, and a second and more.
            (250, &[], usual, (Degraded, "slow", Some(1500))),
            (250, &[], None, (Works, "ok", Some(1500))),
            // Five seconds are long, also where nothing is known of before, or it is never faster.
            (830, &[], None, (Works, "ok", Some(4980))),
            (840, &[], None, (Degraded, "slow", Some(5040))),
            (
                1500,
                &[],
                Some(Duration::from_secs(9)),
                (Degraded, "slow", Some(9000)),
            ),
            // Two seconds more are nothing where it always takes two.
            (
                700,
                &[],
                Some(Duration::from_secs(2)),
                (Works, "ok", Some(4200)),
            ),
            // Three times as long is nothing where it is half a second.
            (150, &[], usual, (Works, "ok", Some(900))),
            (
                50,
                &[(Stage::Dns, Outcome::NameNotFound)],
                usual,
                (Down, "name-not-found", None),
            ),
            (
                50,
                &[(Stage::Connect, Outcome::ConnectionRefused)],
                usual,
                (Down, "connection-refused", None),
            ),
            (
                50,
                &[(Stage::Greeting, Outcome::Deadline)],
                usual,
                (Down, "deadline", None),
            ),
            (
                50,
                &[(Stage::Capabilities, Outcome::NoCapabilities)],
                usual,
                (Down, "no-capabilities", None),
            ),
            (
                50,
                &[(Stage::Certificate, Outcome::CertificateExpiresSoon)],
                usual,
                (Degraded, "certificate-expires-soon", Some(300)),
            ),
            (
                50,
                &[(Stage::OtherAddresses, Outcome::SomeAddressesFailed)],
                usual,
                (Degraded, "some-addresses-failed", Some(300)),
            ),
            // The worst counts, and of two that weigh the same the first.
            (
                250,
                &[
                    (Stage::Certificate, Outcome::CertificateExpiresSoon),
                    (Stage::Greeting, Outcome::SlowGreeting),
                ],
                usual,
                (Degraded, "certificate-expires-soon", Some(1500)),
            ),
            (
                50,
                &[
                    (Stage::Certificate, Outcome::CertificateExpiresSoon),
                    (Stage::Greeting, Outcome::GreetingBusy),
                ],
                usual,
                (Down, "greeting-busy", None),
            ),
            // What stands beside the service in the DNS, and what is said of a sign-in that nobody tried.
            (
                50,
                &[(Stage::Published, Outcome::SrvDiffers)],
                usual,
                (Works, "ok", Some(300)),
            ),
            (
                50,
                &[(Stage::SignIn, Outcome::NotEncrypted)],
                usual,
                (Works, "ok", Some(300)),
            ),
        ] {
            let finding = judge(&report(milliseconds, found), usual).unwrap();
            let time = finding.response_time.map(|time| time.as_millis());
            let found_out = (finding.state, finding.reason.code(), time);
            assert_eq!(found_out, expected, "{milliseconds} {found:?}");
        }
    }

    #[test]
    fn what_this_machine_could_not_do_says_nothing() {
        for (stage, outcome) in [
            (Stage::Dns, Outcome::ProbeOffline),
            (Stage::Connect, Outcome::ProbeOffline),
            (Stage::Connect, Outcome::LocalResourcesExhausted),
            // There is no route from here, such as to a host that has only an IPv6 address.
            (Stage::Connect, Outcome::NetworkUnreachable),
            (Stage::Tls, Outcome::Cancelled),
        ] {
            let judged = judge(&report(50, &[(stage, outcome)]), None);
            assert_eq!(judged, Err(outcome));
        }
        // One of several attempts failed because of this machine, and so the service may be well.
        let mut report = report(50, &[(Stage::Connect, Outcome::ConnectionTimeout)]);
        let attempts = vec![Attempt {
            address: [192, 0, 2, 1].into(),
            outcome: Outcome::LocalResourcesExhausted,
            elapsed: Duration::ZERO,
        }];
        report.steps[1].facts = Facts::Connect {
            connected: None,
            attempts,
        };
        assert_eq!(judge(&report, None), Err(Outcome::LocalResourcesExhausted));
    }

    #[test]
    fn the_usual_time_is_the_median_of_an_hour_and_more() {
        let point = |milliseconds: Option<u64>| Point {
            begin: UtcDateTime::UNIX_EPOCH,
            counts: Counts {
                timed: milliseconds.map_or(0, |_| 2),
                response_time: Duration::from_millis(2 * milliseconds.unwrap_or_default()),
                ..Counts::default()
            },
        };
        let mut points = vec![point(Some(100)); 11];
        assert_eq!(usual_response_time(&points), None);
        points.extend(vec![point(None); 20]);
        assert_eq!(usual_response_time(&points), None);
        // A slow hour in a long day changes nothing.
        points.extend(vec![point(Some(5000)); 5]);
        let usual = usual_response_time(&points);
        assert_eq!(usual, Some(Duration::from_millis(100)));
    }

    #[test]
    fn servers_that_turn_us_away_are_known() {
        for (outcome, expected) in [
            (Outcome::GreetingBusy, true),
            (Outcome::GreetingRefused, true),
            (Outcome::ConnectionRefused, false),
            (Outcome::ConnectionTimeout, false),
        ] {
            let stage = outcome.stage().unwrap();
            let finding = judge(&report(50, &[(stage, outcome)]), None).unwrap();
            assert_eq!(finding.refuses_us(), expected, "{outcome}");
        }
    }
}
