//! How all services stand, as a table and as JSON.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use app::status::{ServiceKey, ServiceState};
use probe::{Endpoint, Outcome};
use serde::Serialize;
use time::UtcDateTime;

use crate::monitor::round::Look;

/// One service.
#[derive(Debug, Serialize)]
pub struct ServiceRow {
    /// `RECORD/SERVICE`.
    service: String,
    /// The server as a URL.
    server: String,
    /// `ok`, `degraded`, `down`, or `unknown` where this machine could not find out.
    state: String,
    /// The code of an outcome; `ok` where all is well.
    reason: &'static str,
    /// The time until the server had said what it can do.
    response_ms: Option<u64>,
    /// Whole days that its certificate has left.
    certificate_days: Option<i64>,
    #[serde(skip)]
    style: Style,
}

impl ServiceRow {
    /// What a look has found.
    pub fn new(key: &ServiceKey, endpoint: &Endpoint, look: &Look, now: UtcDateTime) -> Self {
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        let (state, reason, style) = match &look.found {
            Ok(found) => (
                found.state.to_string(),
                found.reason.code(),
                match found.state {
                    ServiceState::Ok => color(AnsiColor::Green),
                    ServiceState::Degraded => color(AnsiColor::Yellow),
                    ServiceState::Down => color(AnsiColor::Red),
                },
            ),
            Err(outcome) => ("unknown".to_owned(), Outcome::code(*outcome), Style::new()),
        };
        let time = look.found.ok().and_then(|found| found.response_time);
        let certificate = look.certificate.as_ref();
        let left = certificate.map(|one| one.not_after - now.unix_timestamp());
        Self {
            service: key.to_string(),
            server: endpoint.to_string(),
            state,
            reason,
            response_ms: time.and_then(|time| time.as_millis().try_into().ok()),
            certificate_days: left.map(|left| left.div_euclid(86_400)),
            style,
        }
    }
}

/// One JSON document.
///
/// # Errors
///
/// None that is known: every value of these types can be represented in JSON.
pub fn json(rows: &[ServiceRow]) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Document<'a> {
        services: &'a [ServiceRow],
    }
    serde_json::to_string_pretty(&Document { services: rows })
}

/// One line for each service, with colors for a terminal.
pub fn table(rows: &[ServiceRow]) -> String {
    let heads = ["service", "state", "reason", "ms", "days", "server"];
    let number = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let cells = rows.iter().map(|row| {
        [
            row.service.clone(),
            row.state.clone(),
            row.reason.to_owned(),
            number(row.response_ms.map(|time| time.to_string())),
            number(row.certificate_days.map(|days| days.to_string())),
            row.server.clone(),
        ]
    });
    let cells: Vec<[String; 6]> = cells.collect();
    let width = |column: usize| {
        let widths = cells.iter().map(|row| row[column].len());
        widths.max().unwrap_or_default().max(heads[column].len())
    };
    let widths = [0, 1, 2, 3, 4].map(width);
    let [a, b, c, d, e] = widths;
    let mut out = String::new();
    let bold = Style::new().bold();
    let [service, state, reason, ms, days, server] = heads;
    // Writing into a string does not fail.
    let _ = writeln!(
        out,
        "{bold}{service:a$}  {state:b$}  {reason:c$}  {ms:>d$}  {days:>e$}  {server}{bold:#}"
    );
    for (row, [service, state, reason, ms, days, server]) in rows.iter().zip(&cells) {
        let style = row.style;
        let _ = writeln!(
            out,
            "{service:a$}  {style}{state:b$}{style:#}  {reason:c$}  {ms:>d$}  {days:>e$}  {server}"
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use app::status::{Certificate, Reason};
    use probe::{Protocol, Security};

    use super::*;
    use crate::monitor::judge::Finding;

    #[test]
    fn every_service_has_a_line_and_an_object() {
        let now = UtcDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        let row = |id: &str, found, days: Option<i64>| {
            let endpoint = Endpoint {
                id: id.to_owned(),
                protocol: Protocol::Imap,
                host: "mail.example.net".parse().unwrap(),
                port: 993.try_into().unwrap(),
                security: Security::Tls,
            };
            let certificate = days.map(|days| Certificate {
                fingerprint: String::new(),
                issuer: String::new(),
                names: Vec::new(),
                not_after: 1_700_000_000 + days * 86_400 + 3600,
            });
            let look = Look { found, certificate };
            ServiceRow::new(&format!("lab/{id}").parse().unwrap(), &endpoint, &look, now)
        };
        let found = |state, outcome, time| {
            Ok(Finding {
                state,
                reason: Reason::Found(outcome),
                response_time: time,
            })
        };
        let time = Some(Duration::from_millis(81));
        let rows = [
            row("imap", found(ServiceState::Ok, Outcome::Ok, time), Some(60)),
            row(
                "pop",
                found(ServiceState::Down, Outcome::CertificateExpired, None),
                Some(-2),
            ),
            row("smtp", Err(Outcome::ProbeOffline), None),
        ];
        let table = anstream::adapter::strip_str(&table(&rows)).to_string();
        let server = "imaps://mail.example.net:993";
        assert_eq!(
            table,
            format!(
                "service   state    reason               ms  days  server\n\
                 lab/imap  ok       ok                   81    60  {server}\n\
                 lab/pop   down     certificate-expired   -    -2  {server}\n\
                 lab/smtp  unknown  probe-offline         -     -  {server}\n"
            )
        );
        let json: serde_json::Value = serde_json::from_str(&json(&rows).unwrap()).unwrap();
        assert_eq!(json["services"][0]["response_ms"], 81);
        assert_eq!(json["services"][1]["certificate_days"], -2);
        assert_eq!(json["services"][2]["state"], "unknown");
        assert!(json["services"][2]["response_ms"].is_null());
    }
}
