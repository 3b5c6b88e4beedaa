//! The configuration of PACC (draft-ietf-mailmaint-pacc-03), and the digest of it for the DNS.
//!
//! The format has host names only: every service has TLS from the start on its usual port, and the user name is the
//! full address.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use probe::{Protocol, Security};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::record::{Group, Record, Role, SignInMethod, UserNameForm};
use crate::setup::order::Lack;

/// The media type.
pub const MEDIA_TYPE: &str = "application/json";

/// Where the configuration is asked for.
pub const PATH: &str = "/.well-known/user-agent-configuration.json";

/// How long the name of a provider may be, in characters.
const MAX_NAME: usize = 60;

/// Writes the configuration: the services that the provider documents and that have TLS from the start.
///
/// # Errors
///
/// When the format cannot say what the record says, for reading or for sending.
pub fn write(record: &Record, group: &Group) -> Result<String, Lack> {
    // A sign-in page needs the name of its issuer.
    if group.sign_in.method != SignInMethod::Password {
        return Err(Lack::Password);
    }
    if group.user_name.form != UserNameForm::FullAddress {
        return Err(Lack::FullAddress);
    }
    let mut protocols = Map::new();
    for (name, protocol) in [
        ("imap", Protocol::Imap),
        ("pop3", Protocol::Pop3),
        ("submit", Protocol::Smtp),
    ] {
        if let Some(host) = direct_host(group, protocol) {
            protocols.insert(name.to_owned(), json!({ "host": host }));
        }
    }
    let reads = protocols.contains_key("imap") || protocols.contains_key("pop3");
    if !reads || !protocols.contains_key("submit") {
        return Err(Lack::DirectTls);
    }
    let mut info = Map::new();
    let name: String = record.name.chars().take(MAX_NAME).collect();
    info.insert("provider".to_owned(), json!({ "name": name }));
    if let Some(support) = &record.links.support {
        let help = json!({ "documentation": support.url.as_str() });
        info.insert("help".to_owned(), help);
    }
    let configuration = json!({
        "protocols": protocols,
        "authentication": { "password": true },
        "info": Value::Object(info),
    });
    Ok(configuration.to_string())
}

/// The host of a protocol where only the host must be said.
fn direct_host(group: &Group, protocol: Protocol) -> Option<&str> {
    let usual_port = match protocol {
        Protocol::Imap => 993,
        Protocol::Pop3 => 995,
        Protocol::Smtp => 465,
    };
    let services = group.services.iter().filter(|service| {
        let endpoint = &service.endpoint;
        endpoint.protocol == protocol
            && endpoint.security == Security::Tls
            && endpoint.port.get() == usual_port
            && service.role != Role::Alternative
    });
    let best = services.min_by_key(|service| service.role != Role::Recommended)?;
    Some(best.endpoint.host.as_str())
}

/// The text of the TXT record at `_ua-auto-config`, by which a program knows that the configuration is the domain's.
/// It holds for exactly these bytes.
pub fn txt(configuration: &str) -> String {
    let digest = BASE64_STANDARD.encode(Sha256::digest(configuration));
    format!("v=UAAC1; a=sha256; d={digest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::write::testing::{CENTURYLINK, DIRECT, record};

    #[test]
    fn only_services_with_tls_from_the_start_are_in_it() {
        let record = record("full-address", DIRECT);
        let written = write(&record, &record.groups[0]).unwrap();
        assert_eq!(
            written,
            r#"{"authentication":{"password":true},"info":{"provider":{"name":"Example & Sons"}},"protocols":{"imap":{"host":"imap.example.net"},"pop3":{"host":"pop3.example.net"},"submit":{"host":"smtp.example.net"}}}"#
        );
    }

    #[test]
    fn what_the_format_cannot_say_is_not_written() {
        let starttls = "imap imap 993 tls other, smtp smtp 587 starttls other";
        let other_port = "imap imap 9993 tls other, smtp smtp 465 tls other";
        for (form, services, lack) in [
            ("local-part", DIRECT, Lack::FullAddress),
            ("full-address", CENTURYLINK, Lack::DirectTls),
            ("full-address", starttls, Lack::DirectTls),
            ("full-address", other_port, Lack::DirectTls),
        ] {
            let record = record(form, services);
            let written = write(&record, &record.groups[0]);
            assert_eq!(written, Err(lack), "{form} {services}");
        }
    }

    #[test]
    fn the_digest_is_of_the_exact_bytes() {
        // The digest of nothing, as every implementation of SHA-256 gives it.
        let empty = "v=UAAC1; a=sha256; d=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(txt(""), empty);
        assert_ne!(txt("{}"), txt("{} "));
    }
}
