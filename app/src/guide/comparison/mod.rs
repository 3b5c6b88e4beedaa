//! Compares the settings that a program shows with the documented ones, line by line.

mod entered;
mod incoming;

use probe::{Protocol, Security};
use strum::{IntoStaticStr, VariantArray};

use crate::record::{Group, LocalizedText, Service, SignInMethod, UserNameForm, Wrong};

pub(in crate::guide) use entered::codes;
pub use entered::{
    Choice, EnteredCopies, EnteredSecurity, EnteredSettings, EnteredSignIn, EnteredUser, Kind,
};
pub use incoming::{Incoming, KnownBy, incoming};

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which setting it is about.
    pub setting: Setting,
    /// What was typed, if anything.
    pub entered: String,
    /// Whether that is right.
    pub verdict: Verdict,
}

/// A setting, by the name under which its words are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are those of the form")]
pub enum Setting {
    InHost,
    InPort,
    InSecurity,
    InSignIn,
    User,
    OutHost,
    OutPort,
    OutSecurity,
    OutSignIn,
    Copies,
}

/// Whether a value is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Right,
    /// It was not entered.
    NotEntered,
    /// It is not.
    Wrong {
        /// What to put instead.
        put: Correction,
        /// Why.
        why: Explanation,
        /// The card that tells how.
        card: Fix,
    },
}

/// What to put instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Correction {
    /// This text.
    Text(String),
    /// This kind of protection.
    Security(Security),
    /// The words of this choice.
    Choice(&'static str),
}

/// Why a value is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// The record says it.
    Record(LocalizedText),
    /// One of the usual reasons.
    Reason(Reason),
}

/// The usual reasons why a value is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
#[allow(missing_docs, reason = "their words stand under the same names")]
pub enum Reason {
    OtherServer,
    UnknownServer,
    NoNumber,
    UnknownPort,
    NotEncrypted,
    WrongPair,
    UserIncomplete,
    UserTooLong,
    EncryptedPassword,
    Oauth,
    OwnSignInPage,
    NoSignIn,
    CopiesRemoved,
}

/// The cards that mend a wrong value, by their slugs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
#[allow(missing_docs, reason = "the cards say what they are about")]
pub enum Fix {
    ServerNames,
    SecurityAndPort,
    FullUserName,
    NormalPassword,
    BrowserSignIn,
    SignInToSend,
    LeaveCopies,
}

/// Judges every value; what was not told is [`Verdict::NotEntered`].
pub fn compare(group: &Group, entered: &EnteredSettings) -> Vec<Line> {
    let incoming = incoming(group, entered).protocol;
    let mut lines = Vec::new();
    let mut line = |setting, entered: &str, verdict| {
        lines.push(Line {
            setting,
            entered: entered.to_owned(),
            verdict,
        });
    };
    let (host, port) = (entered.in_host.trim(), entered.in_port.trim());
    line(Setting::InHost, host, judge_host(group, incoming, host));
    line(Setting::InPort, port, judge_port(group, incoming, port));
    let security = judge_security(group, incoming, port, entered.in_security);
    line(Setting::InSecurity, "", security);
    line(Setting::User, "", judge_user(group, entered.user));
    let sign_in = judge_sign_in(group, entered.in_sign_in, Fix::NormalPassword);
    line(Setting::InSignIn, "", sign_in);
    if incoming == Protocol::Pop3 {
        line(Setting::Copies, "", judge_copies(entered.copies));
    }
    let (host, port) = (entered.out_host.trim(), entered.out_port.trim());
    let smtp = Protocol::Smtp;
    line(Setting::OutHost, host, judge_host(group, smtp, host));
    line(Setting::OutPort, port, judge_port(group, smtp, port));
    let security = judge_security(group, smtp, port, entered.out_security);
    line(Setting::OutSecurity, "", security);
    let sign_in = judge_sign_in(group, entered.out_sign_in, Fix::SignInToSend);
    line(Setting::OutSignIn, "", sign_in);
    lines
}

fn judge_host(group: &Group, protocol: Protocol, typed: &str) -> Verdict {
    if typed.is_empty() {
        return Verdict::NotEntered;
    }
    let Some(right) = group.recommended(protocol) else {
        return Verdict::NotEntered;
    };
    let same = |host: &probe::HostName| {
        let typed = typed.strip_suffix('.').unwrap_or(typed);
        host.as_str().eq_ignore_ascii_case(typed)
    };
    let mut services = group.services.iter();
    if services.any(|s| s.endpoint.protocol == protocol && same(&s.endpoint.host)) {
        return Verdict::Right;
    }
    let known = group.wrong.iter().find(|value| match &value.wrong {
        Wrong::Host(host) => same(host),
        Wrong::Port { .. } => false,
    });
    let other = group.services.iter().any(|s| same(&s.endpoint.host));
    let why = match known {
        Some(known) => Explanation::Record(known.why.clone()),
        None if other => Explanation::Reason(Reason::OtherServer),
        None => Explanation::Reason(Reason::UnknownServer),
    };
    Verdict::Wrong {
        put: Correction::Text(right.endpoint.host.to_string()),
        why,
        card: Fix::ServerNames,
    }
}

fn judge_port(group: &Group, protocol: Protocol, typed: &str) -> Verdict {
    if typed.is_empty() {
        return Verdict::NotEntered;
    }
    let Some(right) = group.recommended(protocol) else {
        return Verdict::NotEntered;
    };
    let wrong = |why| Verdict::Wrong {
        put: Correction::Text(right.endpoint.port.to_string()),
        why,
        card: Fix::SecurityAndPort,
    };
    let Ok(number) = typed.parse::<u16>() else {
        return wrong(Explanation::Reason(Reason::NoNumber));
    };
    if on_port(group, protocol, number).is_some() {
        return Verdict::Right;
    }
    let known = group.wrong.iter().find(|value| match &value.wrong {
        Wrong::Port { protocol: p, port } => *p == protocol && port.get() == number,
        Wrong::Host(_) => false,
    });
    wrong(
        known.map_or(Explanation::Reason(Reason::UnknownPort), |known| {
            Explanation::Record(known.why.clone())
        }),
    )
}

/// Security and port belong together: the right one depends on the port that was typed.
fn judge_security(
    group: &Group,
    protocol: Protocol,
    port: &str,
    entered: EnteredSecurity,
) -> Verdict {
    let typed = port.parse().ok();
    let on_port = typed.and_then(|port| on_port(group, protocol, port));
    let Some(service) = on_port.or_else(|| group.recommended(protocol)) else {
        return Verdict::NotEntered;
    };
    let right = service.endpoint.security;
    let why = match (entered, right) {
        (EnteredSecurity::Unknown, _) => return Verdict::NotEntered,
        (EnteredSecurity::Box, Security::Tls | Security::Starttls)
        | (EnteredSecurity::Tls, Security::Tls)
        | (EnteredSecurity::Starttls, Security::Starttls)
        | (EnteredSecurity::None, Security::None) => return Verdict::Right,
        (EnteredSecurity::None, _) => Reason::NotEncrypted,
        _ => Reason::WrongPair,
    };
    Verdict::Wrong {
        put: Correction::Security(right),
        why: Explanation::Reason(why),
        card: Fix::SecurityAndPort,
    }
}

fn judge_user(group: &Group, entered: EnteredUser) -> Verdict {
    let form = group.user_name.form;
    let (put, why) = match (entered, form) {
        (EnteredUser::Unknown, _) => return Verdict::NotEntered,
        (EnteredUser::Whole, UserNameForm::FullAddress)
        | (EnteredUser::Local, UserNameForm::LocalPart) => return Verdict::Right,
        (_, UserNameForm::FullAddress) => (EnteredUser::Whole, Reason::UserIncomplete),
        (_, UserNameForm::LocalPart) => (EnteredUser::Local, Reason::UserTooLong),
    };
    Verdict::Wrong {
        put: Correction::Choice(put.code()),
        why: Explanation::Reason(why),
        card: Fix::FullUserName,
    }
}

fn judge_sign_in(group: &Group, entered: EnteredSignIn, card_for_none: Fix) -> Verdict {
    let right = match group.sign_in.method {
        SignInMethod::Password => EnteredSignIn::Normal,
        SignInMethod::OAuth2 => EnteredSignIn::Oauth,
    };
    let (why, card) = match (entered, group.sign_in.method) {
        (EnteredSignIn::Unknown, _) => return Verdict::NotEntered,
        (entered, _) if entered == right => return Verdict::Right,
        (_, SignInMethod::OAuth2) => (Reason::OwnSignInPage, Fix::BrowserSignIn),
        (EnteredSignIn::Oauth, _) => (Reason::Oauth, Fix::NormalPassword),
        (EnteredSignIn::None, _) => (Reason::NoSignIn, card_for_none),
        (EnteredSignIn::Normal | EnteredSignIn::Encrypted, _) => {
            (Reason::EncryptedPassword, Fix::NormalPassword)
        }
    };
    Verdict::Wrong {
        put: Correction::Choice(right.code()),
        why: Explanation::Reason(why),
        card,
    }
}

fn judge_copies(entered: EnteredCopies) -> Verdict {
    match entered {
        EnteredCopies::Unknown => Verdict::NotEntered,
        EnteredCopies::Left => Verdict::Right,
        EnteredCopies::Removed => Verdict::Wrong {
            put: Correction::Choice(EnteredCopies::Left.code()),
            why: Explanation::Reason(Reason::CopiesRemoved),
            card: Fix::LeaveCopies,
        },
    }
}

fn on_port(group: &Group, protocol: Protocol, port: u16) -> Option<&Service> {
    let mut services = group.services.iter();
    services.find(|s| s.endpoint.protocol == protocol && s.endpoint.port.get() == port)
}

#[cfg(test)]
mod tests;
