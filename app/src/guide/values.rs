//! The customer's values, for the places that a text has for them.

use std::sync::Arc;

use probe::Protocol;

use super::program::SecurityNames;
use super::prose::{Piece, Prose, Slot};
use crate::record::{Group, LimitKind, Record, Role, Service, UserNameForm};

/// What a text about one group of addresses is filled in with.
#[derive(Clone, Debug)]
pub struct Values {
    /// The provider.
    pub record: Arc<Record>,
    /// The addresses that share the settings.
    pub group: Arc<Group>,
    /// What the program that the text is about calls the kinds of security.
    pub security: SecurityNames,
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
            Slot::OtherHost => self.other().map(|s| s.endpoint.host.to_string()),
            Slot::OtherPort => self.other().map(|s| s.endpoint.port.to_string()),
            Slot::OtherSecurity => self
                .other()
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

    /// The service for sending that is there for networks which block the recommended one.
    fn other(&self) -> Option<&Service> {
        let mut services = self.group.services.iter();
        services.find(|service| {
            service.endpoint.protocol == Protocol::Smtp && service.role == Role::Alternative
        })
    }

    fn service(&self, protocol: Protocol) -> Option<&Service> {
        self.group.recommended(protocol)
    }
}
