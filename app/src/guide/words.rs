//! The words around the guides, read from `content/<language>/guide.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::program::Device;
use crate::content;

/// The words around the guides.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuideWords {
    devices: DeviceWords,
    missing: MissingWords,
    /// The page that lists the programs.
    pub programs: ProgramsWords,
    /// The page of one program.
    pub program: ProgramWords,
    /// The page of one card.
    pub card: CardWords,
    /// The troubleshooter.
    pub fix: FixWords,
    /// The page that tells programs of one name apart.
    pub outlook: OutlookWords,
    /// The search for the text of an error.
    pub errors: ErrorsWords,
    /// The comparison of settings.
    pub check: CheckWords,
    /// The customer's own network.
    pub network: NetworkWords,
    /// The report for the help desk.
    pub report: ReportWords,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $($field:ident)+) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs, reason = "the words say what they are for")]
        pub struct $name {
            $(pub $field: String,)+
        }
    };
}

words! {
    /// What devices are called.
    DeviceWords: windows mac linux iphone android
}

words! {
    /// What stands for a value that there is none of.
    MissingWords: text
}

words! {
    /// The page that lists the programs.
    ProgramsWords: title heading lead heading_device several retired suggested
}

words! {
    /// The page of one program.
    ProgramWords: title recognise address address_hint values values_hint add change outgoing kind trap
        errors message means fix cards tick checked sources test works works_text works_fix since why keep instead copied copy user
        local_part
}

/// The page of one card.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words say what they are for")]
pub struct CardWords {
    pub program: String,
    pub general: String,
    pub steps: String,
    pub steps_in: String,
    pub after: String,
    pub link: String,
    pub helped: String,
    pub helped_yes: String,
    pub helped_yes_text: String,
    pub helped_test: String,
    pub helped_support: String,
    pub helped_no: String,
    pub helped_report: String,
    pub without: String,
    pub titles: CardTitles,
}

words! {
    /// The page that lists the cards.
    CardTitles: all lead
}

words! {
    /// The troubleshooter.
    FixWords: home home_lead known again errors errors_hint errors_button tools check network report test
        test_answer outlook outlook_hint lost
}

words! {
    /// The page that tells programs of one name apart.
    OutlookWords: title lead
}

words! {
    /// The search for the text of an error.
    ErrorsWords: title lead label button hits none none_link all cause servers
}

/// The comparison of settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words say what they are for")]
pub struct CheckWords {
    pub title: String,
    pub lead: String,
    pub domain: String,
    pub kind: String,
    pub incoming: String,
    pub outgoing: String,
    pub in_host: String,
    pub in_port: String,
    pub in_security: String,
    pub in_sign_in: String,
    pub user: String,
    pub out_host: String,
    pub out_port: String,
    pub out_security: String,
    pub out_sign_in: String,
    pub copies: String,
    pub button: String,
    pub results: String,
    pub right: String,
    pub wrong: String,
    pub open: String,
    pub put: String,
    pub how: String,
    pub all_right: String,
    pub some_wrong: String,
    pub nothing: String,
    pub test: String,
    pub again: String,
    pub choices: BTreeMap<String, String>,
    pub why: BTreeMap<String, String>,
}

words! {
    /// The customer's own network.
    NetworkWords: title lead clock clock_checking clock_right clock_wrong clock_fix commands open paste
        paste_hint readings shows none go_on
}

words! {
    /// The report for the help desk.
    ReportWords: title lead private text copy copied download_text download_json empty empty_test empty_fix
        no_scripts code time address provider program tested not_tested found answers device
}

impl GuideWords {
    /// Reads the words in this language.
    pub(super) fn read(language: &str) -> Result<Self, String> {
        content::file(language, "guide.toml")?.toml()
    }

    /// What customers call a device.
    pub fn device(&self, device: Device) -> &str {
        match device {
            Device::Windows => &self.devices.windows,
            Device::Mac => &self.devices.mac,
            Device::Linux => &self.devices.linux,
            Device::Iphone => &self.devices.iphone,
            Device::Android => &self.devices.android,
        }
    }

    /// What stands for a value that there is none of.
    pub fn missing(&self) -> &str {
        &self.missing.text
    }
}
