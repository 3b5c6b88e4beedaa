//! Which mail programs fit the servers, as text.

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};
use app::words::OutcomeWords;
use probe::client_profiles::Verdict;
use probe::net::{ClientSimulation, SimulatedClient};

/// Every server with the programs of the table, with colors for a terminal. Empty where nobody asked.
pub fn list(simulations: &[ClientSimulation], words: &OutcomeWords) -> String {
    let mut list = String::new();
    // Writing into a string does not fail.
    let _ = write_list(&mut list, simulations, words);
    list
}

fn write_list(
    out: &mut String,
    simulations: &[ClientSimulation],
    words: &OutcomeWords,
) -> fmt::Result {
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    for simulation in simulations {
        let (title, url) = (&words.clients().title, &simulation.endpoint);
        writeln!(out, "\n{bold}{title}{bold:#}  {dim}{url}{dim:#}")?;
        for client in &simulation.clients {
            let SimulatedClient { name, platform, .. } = client;
            let (sign, color) = sign(client.verdict);
            let found = found(client, words);
            let derived = client.derived.map_or_else(String::new, |_| {
                let word = &words.clients().derived;
                format!(" ({word})")
            });
            writeln!(
                out,
                "{color}{sign} {name}{color:#}, {platform}{dim}{derived}: {found}{dim:#}"
            )?;
        }
    }
    Ok(())
}

fn sign(verdict: Verdict) -> (&'static str, Style) {
    let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    match verdict {
        Verdict::Fits => ("✓", color(AnsiColor::Green)),
        Verdict::DoesNotFit => ("✗", color(AnsiColor::Red)),
        Verdict::Unknown => ("–", Style::new().dimmed()),
    }
}

/// What the program and the server agree on, or why they do not.
fn found(client: &SimulatedClient, words: &OutcomeWords) -> String {
    if let Some(reason) = client.reason {
        let words = words.client_reason(reason);
        return format!("{words} [{}]", reason.code());
    }
    let tls = client.tls.as_ref().map(|tls| {
        let group = tls.group.as_deref().unwrap_or_default();
        format!("{} {} {group}", tls.version, tls.cipher)
    });
    tls.unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use probe::client_profiles::Reason;
    use probe::{Endpoint, Protocol, Security, TlsFacts};

    use super::*;

    fn client(name: &'static str, verdict: Verdict, reason: Option<Reason>) -> SimulatedClient {
        let tls = reason.is_none().then(|| TlsFacts {
            version: "TLS 1.2".to_owned(),
            cipher: "TLS_RSA_WITH_AES_128_CBC_SHA".to_owned(),
            ..TlsFacts::default()
        });
        SimulatedClient {
            id: "one",
            program: None,
            name,
            platform: "Windows 7",
            verdict,
            reason,
            tls,
            sources: Vec::new(),
            derived: None,
        }
    }

    #[test]
    fn every_program_has_a_line_with_its_reason() {
        let words = OutcomeWords::built_in("en").unwrap();
        let simulation = ClientSimulation {
            endpoint: Endpoint {
                id: "imap".to_owned(),
                protocol: Protocol::Imap,
                host: "mail.example.test".parse().unwrap(),
                port: 993.try_into().unwrap(),
                security: Security::Tls,
            },
            connections: 3,
            clients: vec![
                client("One", Verdict::Fits, None),
                client("Two", Verdict::DoesNotFit, Some(Reason::NoCommonVersion)),
                SimulatedClient {
                    derived: Some("from another"),
                    ..client("Three", Verdict::Unknown, Some(Reason::NoAnswer))
                },
            ],
        };
        let text = anstream::adapter::strip_str(&list(&[simulation], &words)).to_string();
        let expected = "
Mail programs  imaps://mail.example.test:993
✓ One, Windows 7: TLS 1.2 TLS_RSA_WITH_AES_128_CBC_SHA
✗ Two, Windows 7: no version of TLS in common [no-common-version]
– Three, Windows 7 (derived): the server did not answer [no-answer]
";
        assert_eq!(text, expected);
        assert_eq!(list(&[], &words), "");
    }
}
