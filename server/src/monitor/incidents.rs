//! From results to incidents: one begins, goes on or ends.

use app::status::{CheckResult, Incident, ServiceState};
use time::UtcDateTime;

/// What a result means for the incidents of its service, of which one may go on; `None` where nothing changes.
/// `first_failed` is the time of the look that found the trouble first.
pub fn incident(
    open: Option<&Incident>,
    result: &CheckResult,
    first_failed: UtcDateTime,
) -> Option<Incident> {
    match (open, result.state) {
        (None, ServiceState::Down) => Some(Incident {
            service: result.service.clone(),
            begin: first_failed,
            end: None,
            reason: result.reason,
        }),
        (Some(open), ServiceState::Down) => (open.reason != result.reason).then(|| Incident {
            reason: result.reason,
            ..open.clone()
        }),
        (Some(open), _) => Some(ended(open, result.at)),
        (None, _) => None,
    }
}

/// The incident, which is over since then.
pub fn ended(open: &Incident, end: UtcDateTime) -> Incident {
    Incident {
        // A clock that was set back does not make it end before it began.
        end: Some(end.max(open.begin)),
        ..open.clone()
    }
}

#[cfg(test)]
mod tests {
    use app::status::Reason;
    use probe::Outcome;

    use super::*;

    #[test]
    fn an_incident_begins_with_the_first_look_goes_on_and_ends() {
        use Outcome::{ConnectionRefused, ConnectionTimeout};
        let at = |seconds: i64| UtcDateTime::from_unix_timestamp(1_700_000_000 + seconds).unwrap();
        let result = |seconds, state, outcome| CheckResult {
            service: "lab/imap".parse().unwrap(),
            at: at(seconds),
            state,
            reason: Reason::Found(outcome),
            response_time: None,
        };
        let mut open: Option<Incident> = None;
        for (seconds, state, outcome, told) in [
            (0, ServiceState::Ok, Outcome::Ok, None),
            (10, ServiceState::Degraded, Outcome::SlowGreeting, None),
            (
                50,
                ServiceState::Down,
                ConnectionRefused,
                Some((20, None, ConnectionRefused)),
            ),
            (60, ServiceState::Down, ConnectionRefused, None),
            (
                70,
                ServiceState::Down,
                ConnectionTimeout,
                Some((20, None, ConnectionTimeout)),
            ),
            (
                80,
                ServiceState::Degraded,
                Outcome::SlowGreeting,
                Some((20, Some(80), ConnectionTimeout)),
            ),
            (90, ServiceState::Ok, Outcome::Ok, None),
        ] {
            let result = result(seconds, state, outcome);
            let found = incident(open.as_ref(), &result, at(seconds - 30));
            let expected = told.map(|(begin, end, outcome)| Incident {
                service: result.service.clone(),
                begin: at(begin),
                end: end.map(at),
                reason: Reason::Found(outcome),
            });
            assert_eq!(found, expected, "{seconds}");
            if let Some(found) = found {
                open = Some(found).filter(|found| found.end.is_none());
            }
        }
        // The clock was set back.
        let begun = incident(
            None,
            &result(0, ServiceState::Down, ConnectionRefused),
            at(0),
        );
        assert_eq!(ended(&begun.unwrap(), at(-99)).end, Some(at(0)));
    }
}
