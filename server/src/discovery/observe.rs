//! What a domain publishes in each place: also that there is nothing, and that nobody knows.
//!
//! [`discover`](super::discover) looks for settings to believe; this looks at what mail programs find, whether it is
//! to be believed or not.

use std::io::ErrorKind;

use app::published::{Answer, AskPublished, Observation, Source};
use app::record::{Address, Domain, HttpsUrl};
use app::setup::read::srv::from_records;
use app::setup::read::{Format, Problem, on_one_line, read_for};
use axum::http::StatusCode;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use probe::Outcome;

use super::fetch::{FetchError, Fetcher};
use super::{autodiscover, mail_exchanger, srv};

/// Words of another side are told up to this length.
const MAX_REASON: usize = 200;

const DNS_SILENT: &str = "the DNS does not answer";

/// Looks at what is published.
#[derive(Clone)]
pub struct Observer {
    fetcher: Fetcher,
    list: HttpsUrl,
}

impl Observer {
    /// `list` is Thunderbird's list of mail providers, or a copy of it.
    pub fn new(fetcher: Fetcher, list: HttpsUrl) -> Self {
        Self {
            fetcher: fetcher.with_plain_http(),
            list,
        }
    }
}

impl AskPublished for Observer {
    fn ask(&self, domain: &Domain) -> BoxFuture<'static, Vec<Observation>> {
        let (observer, domain) = (self.clone(), domain.clone());
        async move { observer.observe(&domain).await }.boxed()
    }
}

impl Observer {
    /// Every place at once, and where no program finds a file for the domain itself, those of the company that takes
    /// its mail.
    async fn observe(&self, domain: &Domain) -> Vec<Observation> {
        let path = format!("autoconfig.{domain}/mail/config-v1.1.xml");
        let own = join_all([
            self.file(Source::Autoconfig, format!("https://{path}"))
                .boxed(),
            self.file(
                Source::WellKnown,
                format!("https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"),
            )
            .boxed(),
            self.file(Source::PlainAutoconfig, format!("http://{path}"))
                .boxed(),
            self.listed(Source::Ispdb, domain).boxed(),
            self.autodiscover(domain).boxed(),
            self.srv(domain).boxed(),
        ]);
        let (mut observations, mx) =
            futures_util::future::join(own, self.mail_companies(domain)).await;
        let known = |observation: &Observation| matches!(observation.answer, Answer::Found(_));
        if observations.iter().take(4).any(known) {
            return observations;
        }
        let Some(companies) = mx else {
            observations.extend([Source::MxAutoconfig, Source::MxIspdb].map(|source| {
                let answer = Answer::Unreachable(DNS_SILENT.to_owned());
                Observation { source, answer }
            }));
            return observations;
        };
        for company in companies {
            let url = format!("https://autoconfig.{company}/mail/config-v1.1.xml");
            let both = join_all([
                self.file(Source::MxAutoconfig, url).boxed(),
                self.listed(Source::MxIspdb, &company).boxed(),
            ])
            .await;
            let found = both.iter().any(known);
            // Of several names of a company the first that is known counts.
            observations.retain(|one| both.iter().all(|other| other.source != one.source));
            observations.extend(both);
            if found {
                break;
            }
        }
        observations
    }

    /// An autoconfig file.
    async fn file(&self, source: Source, url: String) -> Observation {
        let answer = match self.fetcher.fetch(&url, None).await {
            Ok(fetched) => answer(&fetched.body, None, Format::Autoconfig, "<clientConfig"),
            Err(error) => failure(&error),
        };
        Observation { source, answer }
    }

    /// What Thunderbird's list has for a domain.
    async fn listed(&self, source: Source, domain: &Domain) -> Observation {
        let url = format!("{}/{domain}", self.list.as_str().trim_end_matches('/'));
        self.file(source, url).await
    }

    /// The hosts that Outlook asks, in its order; the first that has something counts.
    async fn autodiscover(&self, domain: &Domain) -> Observation {
        let hosts = [domain.to_string(), format!("autodiscover.{domain}")];
        let asking = hosts.map(|host| self.autodiscover_at(host, domain));
        let mut answers = join_all(asking).await;
        // A host that does not answer keeps no program from the next one.
        if !answers.iter().any(is_found) {
            answers.push(self.autodiscover_elsewhere(domain).await);
        }
        let answer = telling(answers);
        Observation {
            source: Source::Autodiscover,
            answer,
        }
    }

    async fn autodiscover_at(&self, host: String, domain: &Domain) -> Answer {
        let url = format!("https://{host}/autodiscover/autodiscover.xml");
        let request = autodiscover::request(domain);
        match self.fetcher.fetch(&url, Some(&request)).await {
            Ok(fetched) => autodiscovered(&fetched.body, autodiscover::nobody(domain).as_ref()),
            Err(error) => failure(&error),
        }
    }

    /// At the host that the DNS names for it.
    async fn autodiscover_elsewhere(&self, domain: &Domain) -> Answer {
        let name = format!("_autodiscover._tcp.{domain}");
        let Some(locations) = self.fetcher.probe().service_locations(&name).await else {
            return Answer::Unreachable(DNS_SILENT.to_owned());
        };
        let offered = locations
            .into_iter()
            .filter(|location| location.target != ".");
        match offered.min_by_key(|location| location.priority) {
            None => Answer::Absent,
            Some(location) => {
                let host = format!("{}:{}", location.target, location.port);
                self.autodiscover_at(host, domain).await
            }
        }
    }

    async fn srv(&self, domain: &Domain) -> Observation {
        let (records, silent) = srv::records(&self.fetcher, domain).await;
        let answer = match (records.is_empty(), !silent.is_empty()) {
            // Half of the answer would be compared as if it were all of it.
            (_, true) => Answer::Unreachable(DNS_SILENT.to_owned()),
            (true, false) => Answer::Absent,
            (false, false) => Answer::Found(from_records(Some(domain.clone()), records)),
        };
        Observation {
            source: Source::Srv,
            answer,
        }
    }

    /// The names of the company that takes the mail of a domain; `None` when the DNS does not answer.
    async fn mail_companies(&self, domain: &Domain) -> Option<Vec<Domain>> {
        let hosts = self
            .fetcher
            .probe()
            .mail_exchangers(domain.as_str())
            .await?;
        let first = hosts.first();
        Some(first.map_or_else(Vec::new, |host| mail_exchanger::of_host(host, domain)))
    }
}

/// What a file says. A web server that has one page for every address has no settings; a file that begins well and
/// cannot be read is one that programs cannot read.
fn answer(body: &[u8], asked: Option<&Address>, format: Format, begins: &str) -> Answer {
    match read_for(body, asked) {
        Ok((found_format, found)) if found_format == format => Answer::Found(found),
        Ok(_) => Answer::Absent,
        Err(problem) if String::from_utf8_lossy(body).contains(begins) => {
            Answer::Unreadable(Problem {
                message: reason(&problem.message),
                ..problem
            })
        }
        Err(_) => Answer::Absent,
    }
}

/// What an answer of Autodiscover says. An error there is the way to say that there are no settings.
fn autodiscovered(body: &[u8], asked: Option<&Address>) -> Answer {
    let text = String::from_utf8_lossy(body);
    match answer(body, asked, Format::Autodiscover, "<Autodiscover") {
        Answer::Unreadable(problem) if text.contains("<Redirect") => {
            Answer::Unreachable(problem.message)
        }
        Answer::Unreadable(_) if text.contains("<ErrorCode") => Answer::Absent,
        other => other,
    }
}

fn is_found(answer: &Answer) -> bool {
    matches!(answer, Answer::Found(_))
}

/// The answer of several places of which a program takes the first that has settings.
fn telling(answers: Vec<Answer>) -> Answer {
    let rank = |answer: &Answer| match answer {
        Answer::Found(_) => 0,
        Answer::Unreadable(_) => 1,
        Answer::Unreachable(_) => 2,
        Answer::Absent => 3,
    };
    let best = answers.into_iter().min_by_key(rank);
    best.unwrap_or(Answer::Absent)
}

/// Whether a failure means that there is nothing, or that nobody knows. Programs see the first as well; the second may
/// be the fault of this machine, or of a moment.
fn failure(error: &FetchError) -> Answer {
    let nothing = match error {
        FetchError::NoConnection { outcome, .. } => matches!(
            outcome,
            Outcome::NameNotFound | Outcome::NoAddress | Outcome::ConnectionRefused
        ),
        // The certificate, or TLS itself, is refused by every program in the same way.
        FetchError::Tls { cause, .. } => cause.kind() == ErrorKind::InvalidData,
        FetchError::Status(status) => {
            !status.is_server_error() && *status != StatusCode::TOO_MANY_REQUESTS
        }
        // No settings are as long as that.
        FetchError::BadUrl(_) | FetchError::TooLarge => true,
        _ => false,
    };
    match nothing {
        true => Answer::Absent,
        false => Answer::Unreachable(reason(&error.to_string())),
    }
}

/// Words of another side on one line, and not too many.
fn reason(text: &str) -> String {
    on_one_line(text, MAX_REASON).unwrap_or_default()
}
