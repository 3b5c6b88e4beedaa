//! A sign-in, as it is counted.

use app::check::Account;

use super::key::{Client, Key, Keys};

/// A sign-in, as it is counted.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Where it comes from.
    pub client: Client,
    /// Whose mailbox it is.
    pub provider: Key,
    /// The account as it was spelled.
    pub account: Key,
    /// Every mailbox that this spelling may mean.
    pub mailboxes: Vec<Key>,
}

impl SignIn {
    /// A sign-in of this client to this account.
    pub fn new(keys: &Keys, client: Client, account: &Account) -> Self {
        let mailboxes = account.mailboxes.iter().map(String::as_str);
        let mailboxes: Vec<&str> = mailboxes.collect();
        Self {
            client,
            provider: keys.key("provider", &account.provider),
            // A line feed separates them, because no mailbox name contains one.
            account: keys.key("account", &mailboxes.join("\n")),
            mailboxes: mailboxes
                .into_iter()
                .map(|mailbox| keys.key("mailbox", mailbox))
                .collect(),
        }
    }
}
