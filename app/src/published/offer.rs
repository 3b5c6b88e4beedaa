//! One published service beside the documented ones.

use probe::{Protocol, Security};
use strum::IntoStaticStr;

use crate::address::Domain;
use crate::record::{Group, LocalizedText, SignInMethod, UserNameForm, Wrong};
use crate::setup::read::{Found, FoundService, FoundSignIn, FoundUserName};

/// A service that is published, and in what it differs from the documented one that is nearest to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is published.
    pub service: FoundService,
    /// Empty where it is as the record has it. Documented alternatives are in the record, too.
    pub differences: Vec<Difference>,
}

/// In what a published service differs from the documented one.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Difference {
    /// The record has a remark about this wrong value.
    KnownWrong(LocalizedText),
    /// There is no encryption, so the password would be sent in the clear.
    Unencrypted,
    /// No service of this protocol is documented.
    Protocol,
    /// The host is another one.
    Host,
    /// The port is another one.
    Port,
    /// TLS from the start and STARTTLS are mixed up, as in "port 465 with STARTTLS".
    Security,
    /// The form of the user name is another one.
    UserName,
    /// The documented way to sign in is not among the published ones.
    SignIn,
    /// The values are right, and POP stands before IMAP, which the provider has, too. Programs take the first.
    PopFirst,
}

impl Difference {
    /// The name in logs and in `content/`.
    pub fn id(&self) -> &'static str {
        self.into()
    }

    /// Whether mail does not work, or is not protected, with this value.
    pub fn is_wrong(&self) -> bool {
        *self != Self::PopFirst
    }
}

/// Compares every service that is published for a domain, in their order. `ordered` says whether programs prefer
/// what stands first.
pub fn offers(group: &Group, domain: &Domain, found: &Found, ordered: bool) -> Vec<Offer> {
    let all = found.services.iter().chain(&found.contradictory);
    let mut offers: Vec<Offer> = all
        .map(|service| Offer {
            service: service.clone(),
            differences: differences(group, domain, service),
        })
        .collect();
    let imap = crate::setup::order::best(group, Protocol::Imap).is_some();
    let mut incoming = offers.iter_mut();
    let first = incoming.find(|offer| offer.service.protocol != Protocol::Smtp);
    if let Some(first) = first.filter(|first| first.service.protocol == Protocol::Pop3)
        && ordered
        && imap
    {
        first.differences.push(Difference::PopFirst);
    }
    offers
}

/// In what a service differs from the documented one that is nearest to it, the gravest first.
fn differences(group: &Group, domain: &Domain, found: &FoundService) -> Vec<Difference> {
    let host = found.host.of(domain);
    let documented = group.services.iter().map(|service| &service.endpoint);
    let nearest = documented
        .filter(|endpoint| endpoint.protocol == found.protocol)
        .map(|endpoint| {
            (
                host.as_ref() != Some(&endpoint.host),
                endpoint.port != found.port,
                endpoint.security != found.security,
            )
        })
        .min();
    let mut differences = Vec::new();
    let known = group.wrong.iter().find(|wrong| match &wrong.wrong {
        Wrong::Host(wrong) => host.as_ref() == Some(wrong),
        Wrong::Port { protocol, port } => *protocol == found.protocol && *port == found.port,
    });
    if let Some((other_host, other_port, other_security)) = nearest {
        if other_security && found.security == Security::None {
            differences.push(Difference::Unencrypted);
        }
        if let Some(known) = known.filter(|_| other_host || other_port) {
            differences.push(Difference::KnownWrong(known.why.clone()));
        }
        if other_host {
            differences.push(Difference::Host);
        }
        if other_port {
            differences.push(Difference::Port);
        }
        if other_security && found.security != Security::None {
            differences.push(Difference::Security);
        }
    } else {
        if found.security == Security::None {
            differences.push(Difference::Unencrypted);
        }
        differences.push(Difference::Protocol);
    }
    if !same_user_name(group.user_name.form, found.user_name.as_ref()) {
        differences.push(Difference::UserName);
    }
    if !same_sign_in(group.sign_in.method, &found.sign_in) {
        differences.push(Difference::SignIn);
    }
    differences
}

/// A source that says nothing of it leaves it to the program, or to the customer.
fn same_user_name(documented: UserNameForm, found: Option<&FoundUserName>) -> bool {
    match found {
        None => true,
        Some(FoundUserName::FullAddress) => documented == UserNameForm::FullAddress,
        Some(FoundUserName::LocalPart) => documented == UserNameForm::LocalPart,
        Some(FoundUserName::Other(_)) => false,
    }
}

fn same_sign_in(documented: SignInMethod, found: &[FoundSignIn]) -> bool {
    let fits = |way: &FoundSignIn| match documented {
        SignInMethod::Password => {
            matches!(way, FoundSignIn::Password | FoundSignIn::EncryptedPassword)
        }
        SignInMethod::OAuth2 => *way == FoundSignIn::OAuth2,
    };
    found.is_empty() || found.iter().any(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::published::testing::{DOMAIN, found, group, ids};

    #[test]
    fn a_published_service_is_compared_with_the_nearest_documented_one() {
        for (published, expected) in [
            ("imap mail.example.net 993 tls", ""),
            ("imap MAIL.Example.Net 993 tls", ""),
            ("imap mail.%EMAILDOMAIN% 993 tls", ""),
            // Other and alternative services are documented, too.
            ("pop3 pop.example.net 995 tls", "pop-first"),
            ("smtp smtp.example.net 587 starttls", ""),
            ("smtp smtp.example.net 465 tls", ""),
            ("smtp smtp.example.net 465 starttls", "security"),
            ("smtp smtp.example.net 587 tls", "security"),
            ("smtp smtp.example.net 2525 starttls", "port"),
            ("smtp smtp.example.net 25 starttls", "known-wrong port"),
            ("imap imap.example.net 993 tls", "known-wrong host"),
            ("imap imap.elsewhere.example 993 tls", "host"),
            (
                "imap imap.elsewhere.example 143 starttls",
                "host port security",
            ),
            ("imap mail.example.net 143 none", "unencrypted port"),
            ("imap mail.example.net 993 tls local-part", "user-name"),
            ("imap mail.example.net 993 tls other", "user-name"),
            ("imap mail.example.net 993 tls full password", ""),
            ("imap mail.example.net 993 tls full encrypted", ""),
            ("imap mail.example.net 993 tls full oauth2", "sign-in"),
            ("imap mail.example.net 993 tls full none", "sign-in"),
        ] {
            let offers = offers(&group(), &DOMAIN.parse().unwrap(), &found(published), true);
            assert_eq!(ids(&offers[0].differences), expected, "{published}");
        }
    }

    #[test]
    fn what_the_record_does_not_have_at_all_is_another_protocol() {
        let mut group = (*group()).clone();
        let has_pop = |protocol| protocol == Protocol::Pop3;
        group
            .services
            .retain(|service| !has_pop(service.endpoint.protocol));
        let domain = DOMAIN.parse().unwrap();
        for (published, expected) in [
            ("pop3 pop.example.net 995 tls", "protocol pop-first"),
            (
                "pop3 pop.example.net 110 none",
                "unencrypted protocol pop-first",
            ),
        ] {
            let offers = offers(&group, &domain, &found(published), true);
            assert_eq!(ids(&offers[0].differences), expected, "{published}");
        }
    }

    #[test]
    fn pop_is_first_only_where_there_is_an_order_and_imap_beside_it() {
        let domain = DOMAIN.parse().unwrap();
        let pop = "pop3 pop.example.net 995 tls";
        let imap = "imap mail.example.net 993 tls";
        let smtp = "smtp smtp.example.net 587 starttls";
        let mut without_imap = (*group()).clone();
        let imap_service = |protocol| protocol == Protocol::Imap;
        without_imap
            .services
            .retain(|service| !imap_service(service.endpoint.protocol));
        for (published, ordered, group, expected) in [
            (vec![smtp, pop, imap], true, &*group(), true),
            (vec![smtp, imap, pop], true, &group(), false),
            (vec![pop, imap], false, &group(), false),
            (vec![pop], true, &without_imap, false),
        ] {
            let offers = offers(group, &domain, &found(&published.join(", ")), ordered);
            let mut all = offers.iter().flat_map(|offer| &offer.differences);
            let first = all.any(|difference| *difference == Difference::PopFirst);
            assert_eq!(first, expected, "{published:?}");
        }
    }
}
