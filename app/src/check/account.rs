//! Which mailboxes a sign-in may reach, however the account is spelled.
//!
//! Servers take many names for one mailbox: the case of letters, dots, tags behind a sign, routes of old.
//! Which of them this one takes nobody knows, so for the limits, and only for them, all that could be one
//! mailbox counts as one. Otherwise each spelling would be a new account with attempts of its own.

use std::collections::BTreeSet;

use crate::record::{Address, Record, UserNameForm};

/// An account as the limits know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Whose mailboxes these are.
    pub provider: String,
    /// Each mailbox that it may be; never empty. Two accounts that have one in common may be the same.
    pub mailboxes: BTreeSet<String>,
}

impl Account {
    /// The account with this address at a provider who wants user names of this form.
    pub fn new(record: &Record, form: UserNameForm, address: &Address) -> Self {
        let provider = record.id.to_string();
        let mailboxes = names(address.local_part()).into_iter().map(|name| {
            let domain = match form {
                UserNameForm::FullAddress => address.domain().as_str(),
                UserNameForm::LocalPart => "",
            };
            format!("{provider} {name}@{domain}")
        });
        Self {
            mailboxes: mailboxes.collect(),
            provider,
        }
    }
}

/// The mailbox stands before or behind these, depending on the server: `host!jane` of UUCP, `jane*master` of
/// Dovecot, `domain/jane` of Exchange, `tag=jane` of BATV.
const ROUTE_SEPARATORS: [char; 4] = ['!', '*', '/', '='];

/// What follows these is a tag or a route: `jane+tag` (RFC 5233), `jane%host` of old relays, and what else
/// can be set as a delimiter and hardly stands in a name.
const TAG_DELIMITERS: [char; 9] = ['+', '%', '#', '$', '?', '^', '`', '|', '~'];

/// The names of all mailboxes that a local part may stand for. There are a few at most, or one test could use
/// up the attempts of many accounts: no syntax has the mailbox between the second sign and the last.
fn names(local_part: &str) -> BTreeSet<String> {
    // An address is written in ASCII.
    let local_part = local_part.to_ascii_lowercase();
    let parts = local_part.split(ROUTE_SEPARATORS).map(name);
    let parts: Vec<String> = parts.filter(|name| !name.is_empty()).collect();
    let mut names: BTreeSet<String> = parts.iter().take(2).chain(parts.last()).cloned().collect();
    // A hyphen begins a tag with some servers, and belongs to many names with all others.
    let before_hyphens: Vec<String> = names
        .iter()
        .filter_map(|name| name.split_once('-'))
        .map(|(before, _)| before.to_owned())
        .collect();
    names.extend(before_hyphens);
    if names.is_empty() {
        names.insert(local_part);
    }
    names
}

/// One name without its tag, and without dots, which some servers do not see.
fn name(part: &str) -> String {
    let begins_late = |letter: char| TAG_DELIMITERS.contains(&letter) || ".-".contains(letter);
    let part = part.trim_start_matches(begins_late);
    let name = part.split(TAG_DELIMITERS).next().unwrap_or_default();
    name.replace('.', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{AddressOrDomain, parse, parse_address};

    fn account(text: &str, form: UserNameForm) -> Option<Account> {
        let record = parse(include_str!("../record/tests/lab.toml"), "lab.toml").unwrap();
        match parse_address(text) {
            Ok(AddressOrDomain::Address(address)) => Some(Account::new(&record, form, &address)),
            _ => None,
        }
    }

    /// Whether two addresses use up the same attempts; `None` where the other is refused as no address.
    fn same(one: &str, other: &str, form: UserNameForm) -> Option<bool> {
        let (one, other) = (account(one, form).unwrap(), account(other, form)?);
        Some(!one.mailboxes.is_disjoint(&other.mailboxes))
    }

    #[test]
    fn every_spelling_of_a_mailbox_counts_as_that_mailbox() {
        for form in [UserNameForm::FullAddress, UserNameForm::LocalPart] {
            for spelling in [
                "jane",
                "JANE",
                "Jane",
                "j.ane",
                "j.a.n.e",
                "jane+x",
                "jane+x+y",
                "jane+",
                "+jane",
                "jane++",
                "j.ane+x",
                // The parser reads these as what they show, so they are no other account.
                "ｊａｎｅ",
                "jane＋x",
                "ja\u{200b}ne",
                "JANE+X",
                "jane%d",
                "jane%d%e",
                "jane%40d",
                "d!jane",
                "jane!d",
                "a!b!jane",
                "jane*x",
                "x*jane",
                "jane*",
                "*jane",
                "jane/x",
                "x/jane",
                "x/jane/y",
                "jane=x",
                "prvs=123=jane",
                "jane#x",
                "jane$x",
                "jane?x",
                "jane^x",
                "jane`x",
                "jane|x",
                "jane~x",
                "jane-x",
                "jane-x-y",
                "jane-",
                "-jane",
                "d!jane+x",
                "jane+x!d",
                "d/j.ane-x",
                "~jane",
                "d!~jane",
                "a!b!c!d!jane",
                "x/j.a.n.e+y%z",
            ] {
                let address = format!("{spelling}@example.net");
                assert_eq!(
                    same("jane@example.net", &address, form),
                    Some(true),
                    "{spelling}"
                );
            }
        }
    }

    #[test]
    fn spellings_that_nobody_needs_are_no_addresses() {
        for spelling in [
            "\"jane\"",
            "\"ja\\ne\"",
            "jane.",
            ".jane",
            "j..ane",
            "jańe",
            "jane\u{301}",
            "jane\\x",
            "d\\jane",
            "jane@x",
            "jane:x",
            "jane;x",
            "jane,x",
            "(x)jane",
            "<jane>x",
            "jane x",
            "jane\tx",
        ] {
            let address = format!("{spelling}@example.net");
            assert_eq!(
                account(&address, UserNameForm::FullAddress),
                None,
                "{spelling}"
            );
        }
        for domain in ["EXAMPLE.net", "example.net.", "example.net "] {
            let address = format!("jane@{domain}");
            let same = same("jane@example.net", &address, UserNameForm::FullAddress);
            assert_eq!(same, Some(true), "{domain}");
        }
    }

    #[test]
    fn other_people_have_attempts_of_their_own() {
        for (one, other) in [
            ("jane", "joan"),
            ("jane", "jane2"),
            ("jane.doe", "jane"),
            ("jane_doe", "jane_roe"),
            ("o'brien", "o'neil"),
            ("tom&jane", "tom"),
            ("jane-doe", "doe"),
            ("mary-jane", "jane"),
            ("+", "++"),
        ] {
            let address = |name: &str| format!("{name}@example.net");
            let same = same(&address(one), &address(other), UserNameForm::FullAddress);
            assert_eq!(same, Some(false), "{one} {other}");
        }
        let sisters = ("jane@example.net", "jane@example.org");
        for (form, expected) in [
            (UserNameForm::FullAddress, false),
            (UserNameForm::LocalPart, true),
        ] {
            assert_eq!(same(sisters.0, sisters.1, form), Some(expected));
        }
    }

    #[test]
    fn one_address_uses_up_the_attempts_of_a_few_mailboxes_only() {
        let letters: Vec<String> = ('a'..='z').map(String::from).collect();
        for sign in ROUTE_SEPARATORS
            .into_iter()
            .chain(TAG_DELIMITERS)
            .chain(['-', '.', '_'])
        {
            let address = format!("{}@example.net", letters.join(&sign.to_string()));
            let account = account(&address, UserNameForm::FullAddress).unwrap();
            assert!((1..=3).contains(&account.mailboxes.len()), "{account:?}");
        }
        let address = "a-1!b-1!c-1!d-1@example.net";
        let account = account(address, UserNameForm::FullAddress).unwrap();
        assert_eq!(account.mailboxes.len(), 6, "{account:?}");
    }
}
