//! An alert as JSON and as lines of text.

use serde::Serialize;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use super::model::{Alert, ServiceAlert, SignInAlert};

/// What is posted. Times are written as in RFC 3339.
#[derive(Debug, Serialize)]
pub struct AlertBody {
    /// `service`, `sign-in` or `own-network`.
    kind: &'static str,
    /// `RECORD/SERVICE`.
    service: Option<String>,
    /// The id of the record.
    record: Option<String>,
    /// The server as a URL.
    server: Option<String>,
    /// `ok`, `degraded` or `down`.
    state: String,
    /// The state before, if it was known.
    before: Option<String>,
    /// The code of an outcome, or `slow`.
    reason: Option<String>,
    /// When the trouble began.
    since: String,
    /// When it was seen to be over; null while it lasts.
    until: Option<String>,
    /// How long it lasted, once it is over.
    seconds: Option<i64>,
    /// All of it in one line.
    text: String,
}

impl Alert {
    /// How long the trouble lasted, once it is over.
    pub fn seconds(&self) -> Option<i64> {
        let (since, until) = self.times();
        Some((until? - since).whole_seconds().max(0))
    }

    /// All of it as one line.
    pub fn line(&self) -> String {
        let (since, until) = self.times();
        let times = match (until, self.seconds()) {
            (Some(until), Some(seconds)) => format!(
                "from {} to {} ({seconds} s)",
                rfc3339(since),
                rfc3339(until)
            ),
            _ => format!("since {}", rfc3339(since)),
        };
        match self {
            Self::Service(ServiceAlert {
                service,
                server,
                state,
                reason,
                until,
                ..
            }) => match until {
                Some(_) => format!("{service} {state}: {server}, trouble {times}"),
                None => format!("{service} {state}: {server}, {} {times}", reason.code()),
            },
            Self::SignIn(SignInAlert {
                record,
                outcome,
                stopped,
                until,
                ..
            }) => match (until, stopped) {
                (Some(_), _) => format!("{record}: the own account works again, trouble {times}"),
                (None, false) => {
                    format!("{record}: the own account does not work, {outcome} {times}")
                }
                (None, true) => format!(
                    "{record}: the password of the own account was refused, {outcome} {times}; it is not sent again \
                     before a restart or a reload"
                ),
            },
            Self::OwnNetwork { until, .. } => match until {
                Some(_) => format!("the network of mailguide works again, trouble {times}"),
                None => format!(
                    "the network of mailguide does not work {times}, so nothing is said of any service"
                ),
            },
        }
    }

    /// What is posted.
    pub fn body(&self) -> AlertBody {
        let (since, until) = self.times();
        let body = AlertBody {
            kind: "",
            service: None,
            record: None,
            server: None,
            state: if until.is_some() { "ok" } else { "down" }.to_owned(),
            before: None,
            reason: None,
            since: rfc3339(since),
            until: until.map(rfc3339),
            seconds: self.seconds(),
            text: self.line(),
        };
        match self {
            Self::Service(alert) => AlertBody {
                kind: "service",
                service: Some(alert.service.to_string()),
                record: Some(alert.service.record().to_owned()),
                server: Some(alert.server.clone()),
                state: alert.state.to_string(),
                before: alert.before.map(|state| state.to_string()),
                reason: Some(alert.reason.code().to_owned()),
                ..body
            },
            Self::SignIn(alert) => AlertBody {
                kind: "sign-in",
                record: Some(alert.record.clone()),
                reason: Some(alert.outcome.to_string()),
                ..body
            },
            Self::OwnNetwork { .. } => AlertBody {
                kind: "own-network",
                ..body
            },
        }
    }

    fn times(&self) -> (UtcDateTime, Option<UtcDateTime>) {
        match self {
            Self::Service(ServiceAlert { since, until, .. })
            | Self::SignIn(SignInAlert { since, until, .. })
            | Self::OwnNetwork { since, until } => (*since, *until),
        }
    }
}

/// To the second, which is fine enough for people.
fn rfc3339(time: UtcDateTime) -> String {
    let time = time.replace_nanosecond(0).unwrap_or(time);
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use app::status::{Reason, ServiceState};
    use probe::Outcome;

    use super::*;

    /// A service that is down since 2023-11-14, or was until so many seconds later.
    pub(crate) fn alert(lasted: Option<i64>) -> Alert {
        let at = |seconds| UtcDateTime::from_unix_timestamp(1_700_000_000 + seconds).unwrap();
        let (state, before, outcome) = match lasted {
            None => (
                ServiceState::Down,
                ServiceState::Ok,
                Outcome::ConnectionRefused,
            ),
            Some(_) => (ServiceState::Ok, ServiceState::Down, Outcome::Ok),
        };
        Alert::Service(ServiceAlert {
            service: "lab/imap".parse().unwrap(),
            server: "imaps://mail.lab.test:993".to_owned(),
            state,
            before: Some(before),
            reason: Reason::Found(outcome),
            since: at(0),
            until: lasted.map(at),
        })
    }

    #[test]
    fn alerts_say_what_since_when_and_until_when() {
        let since = UtcDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        let sign_in = |stopped| {
            Alert::SignIn(SignInAlert {
                record: "lab".to_owned(),
                outcome: Outcome::WrongCredentials,
                stopped,
                since,
                until: None,
            })
        };
        for (alert, line) in [
            (
                alert(None),
                "lab/imap down: imaps://mail.lab.test:993, connection-refused since 2023-11-14T22:13:20Z",
            ),
            (
                alert(Some(90)),
                "lab/imap ok: imaps://mail.lab.test:993, trouble from 2023-11-14T22:13:20Z to 2023-11-14T22:14:50Z (90 s)",
            ),
            (
                sign_in(false),
                "lab: the own account does not work, wrong-credentials since 2023-11-14T22:13:20Z",
            ),
            (
                sign_in(true),
                "lab: the password of the own account was refused, wrong-credentials since 2023-11-14T22:13:20Z; \
                 it is not sent again before a restart or a reload",
            ),
            (
                Alert::OwnNetwork { since, until: None },
                "the network of mailguide does not work since 2023-11-14T22:13:20Z, so nothing is said of any service",
            ),
        ] {
            assert_eq!(alert.line(), line);
        }
    }

    #[test]
    fn programs_get_json() {
        let json = |alert: &Alert| serde_json::to_value(alert.body()).unwrap();
        let body = json(&alert(None));
        for (key, value) in [
            ("kind", "service"),
            ("service", "lab/imap"),
            ("record", "lab"),
            ("server", "imaps://mail.lab.test:993"),
            ("state", "down"),
            ("before", "ok"),
            ("reason", "connection-refused"),
            ("since", "2023-11-14T22:13:20Z"),
        ] {
            assert_eq!(body[key], value, "{key}");
        }
        assert!(body["until"].is_null() && body["seconds"].is_null());
        let body = json(&alert(Some(90)));
        assert_eq!(body["until"], "2023-11-14T22:14:50Z");
        assert_eq!(body["seconds"], 90);
        assert_eq!(body["state"], "ok");
    }
}
