//! The record of one mail provider, with every reference resolved.
//!
//! Only `parse` makes a record, so every one of these holds: ids are unique, each
//! domain belongs to one group, a group recommends at most one service of a protocol, and a wrong
//! value is not a right one.

use std::net::SocketAddr;
use std::num::{NonZeroU16, NonZeroU32};
use std::sync::Arc;

use probe::{Endpoint, HostName, PrivateNetwork, Protocol};
use serde::Deserialize;
use strum::Display;
use time::Date;

use super::localized::LocalizedText;
use super::values::{HttpsUrl, Id, PhoneNumber};
use crate::address::{Address, Domain};

/// Everything known about one mail provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The name by which the program refers to the provider.
    pub id: Id,
    /// The name by which customers know the provider.
    pub name: String,
    /// The networks that are not public and in which the provider's servers may be all the same.
    pub private_networks: Vec<PrivateNetwork>,
    /// Where the values were read, in the order of the file.
    pub sources: Vec<Arc<Source>>,
    /// The provider's own pages.
    pub links: Links,
    /// Where the provider's people help.
    pub support: Support,
    /// What a mailbox and a message may hold, in the order of the file.
    pub limits: Vec<Limit>,
    /// What has changed hands, in the order of the file.
    pub changes: Vec<Change>,
    /// Addresses that share their settings, in the order of the file; never empty.
    pub groups: Vec<Arc<Group>>,
}

impl Record {
    /// The group whose settings are those of the domain.
    pub fn group_for(&self, domain: &Domain) -> Option<&Arc<Group>> {
        self.groups
            .iter()
            .find(|group| group.domains.contains(domain))
    }
}

/// Where values of the record were read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// The name by which the file refers to it.
    pub id: Id,
    /// What it is, in words for customers.
    pub title: LocalizedText,
    /// Where it stands.
    pub url: HttpsUrl,
    /// The day on which it was read.
    pub read: Date,
}

/// The provider's own pages, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Links {
    /// How to get back in with a forgotten password.
    pub password_reset: Option<Link>,
    /// How to change a known password.
    pub password_change: Option<Link>,
    /// Where people help.
    pub support: Option<Link>,
    /// Reading mail in the browser.
    pub webmail: Option<Link>,
}

/// A page of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// Where it stands.
    pub url: HttpsUrl,
    /// Where the link was found.
    pub source: Arc<Source>,
}

/// How to reach the people who help, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Support {
    /// Whom to call.
    pub phone: Option<Phone>,
    /// Where to chat with somebody.
    pub chat: Option<Link>,
    /// When somebody answers.
    pub hours: Option<Hours>,
}

/// A telephone of support.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Phone {
    /// Its number.
    pub number: PhoneNumber,
    /// Where the number was found.
    pub source: Arc<Source>,
}

/// When support answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hours {
    /// Days and hours, in words for customers.
    pub text: LocalizedText,
    /// Where they were found.
    pub source: Arc<Source>,
}

/// A limit that the provider documents.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limit {
    /// What is limited.
    pub kind: LimitKind,
    /// How much is allowed.
    pub megabytes: NonZeroU32,
    /// Where that is documented.
    pub source: Arc<Source>,
}

/// What a limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum LimitKind {
    /// All mail of one address together.
    MailboxSize,
    /// One message with its attachments.
    MessageSize,
}

/// A change at the provider after which customers may not know whose customers they are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What has changed, in words for customers.
    pub what: LocalizedText,
    /// Where that was read.
    pub source: Arc<Source>,
}

/// Addresses that share their settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Group {
    /// The name by which the program refers to the group.
    pub id: Id,
    /// What customers call these addresses.
    pub name: LocalizedText,
    /// The domains, in the order of the file; never empty.
    pub domains: Vec<Domain>,
    /// What to type as the user name.
    pub user_name: UserName,
    /// How to sign in.
    pub sign_in: SignIn,
    /// What to know before reading the settings.
    pub note: Option<LocalizedText>,
    /// The services, in the order of the file; never empty.
    pub services: Vec<Service>,
    /// Values that customers meet and that are not right for this group.
    pub wrong: Vec<WrongValue>,
}

impl Group {
    /// The service that customers should use for this protocol.
    pub fn recommended(&self, protocol: Protocol) -> Option<&Service> {
        let services = self.services.iter();
        services
            .filter(|service| service.endpoint.protocol == protocol)
            .filter(|service| service.role != Role::Alternative)
            .min_by_key(|service| match service.role {
                Role::Recommended => 0,
                Role::Other | Role::Alternative => 1,
            })
    }

    /// The service with this id. The browser names services only by id.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services
            .iter()
            .find(|service| service.endpoint.id == id)
    }
}

/// What to type as the user name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserName {
    /// Which part of the address it is.
    pub form: UserNameForm,
    /// Where that is documented.
    pub source: Arc<Source>,
}

/// Which part of the address is the user name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserNameForm {
    /// All of it: `jane@example.net`.
    FullAddress,
    /// What stands before the @: `jane`.
    LocalPart,
}

impl UserNameForm {
    /// The user name of an address.
    pub fn of(self, address: &Address) -> String {
        match self {
            Self::FullAddress => address.to_string(),
            Self::LocalPart => address.local_part().to_owned(),
        }
    }
}

/// How to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignIn {
    /// The way.
    pub method: SignInMethod,
    /// Where that is documented.
    pub source: Arc<Source>,
}

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInMethod {
    /// The password of the mailbox, or an app password in its place.
    Password,
    /// The provider's own sign-in page, to which the mail program leads (RFC 6749). The mail servers take no
    /// password.
    #[serde(rename = "oauth2")]
    OAuth2,
}

/// A documented mail service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// What the program connects to. Its id is unique within the record.
    pub endpoint: Endpoint,
    /// How it stands to the other services of the group.
    pub role: Role,
    /// Where its values are documented.
    pub source: Arc<Source>,
    /// What to know when using it.
    pub note: Option<LocalizedText>,
    /// Where a test connects in place of the host; the certificate is verified for the host all the same.
    pub connect_to: Option<SocketAddr>,
    /// Whether the server expects each connection of this program to begin with a header of the PROXY protocol, which
    /// names the customer for whom it is made.
    pub send_proxy: bool,
}

/// How a service stands to the other services of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// What customers should choose.
    Recommended,
    /// Documented too, for those who need it.
    Other,
    /// Not in the provider's own table; it may work where the others do not.
    Alternative,
}

/// A value that customers meet on the web or in old set-ups and that is not right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrongValue {
    /// The value itself.
    pub wrong: Wrong,
    /// The service that is meant; its values are the right ones.
    pub instead: Service,
    /// Where the value comes from, in words for customers.
    pub why: LocalizedText,
    /// Where that can be seen.
    pub source: Arc<Source>,
}

/// What is wrong about a wrong value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The name of the server.
    Host(HostName),
    /// The port, whatever the server.
    Port {
        /// The protocol it was meant for.
        protocol: Protocol,
        /// The number.
        port: NonZeroU16,
    },
}
