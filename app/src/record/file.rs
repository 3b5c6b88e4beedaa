//! The keys of a record's file, one struct per table.
//!
//! Each value parses itself here, so that `toml` adds its place to the error. What concerns more than
//! one value is [`Spanned`], for `parse` to name the place.

use std::net::SocketAddr;
use std::num::{NonZeroU16, NonZeroU32};

use probe::{HostName, Protocol, Security};
use serde::Deserialize;
use time::Date;
use toml::Spanned;

use super::localized::LocalizedText;
use super::model::{LimitKind, Role, SignInMethod, UserNameForm};
use super::values::{HttpsUrl, Id, PhoneNumber, date_in_file};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct RecordTable {
    pub(super) id: Spanned<Id>,
    pub(super) name: Text,
    /// Texts, because an error within a list has the place of the whole list.
    #[serde(default)]
    pub(super) private_networks: Vec<Spanned<String>>,
    pub(super) source: Spanned<Vec<SourceTable>>,
    #[serde(default)]
    pub(super) links: LinksTable,
    #[serde(default)]
    pub(super) support: SupportTable,
    #[serde(default)]
    pub(super) limit: Vec<LimitTable>,
    #[serde(default)]
    pub(super) change: Vec<ChangeTable>,
    pub(super) group: Spanned<Vec<GroupTable>>,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with id, title, url and read"
)]
pub(super) struct SourceTable {
    pub(super) id: Spanned<Id>,
    pub(super) title: LocalizedText,
    pub(super) url: HttpsUrl,
    #[serde(deserialize_with = "date_in_file")]
    pub(super) read: Date,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of links")]
pub(super) struct LinksTable {
    pub(super) password_reset: Option<LinkTable>,
    pub(super) password_change: Option<LinkTable>,
    pub(super) support: Option<LinkTable>,
    pub(super) webmail: Option<LinkTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with url and source")]
pub(super) struct LinkTable {
    pub(super) url: HttpsUrl,
    pub(super) source: Spanned<Id>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of ways to reach support")]
pub(super) struct SupportTable {
    pub(super) phone: Option<PhoneTable>,
    pub(super) chat: Option<LinkTable>,
    pub(super) hours: Option<HoursTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with number and source")]
pub(super) struct PhoneTable {
    pub(super) number: PhoneNumber,
    pub(super) source: Spanned<Id>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with text and source")]
pub(super) struct HoursTable {
    pub(super) text: LocalizedText,
    pub(super) source: Spanned<Id>,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with id, megabytes and source"
)]
pub(super) struct LimitTable {
    pub(super) id: Spanned<LimitKind>,
    pub(super) megabytes: Megabytes,
    pub(super) source: Spanned<Id>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with what and source")]
pub(super) struct ChangeTable {
    pub(super) what: LocalizedText,
    pub(super) source: Spanned<Id>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table for a group of domains")]
pub(super) struct GroupTable {
    pub(super) id: Spanned<Id>,
    pub(super) name: LocalizedText,
    /// Texts, because an error within a list has the place of the whole list.
    pub(super) domains: Spanned<Vec<Spanned<String>>>,
    pub(super) user_name: UserNameTable,
    pub(super) sign_in: SignInTable,
    pub(super) note: Option<LocalizedText>,
    pub(super) service: Spanned<Vec<ServiceTable>>,
    #[serde(default)]
    pub(super) wrong: Vec<Spanned<WrongTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with form and source")]
pub(super) struct UserNameTable {
    pub(super) form: UserNameForm,
    pub(super) source: Spanned<Id>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table with method and source")]
pub(super) struct SignInTable {
    pub(super) method: SignInMethod,
    pub(super) source: Spanned<Id>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table for a service")]
pub(super) struct ServiceTable {
    pub(super) id: Spanned<Id>,
    pub(super) protocol: Protocol,
    pub(super) host: HostName,
    pub(super) port: Port,
    pub(super) security: Security,
    pub(super) role: Spanned<Role>,
    pub(super) source: Spanned<Id>,
    pub(super) note: Option<LocalizedText>,
    #[serde(default)]
    pub(super) send_proxy: bool,
    pub(super) connect_to: Option<Spanned<Socket>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table for a wrong value")]
pub(super) struct WrongTable {
    pub(super) host: Option<HostName>,
    pub(super) port: Option<Port>,
    pub(super) protocol: Option<Protocol>,
    pub(super) instead: Spanned<Id>,
    pub(super) why: LocalizedText,
    pub(super) source: Spanned<Id>,
}

/// Words to show: something to read, on one line.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Text(pub(super) String);

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() || text.contains(char::is_control) {
            return Err("text: expected some words, without line breaks or control characters");
        }
        Ok(Self(text))
    }
}

/// A TCP port.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
pub(super) struct Port(pub(super) NonZeroU16);

impl TryFrom<i64> for Port {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        let port = u16::try_from(number).ok().and_then(NonZeroU16::new);
        port.map(Self)
            .ok_or_else(|| format!("port {number}: expected a number from 1 to 65535"))
    }
}

/// A size for customers.
#[derive(Deserialize)]
#[serde(try_from = "i64")]
pub(super) struct Megabytes(pub(super) NonZeroU32);

impl TryFrom<i64> for Megabytes {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        let size = u32::try_from(number).ok().and_then(NonZeroU32::new);
        size.map(Self)
            .ok_or_else(|| format!("size {number}: expected a number of megabytes from 1"))
    }
}

/// Where a test connects.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Socket(pub(super) SocketAddr);

impl TryFrom<String> for Socket {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.parse::<SocketAddr>() {
            Ok(address) if address.port() != 0 => Ok(Self(address)),
            _ => Err(format!(
                "connect_to {text:?}: expected an IP address and a port, such as 127.0.0.2:10993"
            )),
        }
    }
}
