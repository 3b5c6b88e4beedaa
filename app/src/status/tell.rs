//! How services stand, in words.

use probe::{Endpoint, Outcome, Protocol};
use time::UtcDateTime;

use super::said::{Part, Said, Times};
use super::standing::{Seen, ShownState, Standing};
use super::words::{
    AgoValue, CountValue, InsteadValue, LengthValue, NumberValue, ProviderGroupValue,
    ProviderTimeValue, ProviderValue, ReasonValue, ServiceAtValue, ServicesValue, TimeValue,
};
use super::{Reason, ServiceKey, Subject};
use crate::content::template::Template;
use crate::page_words::ServiceValue as NameValue;
use crate::record::{Catalogue, Group, Record, Role, Service};
use crate::texts::Texts;

/// What is said of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldState {
    /// What is shown of it.
    pub shown: ShownState,
    /// The state.
    pub state: Said,
    /// When it was found.
    pub checked: Option<Said>,
    /// What it means and what to do; empty where all is well.
    pub meaning: String,
    /// What works in its place, where it has not worked for long.
    pub lasting: Option<String>,
}

/// How all services stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overall {
    /// The site's own network does not work since this time.
    OwnNetwork(UtcDateTime),
    /// Nothing was checked yet.
    NotChecked,
    /// Those that were checked lately have no trouble. Of the others nothing is known.
    NoTroubleKnown {
        /// How many were checked.
        known: usize,
        /// Of so many.
        total: usize,
    },
    /// All is well.
    Works,
    /// All work, some not as well as they should.
    Degraded,
    /// Some do not work.
    Down {
        /// How many.
        down: usize,
        /// Of so many.
        total: usize,
    },
}

impl Overall {
    /// How these services stand. One outside the provider's own table may fail without anything being wrong.
    pub fn of<'a>(
        seen: &Seen,
        services: impl IntoIterator<Item = (&'a Record, &'a Service)>,
    ) -> Self {
        if let Some(since) = seen.snapshot.own_network_down {
            return Self::OwnNetwork(since);
        }
        let [
            mut total,
            mut known,
            mut down,
            mut alternative_down,
            mut degraded,
        ] = [0; 5];
        for (record, service) in services {
            let standing = seen.standing(&ServiceKey::new(record, service));
            total += 1;
            known += usize::from(standing.checked().is_some());
            match standing {
                Standing::Down { .. } if service.role == Role::Alternative => alternative_down += 1,
                Standing::Down { .. } => down += 1,
                Standing::Degraded(..) => degraded += 1,
                _ => {}
            }
        }
        match (known, down, degraded + alternative_down) {
            (0, ..) => Self::NotChecked,
            // Everything below the sentence that has trouble is counted.
            (_, 1.., _) => Self::Down {
                down: down + alternative_down,
                total,
            },
            (known, ..) if known < total => Self::NoTroubleKnown { known, total },
            (_, _, 0) => Self::Works,
            _ => Self::Degraded,
        }
    }

    /// What is shown of it.
    pub const fn shown(self) -> ShownState {
        match self {
            Self::OwnNetwork(_) | Self::NotChecked | Self::NoTroubleKnown { .. } => {
                ShownState::Unknown
            }
            Self::Works => ShownState::Ok,
            Self::Degraded => ShownState::Degraded,
            Self::Down { .. } => ShownState::Down,
        }
    }

    /// In one sentence.
    pub fn title(self, texts: &Texts) -> String {
        let words = &texts.status.page;
        match self {
            Self::OwnNetwork(_) => words.own_network.clone(),
            Self::NotChecked => words.first_check.clone(),
            Self::Works => words.all_work.clone(),
            Self::Degraded => words.all_answer.clone(),
            Self::Down { down: 1, .. } => words.one_down.clone(),
            Self::Down { down, total } => of_total(&words.some_down, down, total),
            Self::NoTroubleKnown { known, total } => {
                of_total(&words.no_trouble_known, known, total)
            }
        }
    }
}

fn of_total(sentence: &Template<CountValue>, number: usize, total: usize) -> String {
    sentence.fill(|value| match value {
        CountValue::Number => number.to_string(),
        CountValue::Total => total.to_string(),
    })
}

/// Every service of every record.
pub fn services(catalogue: &Catalogue) -> impl Iterator<Item = (&Record, &Service)> {
    catalogue.records.iter().flat_map(|record| {
        let services = services_of(record);
        services.map(move |service| (&**record, service))
    })
}

/// Every service of a record.
pub fn services_of(record: &Record) -> impl Iterator<Item = &Service> {
    record.groups.iter().flat_map(|group| &group.services)
}

/// What a change is about.
pub fn subject(catalogue: &Catalogue, subject: &Subject, texts: &Texts) -> String {
    match subject {
        Subject::Domain(domain) => format!("@{domain}"),
        Subject::Service(key) => match find(catalogue, key) {
            Some((record, service)) => {
                format!("{}: {}", record.name, name(texts, service))
            }
            None => key.to_string(),
        },
    }
}

/// The service of a key, unless the records have lost it.
pub fn find<'a>(catalogue: &'a Catalogue, key: &ServiceKey) -> Option<(&'a Record, &'a Service)> {
    let mut records = catalogue.records.iter();
    let record = records.find(|record| record.id.as_str() == key.record())?;
    let service = services_of(record).find(|service| service.endpoint.id == key.service())?;
    Some((record, service))
}

/// What is said of a service.
pub fn tell(
    times: Times<'_>,
    texts: &Texts,
    seen: &Seen,
    (record, group, service): (&Record, &Group, &Service),
) -> ToldState {
    let standing = seen.standing(&ServiceKey::new(record, service));
    let meaning = meaning(texts, &standing, service);
    let lasting = standing.lasting(seen.now);
    let lasting = lasting.map(|_| {
        let words = &texts.status.meaning;
        match seen.instead(record, group, service) {
            Some(instead) => {
                let instead = address(texts, &instead.endpoint);
                words.lasting_instead.fill(|InsteadValue::Instead| &instead)
            }
            None => words
                .lasting_none
                .fill(|ProviderValue::Provider| &record.name),
        }
    });
    ToldState {
        shown: standing.shown(),
        state: state(times, &standing),
        checked: checked(times, &standing),
        // Two pieces of advice would contradict each other.
        meaning: lasting.as_ref().map_or(meaning, |_| String::new()),
        lasting,
    }
}

/// The state in a few words.
pub fn state(times: Times<'_>, standing: &Standing) -> Said {
    let words = &times.words().state;
    match standing {
        Standing::OwnNetwork => Said::text(&words.own_network),
        Standing::NotChecked => Said::text(&words.not_checked),
        Standing::Stale(at) => Said::fill(&words.stale, |TimeValue::Time| times.clock(*at)),
        Standing::Works(_) => Said::text(&words.works),
        Standing::Degraded(_, Reason::Slow) => Said::text(&words.slow),
        Standing::Degraded(_, Reason::Found(_)) => Said::text(&words.flawed),
        Standing::Down { since, .. } => {
            Said::fill(&words.down, |TimeValue::Time| times.clock(*since))
        }
    }
}

/// When it was found.
fn checked(times: Times<'_>, standing: &Standing) -> Option<Said> {
    let at = standing.checked()?;
    let words = &times.words().state;
    Some(Said::fill(&words.checked, |AgoValue::Ago| times.ago(at)))
}

fn meaning(texts: &Texts, standing: &Standing, service: &Service) -> String {
    let words = &texts.status.meaning;
    match standing {
        Standing::NotChecked | Standing::Stale(_) | Standing::Works(_) => String::new(),
        Standing::OwnNetwork => words.own_network.clone(),
        Standing::Degraded(_, Reason::Slow) => words.slow.clone(),
        Standing::Degraded(_, found) => {
            let reason = reason(texts, *found);
            words.flawed.fill(|ReasonValue::Reason| reason)
        }
        Standing::Down { .. } => {
            let means = match service.endpoint.protocol {
                Protocol::Smtp => &words.down_sending,
                Protocol::Imap | Protocol::Pop3 => &words.down_receiving,
            };
            format!("{means} {}", words.down_advice)
        }
    }
}

/// Why a service stands as it does, in a few words.
pub fn reason(texts: &Texts, reason: Reason) -> &str {
    match reason {
        Reason::Slow => &texts.status.reason.slow,
        Reason::Found(Outcome::Ok) => &texts.status.state.works,
        Reason::Found(outcome) => texts.words.step(outcome),
    }
}

/// The name of a service by which customers tell it from the others.
pub fn name(texts: &Texts, service: &Service) -> String {
    let endpoint = &service.endpoint;
    texts.pages.test.service.fill(|value| match value {
        NameValue::Name => texts.words.protocol(endpoint.protocol).name.clone(),
        NameValue::Host => endpoint.host.to_string(),
        NameValue::Port => endpoint.port.to_string(),
    })
}

/// A server with what must be set to reach it.
pub fn address(texts: &Texts, endpoint: &Endpoint) -> String {
    let security = &texts.words.security(endpoint.security).name;
    texts.test.address(endpoint, security)
}

/// What is said first to customers of a group with trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Whose it is, and since when.
    pub heading: Said,
    /// What it concerns.
    pub text: String,
    /// What to do, where there is something.
    pub advice: Option<String>,
}

/// What is said first to customers of a group, if it has trouble.
pub fn outage(
    times: Times<'_>,
    texts: &Texts,
    seen: &Seen,
    (record, group): (&Record, &Group),
) -> Option<Trouble> {
    let down = seen.down(record, group);
    let since = down.iter().map(|(_, since)| *since).min()?;
    let words = &texts.status.outage;
    let heading = heading(times, texts, (record, group), &words.heading, since);
    let instead = |service: &Service| seen.instead(record, group, service);
    // The address is named only where another one works: customers need not know what a port is.
    let services = down.iter().map(|(service, _)| {
        let name = &texts.words.protocol(service.endpoint.protocol).in_sentence;
        match instead(service) {
            Some(_) => words.at.fill(|value| match value {
                ServiceAtValue::Service => name.clone(),
                ServiceAtValue::Address => address(texts, &service.endpoint),
            }),
            None => name.clone(),
        }
    });
    let services = texts.words.list(services);
    let text = words.text.fill(|ServicesValue::Services| &services);
    let instead = down.iter().filter_map(|(service, _)| instead(service));
    let instead: Vec<_> = instead
        .map(|service| address(texts, &service.endpoint))
        .collect();
    let instead = (!instead.is_empty()).then(|| {
        let instead = texts.words.list(&instead);
        words.instead.fill(|InsteadValue::Instead| &instead)
    });
    let advice = [Some(words.advice.clone()), instead];
    let advice: Vec<_> = advice.into_iter().flatten().collect();
    Some(Trouble {
        heading,
        text,
        advice: Some(advice.join(" ")),
    })
}

/// What is said first to customers of a group that works again since this time.
pub fn recovery(
    times: Times<'_>,
    texts: &Texts,
    of: (&Record, &Group),
    since: UtcDateTime,
) -> Trouble {
    let words = &texts.status.outage;
    Trouble {
        heading: heading(times, texts, of, &words.over, since),
        text: words.over_text.clone(),
        advice: None,
    }
}

fn heading(
    times: Times<'_>,
    texts: &Texts,
    (record, group): (&Record, &Group),
    sentence: &Template<ProviderTimeValue>,
    since: UtcDateTime,
) -> Said {
    let provider = match record.groups.len() {
        1 => record.name.clone(),
        _ => texts
            .status
            .outage
            .provider_group
            .fill(|value| match value {
                ProviderGroupValue::Provider => &record.name,
                ProviderGroupValue::Group => group.name.in_language(&texts.language),
            }),
    };
    Said::fill(sentence, |value| match value {
        ProviderTimeValue::Provider => Part::Text(provider.clone()),
        ProviderTimeValue::Time => times.clock(since),
    })
}

/// What is added to what a test of a customer has found, where the checks of the site find it, too. It says how long and
/// not since when: a result is a text, and the time zone of the customer is not known here.
pub fn checks_see(times: Times<'_>, since: UtcDateTime) -> String {
    let length = times.now() - since;
    let length = times.length(length.try_into().unwrap_or_default());
    let words = &times.words().test.checks;
    words.fill(|LengthValue::Length| &length)
}

/// How often each server is checked.
pub fn interval(texts: &Texts, every: std::time::Duration) -> String {
    let words = &texts.status.page;
    let number = |number: u64| number.to_string();
    match every.as_secs() {
        0..60 => words.often.clone(),
        60..120 => words.every_minute.clone(),
        seconds @ 120..7200 => words
            .every_minutes
            .fill(|NumberValue::Number| number(seconds / 60)),
        seconds => words
            .every_hours
            .fill(|NumberValue::Number| number(seconds / 3600)),
    }
}
