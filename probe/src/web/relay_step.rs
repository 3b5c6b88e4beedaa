//! What a relay tells of its way to the mail server.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;

use crate::outcome::Outcome;
use crate::stage::Stage;
use crate::step::{Attempt, Facts, Step};

/// A step of the relay: a [`Step`] whose facts are those of the two stages that a relay has. The others would make the
/// reader a good deal longer.
#[derive(Deserialize)]
pub(super) struct RelayStep {
    stage: Stage,
    outcome: Outcome,
    elapsed_ms: f64,
    facts: RelayFacts,
    server_said: Option<String>,
}

#[derive(Deserialize)]
struct RelayFacts {
    #[serde(default)]
    addresses: Vec<IpAddr>,
    #[serde(default)]
    aliases: Vec<String>,
    connected: Option<IpAddr>,
    attempts: Option<Vec<Attempt>>,
}

impl From<RelayStep> for Step {
    fn from(step: RelayStep) -> Self {
        let RelayStep {
            stage,
            outcome,
            elapsed_ms,
            facts,
            server_said,
        } = step;
        let elapsed = Duration::try_from_secs_f64(elapsed_ms / 1_000.0).unwrap_or_default();
        Self {
            facts: facts.into(),
            server_reply: server_said,
            ..Self::new(stage, outcome, elapsed)
        }
    }
}

impl From<RelayFacts> for Facts {
    fn from(facts: RelayFacts) -> Self {
        let RelayFacts {
            addresses,
            aliases,
            connected,
            attempts,
        } = facts;
        match attempts {
            Some(attempts) => Self::Connect {
                connected,
                attempts,
            },
            None if addresses.is_empty() && aliases.is_empty() => Self::None {},
            None => Self::Dns { addresses, aliases },
        }
    }
}
