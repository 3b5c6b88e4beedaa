//! The customer's values, for the places that a text has for them.

use std::sync::Arc;

use probe::{Protocol, Security};

use super::program::{How, Program, SecurityWords};
use super::prose::{Piece, Prose, Slot};
use crate::record::{Group, LimitKind, Record, Service, UserNameForm};
use crate::words::Words;

/// What a text about one group of addresses is filled in with.
#[derive(Clone, Debug)]
pub struct Values {
    /// The provider.
    pub record: Arc<Record>,
    /// The addresses that share the settings.
    pub group: Group,
    /// What the program that the text is about calls the kinds of security.
    pub security: SecurityWords,
}

/// What stands in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filled {
    /// These words.
    Text(String),
    /// The user name, which is known only where the customer has typed the address.
    User {
        /// Whether only the part before the @ is the user name.
        local_part: bool,
    },
    /// Nothing: the provider does not document it.
    Missing,
}

impl Values {
    /// What stands in this place.
    pub fn fill(&self, slot: Slot) -> Filled {
        let limit = |kind: LimitKind| {
            let limit = self.record.limits.iter().find(|limit| limit.kind == kind);
            limit.map(|limit| limit.megabytes.to_string())
        };
        let text = match slot {
            Slot::Provider => Some(self.record.name.clone()),
            Slot::User => {
                let local_part = self.group.user_name.form == UserNameForm::LocalPart;
                return Filled::User { local_part };
            }
            Slot::Host(protocol) => self.service(protocol).map(|s| s.endpoint.host.to_string()),
            Slot::Port(protocol) => self.service(protocol).map(|s| s.endpoint.port.to_string()),
            Slot::Security(protocol) => self
                .service(protocol)
                .map(|service| self.security.of(service.endpoint.security).to_owned()),
            Slot::MailboxSize => limit(LimitKind::MailboxSize),
            Slot::MessageSize => limit(LimitKind::MessageSize),
        };
        text.map_or(Filled::Missing, Filled::Text)
    }

    /// A text with its values, unless one of them is only known in the browser or not at all.
    pub fn text(&self, prose: &Prose) -> Option<String> {
        fn write(values: &Values, pieces: &[Piece], out: &mut String) -> Option<()> {
            for piece in pieces {
                match piece {
                    Piece::Text(text) => out.push_str(text),
                    Piece::Label(inner) | Piece::Code(inner) => write(values, inner, out)?,
                    Piece::Slot(slot) => match values.fill(*slot) {
                        Filled::Text(text) => out.push_str(&text),
                        Filled::User { .. } | Filled::Missing => return None,
                    },
                }
            }
            Some(())
        }
        let mut out = String::new();
        write(self, &prose.0, &mut out)?;
        Some(out)
    }

    fn service(&self, protocol: Protocol) -> Option<&Service> {
        self.group.recommended(protocol)
    }
}

impl SecurityWords {
    /// What the program calls it.
    pub fn of(&self, security: Security) -> &str {
        match security {
            Security::Tls => &self.tls,
            Security::Starttls => &self.starttls,
            Security::None => &self.none,
        }
    }
}

/// What most programs call the kinds of security.
pub fn general_words(words: &Words) -> SecurityWords {
    SecurityWords {
        tls: words.security(Security::Tls).name.clone(),
        starttls: words.security(Security::Starttls).name.clone(),
        none: words.security(Security::None).name.clone(),
        password: String::new(),
    }
}

impl Program {
    /// What this program calls the kinds of security; what most do, where it has no words of its own.
    pub fn security_words(&self, words: &Words) -> SecurityWords {
        let general = general_words(words);
        match &self.how {
            How::Guide(steps) => SecurityWords {
                none: general.none,
                ..steps.words.clone()
            },
            How::Retired(_) => general,
        }
    }
}

/// The protocol that a screen of a program is about, by the word that content files use.
pub(super) fn protocol(word: &str) -> Option<Protocol> {
    match word {
        "imap" => Some(Protocol::Imap),
        "pop" => Some(Protocol::Pop3),
        "smtp" => Some(Protocol::Smtp),
        _ => None,
    }
}
