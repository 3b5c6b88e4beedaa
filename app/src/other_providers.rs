//! Big mail providers that are not ours, so that their customers are told whose help to look for.

use serde::Deserialize;
use toml::Spanned;

use crate::address::Domain;
use crate::content::Files;
use crate::record::HttpsUrl;

/// The file with the table.
pub(crate) const FILE: &str = "other_providers.toml";

/// A mail provider that this site has no settings for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OtherProvider {
    /// The name by which its customers know it.
    pub name: String,
    /// How its addresses end.
    pub domains: Vec<Domain>,
    /// Its own page about mail programs, where one is known.
    pub help: Option<HttpsUrl>,
    /// Where that was read.
    pub source: HttpsUrl,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvidersFile {
    provider: Vec<Spanned<OtherProvider>>,
}

/// Reads the table.
///
/// # Errors
///
/// The first fault, with its file and its line.
pub(crate) fn read(files: &Files) -> Result<Vec<OtherProvider>, String> {
    let file = files.structure().file(FILE)?;
    let mut known = Vec::<Domain>::new();
    let providers = file.toml::<ProvidersFile>()?.provider;
    let providers = providers.into_iter().map(|provider| {
        for domain in &provider.get_ref().domains {
            if known.contains(domain) {
                return Err(file.fault_at(&provider, format!("domain `{domain}` is there twice")));
            }
            known.push(domain.clone());
        }
        Ok(provider.into_inner())
    });
    providers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Catalogue, built_in};

    #[test]
    fn the_big_providers_are_named_and_none_is_ours() {
        let files = Files::built_in().unwrap();
        let providers = read(&files).unwrap();
        let catalogue = Catalogue::read(&[built_in()], false).unwrap();
        for (domain, name) in [
            ("gmail.com", "Gmail"),
            ("hotmail.com", "Outlook.com"),
            ("yahoo.com", "Yahoo"),
            ("icloud.com", "iCloud"),
            ("aol.com", "AOL"),
            ("sbcglobal.net", "AT&T"),
            ("comcast.net", "Xfinity"),
            ("verizon.net", "Verizon"),
            ("charter.net", "Spectrum"),
            ("cox.net", "Cox"),
        ] {
            let domain: Domain = domain.parse().unwrap();
            let mut found = providers.iter();
            let found = found.find(|provider| provider.domains.contains(&domain));
            assert!(found.unwrap().name.contains(name), "{domain}");
        }
        for domain in providers.iter().flat_map(|provider| &provider.domains) {
            assert!(catalogue.find(domain).is_none(), "{domain}");
        }
    }

    #[test]
    fn a_domain_belongs_to_one_provider() {
        let mut files = Files::built_in().unwrap();
        let entry = |name: &str| {
            format!(
                "[[provider]]\nname = \"{name}\"\ndomains = [\"a.example\"]\nsource = \"https://a.example\"\n"
            )
        };
        files
            .0
            .insert(format!("structure/{FILE}"), entry("A") + &entry("B"));
        let error = read(&files).unwrap_err();
        assert!(
            error.contains("other_providers.toml:5") && error.contains("twice"),
            "{error}"
        );
    }
}
