//! The settings that a customer's program has, as the form sends them.

use std::collections::BTreeSet;

use serde::Deserialize;
use strum::{IntoStaticStr, VariantArray};

/// What the customer's program has. What was left open is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EnteredSettings {
    /// The domain of the address.
    pub domain: String,
    /// The kind of account.
    pub kind: Kind,
    /// The server for incoming mail.
    pub in_host: String,
    /// Its port.
    pub in_port: String,
    /// How it is protected.
    pub in_security: EnteredSecurity,
    /// How the program signs in to it.
    pub in_sign_in: EnteredSignIn,
    /// The user name.
    pub user: EnteredUser,
    /// The server for outgoing mail.
    pub out_host: String,
    /// Its port.
    pub out_port: String,
    /// How it is protected.
    pub out_security: EnteredSecurity,
    /// How the program signs in to it.
    pub out_sign_in: EnteredSignIn,
    /// Whether a POP account leaves messages on the server.
    pub copies: EnteredCopies,
}

/// The kind of account for incoming mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// Not told.
    #[default]
    Unknown,
    /// IMAP.
    Imap,
    /// POP.
    Pop,
}

/// How a program says that a connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum EnteredSecurity {
    /// Not told.
    #[default]
    Unknown,
    /// TLS from the first byte on.
    Tls,
    /// STARTTLS.
    Starttls,
    /// A box that is ticked and does not say which of the two.
    Box,
    /// Nothing.
    None,
}

/// What a program uses as user name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum EnteredUser {
    /// Not told.
    #[default]
    Unknown,
    /// The whole address.
    Whole,
    /// Only what stands before the @.
    Local,
    /// Something else.
    Other,
}

/// How a program signs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum EnteredSignIn {
    /// Not told.
    #[default]
    Unknown,
    /// With the password as it is.
    Normal,
    /// With a password that the program encrypts, such as SPA or CRAM-MD5.
    Encrypted,
    /// OAuth2.
    Oauth,
    /// Not at all.
    None,
}

/// Whether a POP account leaves messages on the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum EnteredCopies {
    /// Not told.
    #[default]
    Unknown,
    /// It does.
    Left,
    /// It does not.
    Removed,
}

/// One of the answers that a field of the form offers.
pub trait Choice: VariantArray + Copy + Into<&'static str> {
    /// The name in forms and content files.
    fn code(self) -> &'static str {
        self.into()
    }
}

impl Choice for Kind {}
impl Choice for EnteredSecurity {}
impl Choice for EnteredUser {}
impl Choice for EnteredSignIn {}
impl Choice for EnteredCopies {}

/// The codes of all choices; some stand in several fields.
pub(in crate::guide) fn codes() -> BTreeSet<&'static str> {
    fn of<C: Choice>() -> impl Iterator<Item = &'static str> {
        C::VARIANTS.iter().map(|choice| choice.code())
    }
    let kinds = of::<Kind>().chain(of::<EnteredSecurity>());
    let others = of::<EnteredUser>().chain(of::<EnteredSignIn>());
    kinds.chain(others).chain(of::<EnteredCopies>()).collect()
}
