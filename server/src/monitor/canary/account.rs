//! An account of the operator: its address, its password, and the services that it uses.

use std::str::FromStr;

use app::check::target;
use app::record::{
    Address, AddressOrDomain, Catalogue, Domain, SignInMethod, UserNameForm, parse_address,
};
use app::status::ServiceKey;
use probe::net::Target;
use probe::{Credentials, CredentialsError, EnvelopeAddress, Security};

use crate::named_path::NamedPath;
use crate::secret_file::{self, SecretFileError};

/// `ADDRESS=FILE`: an account, and the file with its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    address: Address,
    password: NamedPath,
}

/// Why an account cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CanaryError {
    /// No record has settings for it.
    #[error("--canary: no record has settings for {0}")]
    UnknownDomain(Domain),
    /// Its servers take no password.
    #[error(
        "--canary: the mail servers of {0} take no password, only the provider's own sign-in page (OAuth2)"
    )]
    PasswordNotTaken(Domain),
    /// Its address cannot stand in a message.
    #[error("--canary: expected an address of plain letters, digits and signs at {0}")]
    NotPlain(Domain),
    /// Two are at the same record, whose results would take turns.
    #[error("--canary: expected one account of the record {0}")]
    SeveralOfOneRecord(String),
    /// The file cannot be used.
    #[error(transparent)]
    Password(#[from] SecretFileError),
    /// The password cannot be sent.
    #[error("--canary: {0}")]
    Credentials(#[from] CredentialsError),
}

/// An account with its services.
#[derive(Clone, Debug)]
pub struct CanaryAccount {
    /// The id of its record.
    pub record: String,
    /// Its address, from which and to which a message goes.
    pub envelope: EnvelopeAddress,
    /// Its services.
    pub services: Vec<(ServiceKey, Target)>,
    user: String,
    password: NamedPath,
}

impl FromStr for Canary {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected =
            "expected a mail address and the file with its password: jane@example.net=FILE";
        // An equals sign may stand in what is before the @, and in the name of the file.
        let at = text.find('@').ok_or(expected)?;
        let equals = at + text[at..].find('=').ok_or(expected)?;
        let (address, file) = (&text[..equals], &text[equals + 1..]);
        match parse_address(address) {
            Ok(AddressOrDomain::Address(address)) if !file.is_empty() => Ok(Self {
                address,
                password: NamedPath::of_option("--canary", file),
            }),
            _ => Err(expected),
        }
    }
}

impl CanaryAccount {
    /// The accounts with the services of their records, each with a password that can be read.
    ///
    /// # Errors
    ///
    /// The first that cannot be used.
    pub fn all(canaries: &[Canary], catalogue: &Catalogue) -> Result<Vec<Self>, CanaryError> {
        let mut accounts: Vec<Self> = Vec::new();
        for canary in canaries {
            let account = Self::new(canary, catalogue)?;
            account.credentials()?;
            if accounts.iter().any(|other| other.record == account.record) {
                return Err(CanaryError::SeveralOfOneRecord(account.record));
            }
            accounts.push(account);
        }
        Ok(accounts)
    }

    fn new(canary: &Canary, catalogue: &Catalogue) -> Result<Self, CanaryError> {
        let Canary { address, password } = canary;
        let domain = address.domain();
        let (record, group) = catalogue
            .find(domain)
            .ok_or_else(|| CanaryError::UnknownDomain(domain.clone()))?;
        if group.sign_in.method == SignInMethod::OAuth2 {
            return Err(CanaryError::PasswordNotTaken(domain.clone()));
        }
        let envelope = address.to_string().parse();
        let services = group.services.iter();
        let encrypted = services.filter(|service| service.endpoint.security != Security::None);
        let form: UserNameForm = group.user_name.form;
        Ok(Self {
            record: record.id.to_string(),
            envelope: envelope.map_err(|_| CanaryError::NotPlain(domain.clone()))?,
            services: encrypted
                .map(|service| {
                    (
                        ServiceKey::new(record, service),
                        target(record, service, domain),
                    )
                })
                .collect(),
            user: form.of(address),
            password: password.clone(),
        })
    }

    /// What to sign in with. The password is read anew each time, and is in memory only while it is used.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub fn credentials(&self) -> Result<Credentials, CanaryError> {
        let password = secret_file::read(&self.password)?;
        Ok(Credentials::new(self.user.clone(), password)?)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use app::record::{RecordFile, built_in};

    use super::*;

    #[test]
    fn accounts_are_read_from_the_command_line() {
        for (text, expected) in [
            (
                "jane@example.net=/run/x",
                Some(("jane@example.net", "/run/x")),
            ),
            ("a=b@example.net=x=y", Some(("a=b@example.net", "x=y"))),
            ("jane@example.net=", None),
            ("jane@example.net", None),
            ("example.net=/run/x", None),
            ("=x", None),
        ] {
            let read = text.parse::<Canary>().ok();
            let parts = read.map(|canary| {
                let file = canary.password.path().display().to_string();
                (canary.address.to_string(), file)
            });
            let parts = parts.as_ref().map(|(address, file)| (&**address, &**file));
            assert_eq!(parts, expected, "{text}");
        }
    }

    #[test]
    fn accounts_that_cannot_be_used_are_refused_at_once() {
        let folder = std::env::temp_dir().join(format!("mailguide-canary-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = |name: &str, mode| {
            let path = folder.join(name);
            fs::write(&path, "s3cret\n").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path.display().to_string()
        };
        let (good, open) = (file("good", 0o600), file("open", 0o644));
        let catalogue = Catalogue::read(&[built_in()], false).unwrap();
        let record = built_in();
        let text = record
            .text
            .replace("method = \"password\"", "method = \"oauth2\"");
        let name = record.name;
        let no_password = Catalogue::read(&[RecordFile { name, text }], false).unwrap();
        for (canaries, catalogue, expected) in [
            (vec![format!("jane@q.com={good}")], &catalogue, None),
            (
                vec![format!("jane@q.com={open}")],
                &catalogue,
                Some("chmod 600"),
            ),
            (
                vec!["jane@q.com=missing".to_owned()],
                &catalogue,
                Some("missing: "),
            ),
            (
                vec![format!("jane@example.net={good}")],
                &catalogue,
                Some("no record has settings for example.net"),
            ),
            (
                vec![format!("jane@q.com={good}")],
                &no_password,
                Some("OAuth2"),
            ),
            (
                vec![
                    format!("jane@q.com={good}"),
                    format!("jane@centurylink.net={good}"),
                ],
                &catalogue,
                Some("one account of the record centurylink"),
            ),
        ] {
            let parsed: Vec<Canary> = canaries.iter().map(|text| text.parse().unwrap()).collect();
            match (CanaryAccount::all(&parsed, catalogue), expected) {
                (Ok(accounts), None) => {
                    assert_eq!(accounts[0].services.len(), 4);
                    assert!(!format!("{accounts:?}").contains("s3cret"));
                }
                (Err(error), Some(part)) => {
                    let error = error.to_string();
                    assert!(error.contains(part), "{error}");
                }
                (found, _) => panic!("{canaries:?}: {found:?}"),
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
