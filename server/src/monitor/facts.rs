//! What a service shows of itself, from the report of a check.

use app::status::{Certificate, ServiceFacts};
use probe::{EndpointReport, Facts};

/// What the service shows now. What this check did not come to is as it was before.
pub fn facts(report: &EndpointReport, before: Option<&ServiceFacts>) -> ServiceFacts {
    let mut now = before.cloned().unwrap_or_default();
    for step in &report.steps {
        match &step.facts {
            // One that failed may have found the aliases only.
            Facts::Dns { addresses, aliases } if !addresses.is_empty() => {
                now.addresses = addresses.iter().copied().collect();
                now.aliases.clone_from(aliases);
            }
            Facts::Certificate(certificate) => {
                now.certificate = Some(Certificate {
                    fingerprint: certificate.fingerprint.clone(),
                    issuer: certificate.issuer.clone(),
                    names: certificate.names.clone(),
                    not_after: certificate.not_after,
                });
            }
            Facts::Capabilities { capabilities, .. } if !capabilities.is_empty() => {
                now.capabilities = capabilities.iter().cloned().collect();
            }
            _ => {}
        }
    }
    now
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use probe::{Outcome, Stage, Step};

    use super::*;
    use crate::testing::endpoint;

    fn report(found: Vec<(Stage, Outcome, Facts)>) -> EndpointReport {
        let steps = found.into_iter().map(|(stage, outcome, facts)| Step {
            facts,
            ..Step::new(stage, outcome, Duration::ZERO)
        });
        EndpointReport::new(endpoint(), steps.collect(), Duration::ZERO)
    }

    #[test]
    fn what_a_check_does_not_see_stays_as_it_was() {
        let dns = |last: u8| Facts::Dns {
            addresses: vec![[192, 0, 2, last].into()],
            aliases: vec!["mx.example.net".to_owned()],
        };
        let words = |words: &[&str]| Facts::Capabilities {
            capabilities: words.iter().map(|word| (*word).to_owned()).collect(),
            mechanisms: Vec::new(),
        };
        let first = facts(
            &report(vec![
                (Stage::Dns, Outcome::Ok, dns(1)),
                (Stage::Capabilities, Outcome::Ok, words(&["IDLE", "QUOTA"])),
            ]),
            None,
        );
        assert_eq!(first.addresses.len(), 1);
        assert_eq!(first.aliases, ["mx.example.net"]);
        assert_eq!(Vec::from_iter(&first.capabilities), ["IDLE", "QUOTA"]);
        let timeout = (Stage::Connect, Outcome::ConnectionTimeout, Facts::None {});
        let moved = facts(
            &report(vec![(Stage::Dns, Outcome::Ok, dns(2)), timeout]),
            Some(&first),
        );
        assert_ne!(moved.addresses, first.addresses);
        assert_eq!(moved.capabilities, first.capabilities);
        let gone = (Stage::Dns, Outcome::NameNotFound, Facts::None {});
        assert_eq!(facts(&report(vec![gone]), Some(&moved)), moved);
    }
}
