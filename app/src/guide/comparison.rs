//! Compares the settings that a program shows with the documented ones, line by line.

use probe::{Protocol, Security};
use serde::Deserialize;

use crate::record::{Group, Service, UserNameForm, Wrong};

/// What the customer's program shows. What was left open is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// The domain of the address.
    pub domain: String,
    /// The kind of account.
    pub kind: Kind,
    /// The server for incoming mail.
    pub in_host: String,
    /// Its port.
    pub in_port: String,
    /// How it is protected.
    pub in_security: ShownSecurity,
    /// How the program signs in to it.
    pub in_sign_in: ShownSignIn,
    /// The user name.
    pub user: ShownUser,
    /// The server for outgoing mail.
    pub out_host: String,
    /// Its port.
    pub out_port: String,
    /// How it is protected.
    pub out_security: ShownSecurity,
    /// How the program signs in to it.
    pub out_sign_in: ShownSignIn,
    /// Whether a POP account leaves messages on the server.
    pub copies: ShownCopies,
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
        pub enum $name {
            $($(#[$case_doc])* #[serde(rename = $text)] $case,)+
        }

        impl $name {
            /// Every choice, in the order in which they are offered.
            pub const ALL: &[Self] = &[$(Self::$case,)+];

            /// The name in forms and content files.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$case => $text,)+
                }
            }
        }
    };
}

choice! {
    /// The kind of account for incoming mail.
    Kind {
        /// IMAP.
        #[default]
        Imap = "imap",
        /// POP.
        Pop = "pop",
    }
}

choice! {
    /// How a program says that a connection is protected.
    ShownSecurity {
        /// Not told.
        #[default]
        Unknown = "unknown",
        /// TLS from the first byte on.
        Tls = "tls",
        /// STARTTLS.
        Starttls = "starttls",
        /// A box that is ticked and does not say which of the two.
        Box = "box",
        /// Nothing.
        None = "none",
    }
}

choice! {
    /// What a program uses as user name.
    ShownUser {
        /// Not told.
        #[default]
        Unknown = "unknown",
        /// The whole address.
        Whole = "whole",
        /// Only what stands before the @.
        Local = "local",
        /// Something else.
        Other = "other",
    }
}

choice! {
    /// How a program signs in.
    ShownSignIn {
        /// Not told.
        #[default]
        Unknown = "unknown",
        /// With the password as it is.
        Normal = "normal",
        /// With a password that the program encrypts, such as SPA or CRAM-MD5.
        Encrypted = "encrypted",
        /// OAuth2.
        Oauth = "oauth",
        /// Not at all.
        None = "none",
    }
}

choice! {
    /// Whether a POP account leaves messages on the server.
    ShownCopies {
        /// Not told.
        #[default]
        Unknown = "unknown",
        /// It does.
        Left = "left",
        /// It does not.
        Removed = "removed",
    }
}

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which setting it is about.
    pub setting: Setting,
    /// What the program shows, where it was typed.
    pub shown: String,
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
    /// It was not told.
    Open,
    /// It is not.
    Wrong {
        /// What to put instead.
        put: Put,
        /// Why.
        why: Why,
        /// The slug of the card that tells how.
        card: &'static str,
    },
}

/// What to put instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// This text.
    Text(String),
    /// This kind of protection.
    Security(Security),
    /// The words for it are kept under this name.
    Words(&'static str),
}

/// Why a value is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The record says it.
    Record(String),
    /// The words for it are kept under this name.
    Words(&'static str),
}

/// Judges every value; what was not told is [`Verdict::Open`].
pub fn compare(group: &Group, shown: &Shown) -> Vec<Line> {
    let incoming = match shown.kind {
        Kind::Imap => Protocol::Imap,
        Kind::Pop => Protocol::Pop3,
    };
    let mut lines = Vec::new();
    let mut line = |setting, shown: &str, verdict| {
        lines.push(Line {
            setting,
            shown: shown.to_owned(),
            verdict,
        });
    };
    let (host, port) = (shown.in_host.trim(), shown.in_port.trim());
    line(Setting::InHost, host, judge_host(group, incoming, host));
    line(Setting::InPort, port, judge_port(group, incoming, port));
    let security = judge_security(group, incoming, port, shown.in_security);
    line(Setting::InSecurity, "", security);
    line(Setting::User, "", judge_user(group, shown.user));
    let sign_in = judge_sign_in(shown.in_sign_in, "normal-password");
    line(Setting::InSignIn, "", sign_in);
    if shown.kind == Kind::Pop {
        line(Setting::Copies, "", judge_copies(shown.copies));
    }
    let (host, port) = (shown.out_host.trim(), shown.out_port.trim());
    let smtp = Protocol::Smtp;
    line(Setting::OutHost, host, judge_host(group, smtp, host));
    line(Setting::OutPort, port, judge_port(group, smtp, port));
    let security = judge_security(group, smtp, port, shown.out_security);
    line(Setting::OutSecurity, "", security);
    let sign_in = judge_sign_in(shown.out_sign_in, "sign-in-to-send");
    line(Setting::OutSignIn, "", sign_in);
    lines
}

fn judge_host(group: &Group, protocol: Protocol, typed: &str) -> Verdict {
    if typed.is_empty() {
        return Verdict::Open;
    }
    let Some(right) = group.recommended(protocol) else {
        return Verdict::Open;
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
        Some(known) => Why::Record(known.why.clone()),
        None if other => Why::Words("other-server"),
        None => Why::Words("unknown-server"),
    };
    Verdict::Wrong {
        put: Put::Text(right.endpoint.host.to_string()),
        why,
        card: "server-names",
    }
}

fn judge_port(group: &Group, protocol: Protocol, typed: &str) -> Verdict {
    if typed.is_empty() {
        return Verdict::Open;
    }
    let Some(right) = group.recommended(protocol) else {
        return Verdict::Open;
    };
    let wrong = |why| Verdict::Wrong {
        put: Put::Text(right.endpoint.port.to_string()),
        why,
        card: "security-and-port",
    };
    let Ok(number) = typed.parse::<u16>() else {
        return wrong(Why::Words("no-number"));
    };
    if on_port(group, protocol, number).is_some() {
        return Verdict::Right;
    }
    let known = group.wrong.iter().find(|value| match &value.wrong {
        Wrong::Port { protocol: p, port } => *p == protocol && port.get() == number,
        Wrong::Host(_) => false,
    });
    wrong(known.map_or(Why::Words("unknown-port"), |known| {
        Why::Record(known.why.clone())
    }))
}

/// Security and port belong together: the right one depends on the port that was typed.
fn judge_security(group: &Group, protocol: Protocol, port: &str, shown: ShownSecurity) -> Verdict {
    let typed = port.parse().ok();
    let on_port = typed.and_then(|port| on_port(group, protocol, port));
    let Some(service) = on_port.or_else(|| group.recommended(protocol)) else {
        return Verdict::Open;
    };
    let right = service.endpoint.security;
    let why = match (shown, right) {
        (ShownSecurity::Unknown, _) => return Verdict::Open,
        (ShownSecurity::Box, Security::Tls | Security::Starttls)
        | (ShownSecurity::Tls, Security::Tls)
        | (ShownSecurity::Starttls, Security::Starttls)
        | (ShownSecurity::None, Security::None) => return Verdict::Right,
        (ShownSecurity::None, _) => "not-encrypted",
        _ => "wrong-pair",
    };
    Verdict::Wrong {
        put: Put::Security(right),
        why: Why::Words(why),
        card: "security-and-port",
    }
}

fn judge_user(group: &Group, shown: ShownUser) -> Verdict {
    let form = group.user_name.form;
    let (put, why) = match (shown, form) {
        (ShownUser::Unknown, _) => return Verdict::Open,
        (ShownUser::Whole, UserNameForm::FullAddress)
        | (ShownUser::Local, UserNameForm::LocalPart) => return Verdict::Right,
        (_, UserNameForm::FullAddress) => ("whole", "user-incomplete"),
        (_, UserNameForm::LocalPart) => ("local", "user-too-long"),
    };
    Verdict::Wrong {
        put: Put::Words(put),
        why: Why::Words(why),
        card: "full-user-name",
    }
}

fn judge_sign_in(shown: ShownSignIn, card_for_none: &'static str) -> Verdict {
    let (why, card) = match shown {
        ShownSignIn::Unknown => return Verdict::Open,
        ShownSignIn::Normal => return Verdict::Right,
        ShownSignIn::Encrypted => ("encrypted-password", "normal-password"),
        ShownSignIn::Oauth => ("oauth", "normal-password"),
        ShownSignIn::None => ("no-sign-in", card_for_none),
    };
    Verdict::Wrong {
        put: Put::Words("normal"),
        why: Why::Words(why),
        card,
    }
}

fn judge_copies(shown: ShownCopies) -> Verdict {
    match shown {
        ShownCopies::Unknown => Verdict::Open,
        ShownCopies::Left => Verdict::Right,
        ShownCopies::Removed => Verdict::Wrong {
            put: Put::Words("left"),
            why: Why::Words("copies-removed"),
            card: "leave-copies",
        },
    }
}

fn on_port(group: &Group, protocol: Protocol, port: u16) -> Option<&Service> {
    let mut services = group.services.iter();
    services.find(|s| s.endpoint.protocol == protocol && s.endpoint.port.get() == port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{self, Catalogue, Record};

    type Change = fn(&mut Shown);

    fn record() -> Record {
        let built_in = [record::built_in()];
        Catalogue::read(&built_in, false).unwrap().records.remove(0)
    }

    #[test]
    fn every_value_is_judged_by_itself() {
        let record = record();
        let group = &record.groups[0];
        let right: [(Setting, Change); 12] = [
            (Setting::InHost, |s| {
                s.in_host = " Mail.CenturyLink.net. ".into();
            }),
            (Setting::InPort, |s| s.in_port = " 993".into()),
            (Setting::InSecurity, |s| {
                s.in_port = "993".into();
                s.in_security = ShownSecurity::Tls;
            }),
            (Setting::InSecurity, |s| s.in_security = ShownSecurity::Box),
            (Setting::User, |s| s.user = ShownUser::Whole),
            (Setting::InSignIn, |s| s.in_sign_in = ShownSignIn::Normal),
            (Setting::OutHost, |s| {
                s.out_host = "smtp.centurylink.net".into();
            }),
            (Setting::OutPort, |s| s.out_port = "587".into()),
            (Setting::OutSecurity, |s| {
                s.out_port = "587".into();
                s.out_security = ShownSecurity::Starttls;
            }),
            (Setting::OutSecurity, |s| {
                s.out_port = "465".into();
                s.out_security = ShownSecurity::Tls;
            }),
            (Setting::OutSignIn, |s| s.out_sign_in = ShownSignIn::Normal),
            (Setting::Copies, |s| {
                s.kind = Kind::Pop;
                s.copies = ShownCopies::Left;
            }),
        ];
        for (setting, change) in right {
            assert_eq!(judge(group, setting, change), Verdict::Right, "{setting:?}");
        }
        let wrong: [(Setting, Change, &str); 14] = [
            (
                Setting::InHost,
                |s| s.in_host = "imap.centurylink.net".into(),
                "mail.centurylink.net",
            ),
            (
                Setting::InHost,
                |s| s.in_host = "smtp.centurylink.net".into(),
                "mail.centurylink.net",
            ),
            (
                Setting::InHost,
                |s| s.in_host = "<b>".into(),
                "mail.centurylink.net",
            ),
            (Setting::InPort, |s| s.in_port = "143".into(), "993"),
            (Setting::InPort, |s| s.in_port = "99999".into(), "993"),
            (
                Setting::InSecurity,
                |s| s.in_security = ShownSecurity::None,
                "Tls",
            ),
            (Setting::User, |s| s.user = ShownUser::Local, "whole"),
            (
                Setting::InSignIn,
                |s| s.in_sign_in = ShownSignIn::Encrypted,
                "normal",
            ),
            (
                Setting::InSignIn,
                |s| s.in_sign_in = ShownSignIn::Oauth,
                "normal",
            ),
            (Setting::OutPort, |s| s.out_port = "25".into(), "587"),
            (
                Setting::OutSecurity,
                |s| {
                    s.out_port = "587".into();
                    s.out_security = ShownSecurity::Tls;
                },
                "Starttls",
            ),
            (
                Setting::OutSecurity,
                |s| {
                    s.out_port = "465".into();
                    s.out_security = ShownSecurity::Starttls;
                },
                "Tls",
            ),
            (
                Setting::OutSignIn,
                |s| s.out_sign_in = ShownSignIn::None,
                "normal",
            ),
            (
                Setting::Copies,
                |s| {
                    s.kind = Kind::Pop;
                    s.copies = ShownCopies::Removed;
                },
                "left",
            ),
        ];
        for (setting, change, expected) in wrong {
            let Verdict::Wrong { put, .. } = judge(group, setting, change) else {
                panic!("{setting:?} with {expected} is not wrong");
            };
            let put = match put {
                Put::Text(text) => text,
                Put::Security(security) => format!("{security:?}"),
                Put::Words(name) => name.to_owned(),
            };
            assert_eq!(put, expected, "{setting:?}");
        }
    }

    #[test]
    fn what_was_left_out_is_not_judged() {
        let record = record();
        let lines = compare(&record.groups[0], &Shown::default());
        assert!(lines.iter().all(|line| line.verdict == Verdict::Open));
    }

    fn judge(group: &Group, setting: Setting, change: Change) -> Verdict {
        let mut shown = Shown::default();
        change(&mut shown);
        let mut lines = compare(group, &shown).into_iter();
        lines.find(|line| line.setting == setting).unwrap().verdict
    }
}
