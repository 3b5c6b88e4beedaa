//! What a server says it can do.

use super::redact::Redactor;

/// More than this many capabilities are not kept; real servers send about forty.
const MAX_CAPABILITIES: usize = 256;

/// Those that decide how a server is spoken to. They count wherever in the list they stand.
const ALWAYS_KEPT: &[&str] = &[
    "ID",
    "LOGIN",
    "LOGINDISABLED",
    "PIPELINING",
    "PLAIN",
    "QUOTA",
    "SASL-IR",
    "SIZE",
    "STARTTLS",
    "STLS",
    "USER",
];

/// The capability words of a server, in upper case and in the server's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The words as they may be shown. Those of POP3 and SMTP include their parameters.
    pub words: Vec<String>,
    /// The SASL mechanisms among them.
    pub mechanisms: Vec<String>,
}

impl Capabilities {
    /// Whether the server offers `name`, which is in upper case.
    pub fn has(&self, name: &str) -> bool {
        self.words
            .iter()
            .any(|word| word.split(' ').next() == Some(name))
    }

    /// What stands behind `name`, which is in upper case, where the protocol has parameters.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.words.iter().find_map(|word| {
            let (first, parameter) = word.split_once(' ')?;
            (first == name).then_some(parameter.trim())
        })
    }

    /// Whether the server offers the SASL mechanism `name`, which is in upper case.
    pub fn has_mechanism(&self, name: &str) -> bool {
        self.mechanisms.iter().any(|mechanism| mechanism == name)
    }

    /// Whether every mechanism takes a token that only a sign-in in a browser gives (RFC 7628), so that no
    /// password can be used.
    pub fn only_tokens(&self) -> bool {
        let is_token = |name: &String| matches!(name.as_str(), "XOAUTH2" | "OAUTHBEARER");
        !self.mechanisms.is_empty() && self.mechanisms.iter().all(is_token)
    }

    /// Reads the words behind `CAPABILITY` (RFC 9051 §7.2.2).
    pub(super) fn imap(words: &str) -> Self {
        let mut capabilities = Self::default();
        for word in words.split_ascii_whitespace() {
            let word = word.to_ascii_uppercase();
            if let Some(mechanism) = word.strip_prefix("AUTH=") {
                capabilities.add_mechanism(mechanism);
            }
            capabilities.add(&word);
        }
        capabilities
    }

    /// Reads one line of the answer to CAPA (RFC 2449 §5).
    pub(super) fn add_pop3(&mut self, line: &str) {
        let line = line.trim().to_ascii_uppercase();
        let mut words = line.split_ascii_whitespace();
        if words.next() == Some("SASL") {
            words.for_each(|mechanism| self.add_mechanism(mechanism));
        }
        self.add(&line);
    }

    /// Reads one line of the answer to EHLO (RFC 5321 §4.1.1.1).
    pub(super) fn add_smtp(&mut self, line: &str) {
        let line = line.trim().to_ascii_uppercase();
        // Old clients wanted `AUTH=LOGIN`, so some servers send that form besides, or instead.
        let mut words = line.split(|c: char| c.is_ascii_whitespace() || c == '=');
        if words.next() == Some("AUTH") {
            words
                .filter(|word| !word.is_empty())
                .for_each(|word| self.add_mechanism(word));
        }
        self.add(&line);
    }

    fn add(&mut self, word: &str) {
        keep(word, &mut self.words);
    }

    fn add_mechanism(&mut self, name: &str) {
        if !self.has_mechanism(name) {
            keep(name, &mut self.mechanisms);
        }
    }
}

fn keep(word: &str, kept: &mut Vec<String>) {
    let name = |word: &str| word.split(' ').next().unwrap_or_default().to_owned();
    // One that is needed may stand there a thousand times, too, each time with another parameter.
    let is_needed = || {
        let needed = name(word);
        ALWAYS_KEPT.contains(&needed.as_str()) && !kept.iter().any(|kept| name(kept) == needed)
    };
    if (kept.len() < MAX_CAPABILITIES || is_needed())
        && let Some(word) = Redactor::default().sanitize(word.as_bytes())
    {
        kept.push(word);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn mechanisms_are_found_in_every_form() {
        let imap = Capabilities::imap("IMAP4rev1 sasl-ir AUTH=PLAIN auth=login");
        assert_eq!(imap.mechanisms, ["PLAIN", "LOGIN"]);
        assert!(imap.has("SASL-IR") && imap.has("IMAP4REV1") && !imap.has("AUTH"));
        for (lines, mechanisms) in [
            (&["AUTH PLAIN LOGIN"][..], &["PLAIN", "LOGIN"][..]),
            (&["AUTH=PLAIN LOGIN"], &["PLAIN", "LOGIN"]),
            (&["auth plain", "AUTH=LOGIN PLAIN"], &["PLAIN", "LOGIN"]),
            (&["AUTH "], &[]),
            (&["XAUTH PLAIN", "SIZE 100"], &[]),
        ] {
            let mut smtp = Capabilities::default();
            lines.iter().for_each(|line| smtp.add_smtp(line));
            assert_eq!(smtp.mechanisms, mechanisms, "{lines:?}");
        }
        let mut pop3 = Capabilities::default();
        ["SASL PLAIN LOGIN", "STLS", "UIDL "]
            .iter()
            .for_each(|line| pop3.add_pop3(line));
        assert_eq!(pop3.mechanisms, ["PLAIN", "LOGIN"]);
        assert_eq!(pop3.words, ["SASL PLAIN LOGIN", "STLS", "UIDL"]);
        assert!(pop3.has("SASL") && pop3.has("STLS") && !pop3.has("PLAIN"));
    }

    #[test]
    fn what_matters_is_kept_wherever_it_stands() {
        let many = "X ".repeat(1000);
        let imap = Capabilities::imap(&format!("{many} STARTTLS {many} AUTH=PLAIN STARTTLS"));
        assert!(imap.has("STARTTLS") && imap.has_mechanism("PLAIN"));
        assert_eq!(imap.words.len(), MAX_CAPABILITIES + 1);
        let mut smtp = Capabilities::default();
        let odd: Vec<String> = (0..1000).map(|number| format!("X{number}")).collect();
        smtp.add_smtp(&format!("AUTH {} PLAIN {}", odd.join(" "), odd.join(" ")));
        assert!(smtp.has_mechanism("PLAIN"));
        assert_eq!(smtp.mechanisms.len(), MAX_CAPABILITIES + 1);
        let mut pop3 = Capabilities::default();
        (0..1000).for_each(|number| pop3.add_pop3(&format!("X{number}")));
        (0..1000).for_each(|number| pop3.add_pop3(&format!("USER {number}")));
        assert!(pop3.has("USER"));
        assert_eq!(pop3.words.len(), MAX_CAPABILITIES + 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever stands before and behind it, and in whichever case.
        #[test]
        fn what_is_offered_is_found(
            before in prop::collection::vec("[!-~]{1,12}", 0..20),
            after in prop::collection::vec("\\PC{0,400}", 0..4),
            name in prop::sample::select(vec!["plain", "Plain", "PLAIN"]),
        ) {
            let words = [before.join(" "), format!("AUTH={name}"), after.join(" ")].join(" ");
            let imap = Capabilities::imap(&words);
            let mut pop3 = Capabilities::default();
            pop3.add_pop3(&format!("SASL {} {name} {}", before.join(" "), after.join(" ")));
            let mut smtp = Capabilities::default();
            before.iter().chain(&after).for_each(|line| smtp.add_smtp(line));
            smtp.add_smtp(&format!("Auth LOGIN {name}"));
            for found in [imap, pop3, smtp] {
                prop_assert!(found.has_mechanism("PLAIN"), "{found:?}");
                for word in found.words.iter().chain(&found.mechanisms) {
                    prop_assert!(!word.chars().any(|c| c.is_control() || c.is_ascii_lowercase()));
                    prop_assert!((1..=300).contains(&word.chars().count()), "{word}");
                }
            }
        }
    }
}
