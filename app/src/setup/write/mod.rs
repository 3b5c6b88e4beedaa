//! The writers of the set-up files, one file a format.
//!
//! | module | who reads it |
//! |---|---|
//! | [`autoconfig`] | Thunderbird on all systems, Evolution, Geary, KMail, Delta Chat |
//! | [`autodiscover`], [`autodiscover_request`] | Outlook for Windows up to 2019, Thunderbird |
//! | [`autodiscover_json`] | Outlook, to find the former |
//! | [`apple_profile`] | iPhone, iPad and Mac |
//! | [`pacc`] | programs that know the newest draft |
//! | [`thunderbird_qr`] | Thunderbird for Android |
//! | [`qr`] | cameras: any text as a picture |
//! | [`zone`] | operators: what to publish in the DNS |

pub mod apple_profile;
pub mod autoconfig;
pub mod autodiscover;
pub mod autodiscover_json;
pub mod autodiscover_request;
pub mod pacc;
pub mod qr;
#[cfg(test)]
mod real_readers;
#[cfg(test)]
pub(crate) mod testing;
pub mod thunderbird_qr;
pub(crate) mod xml;
pub mod zone;

#[cfg(test)]
mod tests {
    use super::testing::{DIRECT, address, record_without_passwords};
    use super::{apple_profile, autoconfig, autodiscover, pacc, thunderbird_qr, zone};
    use crate::setup::order::Lack;

    #[test]
    fn nobody_is_asked_for_a_password_that_no_server_takes() {
        let record = record_without_passwords(DIRECT);
        let group = &record.groups[0];
        let jane = address("jane@example.net");
        let incoming = apple_profile::Incoming::Imap;
        let profile = apple_profile::write(&record, group, Some(&jane), incoming, "");
        assert_eq!(profile, Err(Lack::Password));
        assert_eq!(
            autodiscover::write(&record, group, &jane),
            Err(Lack::Password)
        );
        assert_eq!(pacc::write(&record, group), Err(Lack::Password));
        let file = autoconfig::write(&record, group, "en").unwrap();
        assert_eq!(
            file.matches("<authentication>OAuth2</authentication>")
                .count(),
            4,
            "{file}"
        );
        assert!(!file.contains("password-cleartext"), "{file}");
        let code = thunderbird_qr::write(group, &jane).unwrap();
        assert!(code.contains(r#"[0,"imap.example.net",993,3,6,"#), "{code}");
        assert!(code.contains(r#"[0,"smtp.example.net",465,3,6,"#), "{code}");
        let (domain, site) = (
            "example.net".parse().unwrap(),
            "help.example".parse().unwrap(),
        );
        let records = zone::files(&record, group, &domain, &site);
        let names: Vec<_> = records.iter().map(|record| record.name.as_str()).collect();
        assert_eq!(names, ["autoconfig.example.net"]);
    }
}
