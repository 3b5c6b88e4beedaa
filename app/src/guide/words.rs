//! The words around the guides, read from `content/<language>/guide.toml`.

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
    ProgramsWords: title heading lead heading_device several retired
}

words! {
    /// The page of one program.
    ProgramWords: title recognise address address_hint values values_hint add change outgoing kind trap
        errors message means fix cards tick checked sources test since why keep instead copied copy user
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
    pub helped: String,
    pub helped_test: String,
    pub helped_support: String,
    pub without: String,
    pub titles: CardTitles,
}

words! {
    /// The page that lists the cards.
    CardTitles: all lead
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
