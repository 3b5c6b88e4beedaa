//! A record before it is written, and what it is made from.

use probe::{Endpoint, Protocol};
use time::Date;

use crate::address::Domain;
use crate::record::{HttpsUrl, Id, Role, SignInMethod, UserNameForm};
use crate::setup::read::Found;

/// The settings of one source.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Where they come from.
    pub origin: Origin,
    /// What was found there.
    pub found: Found,
}

/// A source, as the record names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The id within the record.
    pub id: Id,
    /// What it is, in words for customers.
    pub title: String,
    /// Where it stands.
    pub url: HttpsUrl,
    /// The day on which it was read.
    pub read: Date,
    /// What whoever edits the record must know of it.
    pub remarks: Vec<String>,
}

/// A record before it is written.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) name_remarks: Vec<String>,
    pub(super) origins: Vec<Origin>,
    pub(super) webmail: Option<Sourced<HttpsUrl>>,
    /// Pages that the sources name, and that have no place in a record.
    pub(super) pages: Vec<String>,
    pub(super) groups: Vec<DraftGroup>,
}

/// A value with its source and what else there is to say of it.
#[derive(Clone, Debug)]
pub(super) struct Sourced<T> {
    pub(super) value: T,
    pub(super) source: Id,
    pub(super) remarks: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct DraftGroup {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) domains: Vec<Domain>,
    pub(super) user_name: Sourced<UserNameForm>,
    pub(super) sign_in: Sourced<SignInMethod>,
    pub(super) services: Vec<DraftService>,
    /// What is not in the record, and why.
    pub(super) remarks: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct DraftService {
    pub(super) endpoint: Endpoint,
    pub(super) role: Role,
    pub(super) source: Id,
    pub(super) remarks: Vec<String>,
}

impl Draft {
    /// Every service of the record, in its order.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        let services = self.groups.iter().flat_map(|group| &group.services);
        services.map(|service| &service.endpoint)
    }

    /// What is not in the record, and why. It is the same for every group.
    pub fn left_out(&self) -> &[String] {
        self.groups.first().map_or(&[], |group| &group.remarks)
    }

    /// Whether mail can be read with the record.
    pub fn receives(&self) -> bool {
        self.endpoints()
            .any(|endpoint| endpoint.protocol != Protocol::Smtp)
    }
}
