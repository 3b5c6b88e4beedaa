//! `mailguide outcomes`: every outcome of a check, as Markdown.

use std::fmt::Write as _;

use probe::{Cause, Outcome, Severity, Stage};

/// The stages in the order of the list; `None` stands for outcomes that can end any stage.
const STAGES: &[(Option<Stage>, &str)] = &[
    (None, "Any stage"),
    (Some(Stage::Dns), "Looking up the host"),
    (Some(Stage::Connect), "Connecting"),
    (Some(Stage::Greeting), "Greeting"),
    (Some(Stage::Starttls), "Asking for TLS"),
    (Some(Stage::Tls), "TLS"),
    (Some(Stage::Certificate), "Certificate"),
    (Some(Stage::Capabilities), "Capabilities"),
    (Some(Stage::SignIn), "Sign-in"),
    (Some(Stage::Mailbox), "Mailbox"),
    (Some(Stage::Sending), "Sending"),
    (Some(Stage::Delivery), "Arrival of a message"),
    (Some(Stage::OtherAddresses), "Other addresses of the host"),
    (Some(Stage::Published), "What the DNS publishes"),
];

const HEAD: &str = "\
# Outcomes

Everything that a check can find. The codes are stable: `mailguide probe --json` has them as `outcome`
of a step and of an endpoint, and as `cause` of a finding.

This list is printed by `mailguide outcomes`. To renew it: `cargo run -p server -- outcomes > docs/outcomes.md`.
";

/// The list.
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    for (stage, title) in STAGES {
        let outcomes = Outcome::ALL
            .iter()
            .filter(|outcome| outcome.stage() == *stage);
        let _ = write!(
            text,
            "\n## {title}\n\n| code | weight | meaning |\n|---|---|---|\n"
        );
        for outcome in outcomes {
            row(&mut text, Cause::Outcome(*outcome));
        }
    }
    text += "\n## Several services together\n\n| code | weight | meaning |\n|---|---|---|\n";
    for cause in Cause::JOINT {
        row(&mut text, *cause);
    }
    text
}

fn row(text: &mut String, cause: Cause) {
    let weight = match cause.severity() {
        Severity::Fine => "fine",
        Severity::Notice => "notice",
        Severity::Failure => "failure",
    };
    let _ = writeln!(
        text,
        "| `{}` | {weight} | {} |",
        cause.code(),
        cause.meaning()
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_in_the_documentation_is_this_one() {
        let written = include_str!("../../../docs/outcomes.md");
        assert!(
            written == markdown(),
            "docs/outcomes.md is old; renew it as it says itself"
        );
    }

    #[test]
    fn every_outcome_is_in_the_list_once() {
        let text = markdown();
        for cause in Cause::all() {
            let row = format!("| `{}` |", cause.code());
            assert_eq!(text.matches(&row).count(), 1, "{row}");
        }
    }
}
