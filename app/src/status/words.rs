//! What is said of how the servers stand, from `content/`.

use serde::Deserialize;

use super::ChangedFact;
use crate::content::file::File;
use crate::content::template::placeholders;
use crate::content::words::words;

/// Everything that is said of how the servers stand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words say what they are for")]
pub struct StatusWords {
    pub ago: AgoWords,
    pub length: LengthWords,
    pub clock: ClockWords,
    pub state: StateWords,
    pub meaning: MeaningWords,
    pub reason: ReasonWords,
    pub before_test: BeforeTestWords,
    pub outage: OutageWords,
    pub live: LiveWords,
    pub test: FoundByTestWords,
    pub page: StatusPageWords,
    pub days: DaysWords,
    pub chart: ChartWords,
    pub certificate: CertificateWords,
    pub incidents: IncidentWords,
    pub changes: ChangeWords,
    pub machines: MachineWords,
    pub badge: BadgeWords,
}

words! {
    /// How long ago something was.
    AgoWords: now minute hour day; minutes(NumberValue) hours(NumberValue) days(NumberValue)
}

words! {
    /// How long something lasted.
    LengthWords: short minute hour day;
        minutes(NumberValue) hours(NumberValue) days(NumberValue) both(BothValue)
}

words! {
    /// When something was, in UTC.
    ClockWords:; time(ClockValue) day_time(DayClockValue)
}

words! {
    /// The state of a service.
    StateWords: works slow flawed not_checked own_network;
        down(TimeValue) stale(TimeValue) checked(AgoValue) checked_all(AgoValue)
}

words! {
    /// What a state means.
    MeaningWords: slow down_receiving down_sending down_advice own_network more;
        flawed(ReasonValue) lasting_instead(InsteadValue) lasting_none(ProviderValue)
}

words! {
    /// Reasons that are no outcome of a test.
    ReasonWords: slow
}

words! {
    /// What is said before a test.
    BeforeTestWords: all_work trouble; service(ServiceStateValue)
}

words! {
    /// What is said first while there is trouble.
    OutageWords: advice over_text link; heading(ProviderTimeValue) over(ProviderTimeValue) text(ServicesValue)
        provider_group(ProviderGroupValue) at(ServiceAtValue) instead(InsteadValue)
}

words! {
    /// What a page says while it is open.
    LiveWords:; lost(TimeValue)
}

words! {
    /// What is added to what a test of a customer has found.
    FoundByTestWords: more; checks(LengthValue)
}

words! {
    /// The page about all servers.
    StatusPageWords: title lead off off_text first_check first_check_text all_work all_answer one_down own_network
        every_minute often refresh test tables find all;
        title_of(ProviderValue) left_out(NumberValue)
        some_down(CountValue) no_trouble_known(CountValue) own_network_text(TimeValue) every_minutes(NumberValue)
        every_hours(NumberValue) other_addresses(DomainsValue) domains_more(DomainsMoreValue)
}

words! {
    /// The bars, one for each day.
    DaysWords: caption ok degraded down none first last day found failed;
        share(PercentValue) share_of(WorkedValue) summary(DayCountsValue) failed_of(FailedValue) range(RangeValue)
}

words! {
    /// The chart of response times.
    ChartWords: caption first last none time mean longest failed; summary(TimesValue)
}

words! {
    /// A certificate.
    CertificateWords: label day today over renew; days(NumberValue)
}

words! {
    /// The incidents.
    IncidentWords: title none going_on ended; now(SinceValue) over(PeriodValue) more(NumberValue)
}

words! {
    /// What has changed.
    ChangeWords: title none certificate aliases addresses capabilities documented_values published before after nothing
}

words! {
    /// What there is for other sites and programs.
    MachineWords: title text badge json feed;
        feed_title(ProviderValue) feed_began(ServiceValue) feed_over(ServiceValue) feed_changed(SubjectValue)
        feed_text_now(SinceReasonValue) feed_text_over(PeriodReasonValue)
}

words! {
    /// The picture.
    BadgeWords: all ok degraded down unknown
}

placeholders! {
    /// In what is counted.
    NumberValue { Number = "number" }

    /// In a length of two units.
    BothValue { Larger = "larger", Smaller = "smaller" }

    /// In a time of this day.
    ClockValue { Time = "time" }

    /// In a time of another day.
    DayClockValue { Day = "day", Time = "time" }

    /// In what says when something was.
    TimeValue { Time = "time" }

    /// In what says how long ago something was.
    AgoValue { Ago = "ago" }

    /// In what a reason explains.
    ReasonValue { Reason = "reason" }

    /// In what names another server.
    InsteadValue { Instead = "instead" }

    /// In sentences about the provider.
    ProviderValue { Provider = "provider" }

    /// In the name of a service with its state.
    ServiceStateValue { Service = "service", State = "state" }

    /// In the heading of an outage.
    ProviderTimeValue { Provider = "provider", Time = "time" }

    /// In the name of some addresses of a provider.
    ProviderGroupValue { Provider = "provider", Group = "group" }

    /// In a service that is told from others of its kind.
    ServiceAtValue { Service = "service", Address = "address" }

    /// In what concerns services.
    ServicesValue { Services = "services" }

    /// In what goes on.
    SinceValue { Time = "time", Length = "length" }

    /// In what has gone on for so long.
    LengthValue { Length = "length" }

    /// In what concerns some of all.
    CountValue { Number = "number", Total = "total" }

    /// In what says for which addresses something is.
    DomainsValue { Domains = "domains" }

    /// In what says that there are more.
    DomainsMoreValue { Domains = "domains", Count = "count" }

    /// In how many checks succeeded.
    WorkedValue { Worked = "worked", Checks = "checks" }

    /// In shares.
    PercentValue { Percent = "percent" }

    /// In what says how the days were.
    DayCountsValue { Ok = "ok", Degraded = "degraded", Down = "down", None = "none" }

    /// In how many checks failed.
    FailedValue { Failed = "failed", Checks = "checks" }

    /// In days that follow each other.
    RangeValue { From = "from", To = "to" }

    /// In the summary of response times.
    TimesValue { Usual = "usual", Longest = "longest" }

    /// In what is over.
    PeriodValue { From = "from", To = "to", Length = "length" }

    /// In the title of an entry about a service.
    ServiceValue { Service = "service" }

    /// In the title of an entry about a change.
    SubjectValue { Subject = "subject" }

    /// In the text of an entry about what goes on.
    SinceReasonValue { Time = "time", Reason = "reason" }

    /// In the text of an entry about what is over.
    PeriodReasonValue { From = "from", To = "to", Length = "length", Reason = "reason" }
}

impl StatusWords {
    /// Reads the words of a language from its file.
    ///
    /// # Errors
    ///
    /// The first fault, with its file, and with its line where the fault has a place in the file.
    pub(crate) fn read(file: &File) -> Result<Self, String> {
        file.toml()
    }
}

impl ChangeWords {
    /// What has changed.
    pub fn fact(&self, fact: ChangedFact) -> &str {
        match fact {
            ChangedFact::Certificate => &self.certificate,
            ChangedFact::Aliases => &self.aliases,
            ChangedFact::Addresses => &self.addresses,
            ChangedFact::Capabilities => &self.capabilities,
            ChangedFact::DocumentedValues => &self.documented_values,
            ChangedFact::Published => &self.published,
        }
    }
}
