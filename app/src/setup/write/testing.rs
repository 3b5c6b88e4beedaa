//! Records for the tests of the set-up files.

use std::sync::Arc;

use crate::record::{Address, AddressOrDomain, Record, SignInMethod, parse, parse_address};

/// The services that CenturyLink documents, and the one that it does not.
pub(crate) const CENTURYLINK: &str = "imap imap 993 tls recommended, smtp smtp 587 starttls recommended, \
    pop pop3 995 tls other, smtp-465 smtp 465 tls alternative";

/// Services of which all have TLS from the start.
pub(crate) const DIRECT: &str = "imap imap 993 tls recommended, pop pop3 995 tls other, \
    smtp smtp 465 tls recommended, smtp-starttls smtp 587 starttls other";

/// A record with two domains, these services (`id protocol port security role`, between commas) and this form of the
/// user name.
pub(crate) fn record(form: &str, services: &str) -> Record {
    let services = services.split(',').map(|service| {
        let words: Vec<_> = service.split_whitespace().collect();
        let [id, protocol, port, security, role] = words[..] else {
            panic!("{service}: expected id, protocol, port, security and role")
        };
        format!(
            "[[group.service]]\nid = \"{id}\"\nprotocol = \"{protocol}\"\nhost = \"{protocol}.example.net\"\n\
             port = {port}\nsecurity = \"{security}\"\nrole = \"{role}\"\nsource = \"help\"\n"
        )
    });
    let text = format!(
        "id = \"example\"\nname = \"Example & Sons\"\n\
         [[source]]\nid = \"help\"\ntitle = {{ default = \"Settings <for> you\", de = \"Für \\\"dich\\\"\" }}\n\
         url = \"https://example.net/help?a=1&b=2\"\nread = \"2026-11-23\"\n\
         [links]\nwebmail = {{ url = \"https://webmail.example.net/?a&b\", source = \"help\" }}\n\
         [[group]]\nid = \"all\"\nname = \"Addresses\"\ndomains = [\"example.net\", \"example.org\"]\n\
         user_name = {{ form = \"{form}\", source = \"help\" }}\n\
         sign_in = {{ method = \"password\", source = \"help\" }}\n{}",
        services.collect::<String>()
    );
    parse(&text, "test.toml").unwrap()
}

/// The same for servers that take no password.
pub(crate) fn record_without_passwords(services: &str) -> Record {
    let mut record = record("full-address", services);
    for group in &mut record.groups {
        Arc::make_mut(group).sign_in.method = SignInMethod::OAuth2;
    }
    record
}

/// An address as a customer would type it.
pub(crate) fn address(text: &str) -> Address {
    match parse_address(text) {
        Ok(AddressOrDomain::Address(address)) => address,
        other => panic!("{text}: {other:?}"),
    }
}
