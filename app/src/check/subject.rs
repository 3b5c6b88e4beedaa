//! What a test is about: the services of an address, and the account.

use std::sync::Arc;

use probe::dialogue::OutgoingMessage;

use super::mask::Mask;
use super::present::Presenter;
use super::{Account, Refusal, RequestedSignIn};
use crate::audience::Audience;
use crate::record::{
    Address, AddressError, AddressOrDomain, Domain, Group, LimitKind, Record, Role, Service,
    SignInMethod, parse_address,
};
use crate::site::Site;
use crate::status::scope::page_of;
use crate::texts::Texts;

/// The services that are tested for an address.
pub(super) struct Subject<'a> {
    /// The provider.
    pub(super) record: &'a Record,
    /// The addresses that share the settings.
    pub(super) group: &'a Group,
    /// The services; there is one at least.
    pub(super) services: Vec<&'a Service>,
    typed: AddressOrDomain,
}

/// The account that a test signs in to. The password is not in it.
pub(super) struct SignInAccount {
    /// The name to sign in with.
    pub(super) user: String,
    /// The account, as the limits count it.
    pub(super) account: Account,
    /// The name that servers may repeat.
    pub(super) mask: Mask,
    /// The message that is to be sent from the account to itself, if one is.
    pub(super) message: Option<OutgoingMessage>,
}

impl<'a> Subject<'a> {
    /// Finds the services for what was typed. Without ids all of them are tested.
    pub(super) fn find(site: &'a Site, address: &str, ids: &[String]) -> Result<Self, Refusal> {
        let typed = parse_address(address).map_err(|error| match error {
            AddressError::Empty => Refusal::EmptyAddress,
            _ => Refusal::BadAddress,
        })?;
        let (record, group) = site
            .catalogue
            .find(typed.domain())
            .ok_or(Refusal::UnknownDomain)?;
        let mut services = select_services(group, ids);
        // With many groups a form has the services of one, which need not be that of the address.
        if services.is_empty() && !matches!(Audience::of(site, None), Audience::Everybody) {
            services = select_services(group, &[]);
        }
        if services.is_empty() {
            return Err(Refusal::UnknownService);
        }
        Ok(Self {
            record,
            group,
            services,
            typed,
        })
    }

    /// The domain of the address.
    pub(super) fn domain(&self) -> &Domain {
        self.typed.domain()
    }

    /// The account to sign in to, over a connection that is `confidential` or not.
    pub(super) fn account(
        &self,
        texts: &Texts,
        confidential: bool,
        message: bool,
    ) -> Result<SignInAccount, Refusal> {
        if !confidential {
            return Err(Refusal::PasswordNeedsHttps);
        }
        if self.group.sign_in.method == SignInMethod::OAuth2 {
            return Err(Refusal::PasswordNotTaken);
        }
        let AddressOrDomain::Address(address) = &self.typed else {
            return Err(Refusal::FullAddressNeeded);
        };
        let form = self.group.user_name.form;
        let message = match message {
            true => Some(message_to_self(texts, address)?),
            false => None,
        };
        Ok(SignInAccount {
            user: form.of(address),
            account: Account::new(self.record, form, address),
            mask: Mask::of(address),
            message,
        })
    }

    /// Presents what is found at the services, with this account if one is tested.
    pub(super) fn presenter(
        &self,
        site: &Site,
        texts: &Arc<Texts>,
        account: Option<&SignInAccount>,
    ) -> Presenter {
        let (services, record) = (self.services.iter(), self.record);
        Presenter {
            texts: Arc::clone(texts),
            provider: record.name.clone(),
            webmail: record.links.webmail.clone(),
            with_password: account.is_some(),
            with_message: account.is_some_and(|account| account.message.is_some()),
            mask: account.map(|account| account.mask.clone()),
            message_size: self.message_size(),
            checks_see: site.status.checks_see(texts, record, &self.services),
            status_page: page_of(&site.catalogue, record),
            alternatives: services
                .clone()
                .map(|service| service.role == Role::Alternative)
                .collect(),
            endpoints: services.map(|service| service.endpoint.clone()).collect(),
        }
    }

    /// The largest message that the provider documents, in bytes.
    fn message_size(&self) -> Option<u64> {
        let mut limits = self.record.limits.iter();
        let limit = limits.find(|limit| limit.kind == LimitKind::MessageSize)?;
        Some(u64::from(limit.megabytes.get()) * 1_000_000)
    }
}

impl SignInAccount {
    /// What is asked of the limits.
    pub(super) fn requested(&self) -> RequestedSignIn {
        RequestedSignIn {
            account: self.account.clone(),
            message: self.message.is_some(),
        }
    }
}

/// The services of the group that were ticked. The form without scripts shows the services of
/// every group, so ids of other groups are no mistake.
fn select_services<'a>(group: &'a Group, ids: &[String]) -> Vec<&'a Service> {
    let wanted = |service: &&Service| ids.is_empty() || ids.contains(&service.endpoint.id);
    group.services.iter().filter(wanted).collect()
}

fn message_to_self(texts: &Texts, address: &Address) -> Result<OutgoingMessage, Refusal> {
    let address = address.to_string().parse();
    let address = address.map_err(|_| Refusal::MessageNeedsPlainAddress)?;
    // Without randomness for its name it could not be found again.
    texts
        .test
        .message
        .to_self(&address)
        .map_err(|_| Refusal::Busy)
}
