//! The words around the guides, read from `content/<language>/guide.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use strum::VariantArray;

use super::comparison::{Choice, Reason, codes};
use super::program::Device;
use crate::content::by_id::{ById, Table};
use crate::content::file::File;
use crate::content::template::{Plain, placeholders};
use crate::content::words::words;
use crate::page_words::ProviderValue;

/// The words around the guides.
#[derive(Clone, Debug)]
pub struct GuideWords {
    devices: DeviceWords,
    missing: MissingWords,
    /// The page that lists the programs.
    pub programs: ProgramsWords,
    /// The page of one program.
    pub program: ProgramWords,
    /// The ways to set a program up without typing.
    pub short_way: ShortWayWords,
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
    /// Has every code; `read` makes sure of it.
    choices: BTreeMap<&'static str, Plain>,
    /// Has every reason; `read` makes sure of it.
    reasons: BTreeMap<Reason, Plain>,
    /// The customer's own network.
    pub network: NetworkWords,
    /// The report for the help desk.
    pub report: ReportWords,
    /// The links from what a test found to what mends it.
    pub remedies: RemedyWords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
    devices: DeviceWords,
    missing: MissingWords,
    programs: ProgramsWords,
    program: ProgramWords,
    short_way: ShortWayWords,
    card: CardWords,
    fix: FixWords,
    outlook: OutlookWords,
    errors: ErrorsWords,
    check: CheckWords,
    choices: ById<Plain>,
    reasons: ById<Plain>,
    network: NetworkWords,
    report: ReportWords,
    remedies: RemedyWords,
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
    ProgramsWords: title heading description devices several other other_short retired
        suggested;
        heading_device(DeviceValue)
}

words! {
    /// The page of one program.
    ProgramWords: jump jump_add jump_change jump_fix jump_keep jump_instead recognise recognise_other differs choose_other
        address address_hint values_hint values_other add add_other change outgoing kind cards tick if_pop sources test works
        works_text works_fix trap_steps why keep instead copied copy user_name user local_part no_imap_settings;
        title(ProgramTitleValue) no_imap(ProgramValue) values(ProgramValue) trap(TrapValue) errors(ProgramValue)
        checked(VersionsValue) older(VersionsValue) since(SinceValue) done(StepValue)
}

words! {
    /// The ways to set a program up without typing.
    ShortWayWords: title unprotected row_profile row_code row_discovery profile code discovery address_hint get_profile
        get_pop_profile pop show_code signed unsigned no_password remove by_hand by_hand_too phone phone_alt code_title
        code_alt code_for code_camera code_back code_other;
        lead(ProviderValue)
}

words! {
    /// The page of one card.
    CardWords: program general steps after helped helped_yes helped_yes_text helped_test
        helped_no helped_report prevention sources changes_note;
        changes(ProviderValue) steps_in(ProgramValue) link(ProviderValue) without(ProgramValue)
}

words! {
    /// The troubleshooter.
    FixWords: home home_lead known again tools check network report test
        test_answer next still outlook outlook_hint lost
}

words! {
    /// The page that tells programs of one name apart.
    OutlookWords: title lead
}

words! {
    /// The search for the text of an error.
    ErrorsWords: title lead label hint program any_program button hits perhaps none none_link all cause servers also scam place code;
        in_program(ProgramValue)
}

words! {
    /// The comparison of settings.
    CheckWords: title lead domain kind incoming outgoing in_host in_port in_security in_sign_in user
        out_host out_port out_security out_sign_in copies button results right wrong open put how
        all_right some_wrong nothing test empty program other_program general find_general look;
        assumed(KindValue) usual(KindValue) find(ProgramValue) guide(ProgramValue) own_label(OwnLabelValue)
}

words! {
    /// The customer's own network.
    NetworkWords: title lead clock clock_checking clock_right clock_wrong clock_fix commands open paste
        paste_hint readings
}

words! {
    /// The report for the help desk.
    ReportWords: title lead private text copy copied download_text download_json empty empty_test empty_fix
        no_scripts spoken spoken_hint code time address provider program tested not_tested found answers device;
        send(ProviderValue)
}

words! {
    /// The links from what a test found: to a fix, and to what else can be wrong when nothing is wrong with
    /// the servers, without and with a password that was accepted.
    RemedyWords: fix fine accepted
}

placeholders! {
    /// In headings about a device.
    DeviceValue { Device = "device" }

    /// In the title of a program's page.
    ProgramTitleValue { Program = "program", Provider = "provider" }

    /// In what says with which kind of account settings are compared.
    KindValue { Kind = "kind" }

    /// In what says what a program calls a setting.
    OwnLabelValue { Label = "label", Program = "program" }

    /// In sentences about a program.
    ProgramValue { Program = "program" }

    /// In the name of the box of a step.
    StepValue { Number = "number" }

    /// In the heading of what goes wrong in a program.
    TrapValue { Title = "title" }

    /// In what is said of some versions of a program.
    VersionsValue { Versions = "versions" }

    /// In what says since when a program is no longer of use.
    SinceValue { Since = "since" }
}

impl GuideWords {
    /// Reads the words of a language.
    pub(super) fn read(file: &File) -> Result<Self, String> {
        let words: WordsFile = file.toml()?;
        let choices = Table::new(file, "choices", "a choice of the comparison");
        let declared = codes().into_iter().map(|code| (code, code));
        let choices = words.choices.map(&choices, declared)?;
        let reasons = Table::new(file, "reasons", "a reason of the comparison");
        let declared = Reason::VARIANTS.iter();
        let declared = declared.map(|reason| (<&str>::from(reason), *reason));
        let reasons = words.reasons.map(&reasons, declared)?;
        Ok(Self {
            devices: words.devices,
            missing: words.missing,
            programs: words.programs,
            program: words.program,
            short_way: words.short_way,
            card: words.card,
            fix: words.fix,
            outlook: words.outlook,
            errors: words.errors,
            check: words.check,
            choices,
            reasons,
            network: words.network,
            report: words.report,
            remedies: words.remedies,
        })
    }

    /// What a choice of the comparison says.
    pub fn choice(&self, choice: impl Choice) -> &str {
        self.choice_of(choice.code())
    }

    /// The same by its code.
    pub fn choice_of(&self, code: &str) -> &str {
        self.choices.get(code).map_or("", |words| &words.0)
    }

    /// Why a value is wrong.
    pub fn reason(&self, reason: Reason) -> &str {
        &self.reasons[&reason].0
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
