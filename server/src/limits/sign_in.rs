//! A sign-in, as it is counted.

use app::check::RequestedSignIn;

use super::id::Id;
use super::key::{ClientScopes, Key, KeyHasher};

/// A sign-in, as it is counted.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// What tells it from every other one, so that no report of its end is counted twice.
    pub id: Id,
    /// The client.
    pub client: ClientScopes,
    /// The provider of the mailbox.
    pub provider: Key,
    /// The account, with all mailboxes that its spelling may mean.
    pub account: Key,
    /// Every mailbox that this spelling may mean.
    pub mailboxes: Vec<Key>,
    /// Whether a message from the account to itself is to be sent.
    pub message: bool,
}

impl SignIn {
    /// A sign-in of this client that a test asks for.
    pub fn new(keys: &KeyHasher, client: ClientScopes, requested: &RequestedSignIn) -> Self {
        let RequestedSignIn { account, message } = requested;
        let mailboxes = account.mailboxes.iter().map(String::as_str);
        let mailboxes: Vec<&str> = mailboxes.collect();
        Self {
            id: Id::next(),
            client,
            provider: keys.key("provider", &account.provider),
            // A line feed separates them, because no mailbox name contains one.
            account: keys.key("account", &mailboxes.join("\n")),
            mailboxes: mailboxes
                .into_iter()
                .map(|mailbox| keys.key("mailbox", mailbox))
                .collect(),
            message: *message,
        }
    }
}
