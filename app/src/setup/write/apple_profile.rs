//! The configuration profile of iPhone, iPad and Mac (`com.apple.mail.managed`).
//!
//! It holds no password: the device asks for it when the profile is installed.

use plist::{Dictionary, Value};
use probe::{Endpoint, Protocol};
use uuid::Uuid;

use crate::record::{Address, Group, Record, SignInMethod};
use crate::setup::order::{Lack, best};

/// The media type, by which Safari offers to install the file.
pub const MEDIA_TYPE: &str = "application/x-apple-aspen-config";

/// How mail is read with the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Incoming {
    /// It stays on the server.
    #[default]
    Imap,
    /// It is downloaded.
    Pop3,
}

impl Incoming {
    /// The protocol.
    pub const fn protocol(self) -> Protocol {
        match self {
            Self::Imap => Protocol::Imap,
            Self::Pop3 => Protocol::Pop3,
        }
    }
}

/// Writes the profile, unsigned. Without an address the device asks for it and for the user names. `description` is
/// shown before the profile is installed.
///
/// The identifiers of an address are always the same, so that a second profile replaces the first.
///
/// # Errors
///
/// When there is no encrypted service to read mail in this way, or none to send it, or none takes a password.
pub fn write(
    record: &Record,
    group: &Group,
    address: Option<&Address>,
    incoming: Incoming,
    description: &str,
) -> Result<Vec<u8>, Lack> {
    if group.sign_in.method != SignInMethod::Password {
        return Err(Lack::Password);
    }
    let reads = best(group, incoming.protocol()).ok_or(Lack::Incoming)?;
    let sends = best(group, Protocol::Smtp).ok_or(Lack::Outgoing)?;
    let ids = Identifiers::of(record, group, address, incoming);
    let user_name = address.map(|address| group.user_name.form.of(address));
    let address = address.map(ToString::to_string);
    let account = account(
        &Account {
            incoming,
            reads: &reads.endpoint,
            sends: &sends.endpoint,
            address: address.as_deref(),
            user_name: user_name.as_deref(),
        },
        &record.name,
        &ids,
    );
    let title = match &address {
        Some(address) => format!("{} ({address})", record.name),
        None => record.name.clone(),
    };
    let mut profile = payload("Configuration", &ids.profile, ids.profile_uuid);
    set(&mut profile, "PayloadDisplayName", title);
    set(&mut profile, "PayloadDescription", description);
    set(&mut profile, "PayloadOrganization", record.name.as_str());
    let content = Value::Array(vec![Value::Dictionary(account)]);
    set(&mut profile, "PayloadContent", content);
    let mut file = Vec::new();
    // Writing into memory does not fail.
    let _ = Value::Dictionary(profile).to_writer_xml(&mut file);
    Ok(file)
}

/// What an account is made of.
struct Account<'a> {
    incoming: Incoming,
    reads: &'a Endpoint,
    sends: &'a Endpoint,
    address: Option<&'a str>,
    user_name: Option<&'a str>,
}

fn account(account: &Account<'_>, name: &str, ids: &Identifiers) -> Dictionary {
    let kind = match account.incoming {
        Incoming::Imap => "EmailTypeIMAP",
        Incoming::Pop3 => "EmailTypePOP",
    };
    let mut out = payload("com.apple.mail.managed", &ids.account, ids.account_uuid);
    set(&mut out, "PayloadDisplayName", name);
    set(&mut out, "EmailAccountDescription", name);
    set(&mut out, "EmailAccountType", kind);
    if let Some(address) = account.address {
        set(&mut out, "EmailAddress", address);
    }
    for (direction, endpoint) in [("Incoming", account.reads), ("Outgoing", account.sends)] {
        let key = |rest: &str| format!("{direction}MailServer{rest}");
        let port = i64::from(endpoint.port.get());
        set(&mut out, &key("Authentication"), "EmailAuthPassword");
        set(&mut out, &key("HostName"), endpoint.host.as_str());
        set(&mut out, &key("PortNumber"), port);
        // For STARTTLS, too: there is no other key for it, and `false` means no encryption.
        set(&mut out, &key("UseSSL"), true);
        // Without it, Apple takes what stands before the @.
        if let Some(user_name) = account.user_name {
            set(&mut out, &key("Username"), user_name);
        }
    }
    set(&mut out, "OutgoingPasswordSameAsIncomingPassword", true);
    out
}

fn payload(kind: &str, identifier: &str, uuid: Uuid) -> Dictionary {
    let mut out = Dictionary::new();
    set(&mut out, "PayloadType", kind);
    set(&mut out, "PayloadVersion", 1_i64);
    set(&mut out, "PayloadIdentifier", identifier);
    let uuid = uuid.hyphenated().to_string().to_ascii_uppercase();
    set(&mut out, "PayloadUUID", uuid);
    out
}

fn set(dictionary: &mut Dictionary, key: &str, value: impl Into<Value>) {
    dictionary.insert(key.to_owned(), value.into());
}

/// By what a device knows a profile and the account in it.
struct Identifiers {
    profile: String,
    profile_uuid: Uuid,
    account: String,
    account_uuid: Uuid,
}

impl Identifiers {
    /// The same for the same address, however it is spelled. The account has others for POP3, because a device does
    /// not turn one kind of account into the other.
    fn of(record: &Record, group: &Group, address: Option<&Address>, incoming: Incoming) -> Self {
        let domain = match address {
            Some(address) => Some(address.domain()),
            None => group.domains.first(),
        };
        let domain = domain.map_or("", |domain| domain.as_str());
        let local_part = address.map_or("", Address::local_part).to_lowercase();
        let mailbox = format!("mailguide:{}:{}:{local_part}@{domain}", record.id, group.id);
        let profile_uuid = Uuid::new_v5(&Uuid::NAMESPACE_URL, mailbox.as_bytes());
        let protocol = incoming.protocol().to_string();
        let account_uuid = Uuid::new_v5(&profile_uuid, protocol.as_bytes());
        let labels: Vec<_> = domain.rsplit('.').collect();
        let profile = format!("{}.mail.{}", labels.join("."), profile_uuid.simple());
        let account = format!("{profile}.{protocol}");
        Self {
            profile,
            profile_uuid,
            account,
            account_uuid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::write::testing::{CENTURYLINK, DIRECT, address, record};

    /// The profile as a device reads it, and the account in it.
    fn read(
        form: &str,
        services: &str,
        typed: Option<&str>,
        incoming: Incoming,
    ) -> [Dictionary; 2] {
        let record = record(form, services);
        let address = typed.map(address);
        let file = write(
            &record,
            &record.groups[0],
            address.as_ref(),
            incoming,
            "Asks & waits.",
        );
        let value = Value::from_reader_xml(&*file.unwrap()).unwrap();
        let profile = value.into_dictionary().unwrap();
        let content = profile.get("PayloadContent").unwrap().as_array().unwrap();
        let account = content[0].as_dictionary().unwrap().clone();
        assert_eq!(content.len(), 1);
        [profile, account]
    }

    fn shown(dictionary: &Dictionary) -> String {
        let mut out = String::new();
        for (key, value) in dictionary {
            out += &match value {
                Value::String(text) => format!("{key} = {text}\n"),
                Value::Boolean(value) => format!("{key} = {value}\n"),
                Value::Integer(value) => format!("{key} = {value}\n"),
                other => format!("{key}: {} inside\n", other.as_array().map_or(0, Vec::len)),
            };
        }
        out
    }

    #[test]
    fn the_account_has_everything_but_the_password() {
        let [profile, account] = read(
            "full-address",
            CENTURYLINK,
            Some("j&ne@example.org"),
            Incoming::Imap,
        );
        assert_eq!(
            shown(&profile),
            "PayloadType = Configuration\n\
             PayloadVersion = 1\n\
             PayloadIdentifier = org.example.mail.4ce22961e15b52028dfe149bb86ee5e7\n\
             PayloadUUID = 4CE22961-E15B-5202-8DFE-149BB86EE5E7\n\
             PayloadDisplayName = Example & Sons (j&ne@example.org)\n\
             PayloadDescription = Asks & waits.\n\
             PayloadOrganization = Example & Sons\n\
             PayloadContent: 1 inside\n"
        );
        assert_eq!(
            shown(&account),
            "PayloadType = com.apple.mail.managed\n\
             PayloadVersion = 1\n\
             PayloadIdentifier = org.example.mail.4ce22961e15b52028dfe149bb86ee5e7.imap\n\
             PayloadUUID = C5197BB9-F714-5FCA-9328-FF9B93D3552B\n\
             PayloadDisplayName = Example & Sons\n\
             EmailAccountDescription = Example & Sons\n\
             EmailAccountType = EmailTypeIMAP\n\
             EmailAddress = j&ne@example.org\n\
             IncomingMailServerAuthentication = EmailAuthPassword\n\
             IncomingMailServerHostName = imap.example.net\n\
             IncomingMailServerPortNumber = 993\n\
             IncomingMailServerUseSSL = true\n\
             IncomingMailServerUsername = j&ne@example.org\n\
             OutgoingMailServerAuthentication = EmailAuthPassword\n\
             OutgoingMailServerHostName = smtp.example.net\n\
             OutgoingMailServerPortNumber = 587\n\
             OutgoingMailServerUseSSL = true\n\
             OutgoingMailServerUsername = j&ne@example.org\n\
             OutgoingPasswordSameAsIncomingPassword = true\n"
        );
    }

    #[test]
    fn without_an_address_the_device_asks() {
        let [profile, account] = read("full-address", DIRECT, None, Incoming::Imap);
        for key in [
            "EmailAddress",
            "IncomingMailServerUsername",
            "OutgoingMailServerUsername",
        ] {
            assert!(!account.contains_key(key), "{key}");
        }
        let title = profile.get("PayloadDisplayName").unwrap().as_string();
        assert_eq!(title, Some("Example & Sons"));
    }

    #[test]
    fn a_second_profile_replaces_the_first() {
        let ids = |typed: Option<&str>, incoming| {
            let [profile, account] = read("local-part", DIRECT, typed, incoming);
            let of = |dictionary: &Dictionary, key| {
                dictionary.get(key).unwrap().as_string().unwrap().to_owned()
            };
            [
                of(&profile, "PayloadIdentifier"),
                of(&profile, "PayloadUUID"),
                of(&account, "PayloadIdentifier"),
                of(&account, "PayloadUUID"),
            ]
        };
        let jane = ids(Some("jane@example.net"), Incoming::Imap);
        assert_eq!(jane, ids(Some("Jane@EXAMPLE.net"), Incoming::Imap));
        let pop = ids(Some("jane@example.net"), Incoming::Pop3);
        assert_eq!(jane[..2], pop[..2]);
        assert_ne!(jane[2], pop[2]);
        assert_ne!(jane[3], pop[3]);
        for other in [Some("jane@example.org"), Some("jo@example.net"), None] {
            let other = ids(other, Incoming::Imap);
            assert!((0..4).all(|id| other[id] != jane[id]), "{other:?}");
        }
    }

    #[test]
    fn the_user_name_has_the_form_of_the_record_in_both_directions() {
        let [_, account] = read(
            "local-part",
            DIRECT,
            Some("Jane@example.net"),
            Incoming::Pop3,
        );
        for key in ["IncomingMailServerUsername", "OutgoingMailServerUsername"] {
            assert_eq!(account.get(key).unwrap().as_string(), Some("Jane"));
        }
        let kind = account.get("EmailAccountType").unwrap().as_string();
        assert_eq!(kind, Some("EmailTypePOP"));
    }

    #[test]
    fn there_is_no_profile_without_encryption_in_both_directions() {
        for (services, incoming, lack) in [
            (
                "imap imap 993 tls other, smtp smtp 465 tls other",
                Incoming::Pop3,
                Lack::Incoming,
            ),
            (
                "pop pop3 110 none other, smtp smtp 465 tls other",
                Incoming::Pop3,
                Lack::Incoming,
            ),
            (
                "imap imap 993 tls other, smtp smtp 25 none other",
                Incoming::Imap,
                Lack::Outgoing,
            ),
        ] {
            let record = record("full-address", services);
            let file = write(&record, &record.groups[0], None, incoming, "");
            assert_eq!(file, Err(lack), "{services}");
        }
    }
}
