//! What is right and what is wrong, for the provider that the program carries.

use std::sync::Arc;

use super::*;
use crate::record::{self, Catalogue, Record};

type Change = fn(&mut EnteredSettings);

fn record() -> Arc<Record> {
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
            s.in_security = EnteredSecurity::Tls;
        }),
        (Setting::InSecurity, |s| {
            s.in_security = EnteredSecurity::Box;
        }),
        (Setting::User, |s| s.user = EnteredUser::Whole),
        (Setting::InSignIn, |s| s.in_sign_in = EnteredSignIn::Normal),
        (Setting::OutHost, |s| {
            s.out_host = "smtp.centurylink.net".into();
        }),
        (Setting::OutPort, |s| s.out_port = "587".into()),
        (Setting::OutSecurity, |s| {
            s.out_port = "587".into();
            s.out_security = EnteredSecurity::Starttls;
        }),
        (Setting::OutSecurity, |s| {
            s.out_port = "465".into();
            s.out_security = EnteredSecurity::Tls;
        }),
        (Setting::OutSignIn, |s| {
            s.out_sign_in = EnteredSignIn::Normal;
        }),
        (Setting::Copies, |s| {
            s.kind = Kind::Pop;
            s.copies = EnteredCopies::Left;
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
            |s| s.in_security = EnteredSecurity::None,
            "Tls",
        ),
        (Setting::User, |s| s.user = EnteredUser::Local, "whole"),
        (
            Setting::InSignIn,
            |s| s.in_sign_in = EnteredSignIn::Encrypted,
            "normal",
        ),
        (
            Setting::InSignIn,
            |s| s.in_sign_in = EnteredSignIn::Oauth,
            "normal",
        ),
        (Setting::OutPort, |s| s.out_port = "25".into(), "587"),
        (
            Setting::OutSecurity,
            |s| {
                s.out_port = "587".into();
                s.out_security = EnteredSecurity::Tls;
            },
            "Starttls",
        ),
        (
            Setting::OutSecurity,
            |s| {
                s.out_port = "465".into();
                s.out_security = EnteredSecurity::Starttls;
            },
            "Tls",
        ),
        (
            Setting::OutSignIn,
            |s| s.out_sign_in = EnteredSignIn::None,
            "normal",
        ),
        (
            Setting::Copies,
            |s| {
                s.kind = Kind::Pop;
                s.copies = EnteredCopies::Removed;
            },
            "left",
        ),
    ];
    for (setting, change, expected) in wrong {
        let Verdict::Wrong { put, .. } = judge(group, setting, change) else {
            panic!("{setting:?} with {expected} is not wrong");
        };
        let put = match put {
            Correction::Text(text) => text,
            Correction::Security(security) => format!("{security:?}"),
            Correction::Choice(name) => name.to_owned(),
        };
        assert_eq!(put, expected, "{setting:?}");
    }
}

#[test]
fn where_only_the_own_page_signs_in_a_password_is_wrong() {
    let text = include_str!("../../../records/centurylink.toml");
    let text = text.replace("method = \"password\"", "method = \"oauth2\"");
    let record = crate::record::parse(&text, "record.toml").unwrap();
    let group = &record.groups[0];
    let right: Change = |s| s.in_sign_in = EnteredSignIn::Oauth;
    assert_eq!(judge(group, Setting::InSignIn, right), Verdict::Right);
    let wrong: [(Setting, Change); 3] = [
        (Setting::InSignIn, |s| s.in_sign_in = EnteredSignIn::Normal),
        (Setting::InSignIn, |s| s.in_sign_in = EnteredSignIn::None),
        (Setting::OutSignIn, |s| s.out_sign_in = EnteredSignIn::None),
    ];
    for (setting, change) in wrong {
        let expected = Verdict::Wrong {
            put: Correction::Choice("oauth"),
            why: Explanation::Reason(Reason::OwnSignInPage),
            card: Fix::BrowserSignIn,
        };
        assert_eq!(judge(group, setting, change), expected, "{setting:?}");
    }
}

#[test]
fn what_was_left_out_is_not_judged() {
    let record = record();
    let lines = compare(&record.groups[0], &EnteredSettings::default());
    assert!(lines.iter().all(|line| line.verdict == Verdict::NotEntered));
}

fn judge(group: &Group, setting: Setting, change: Change) -> Verdict {
    let mut entered = EnteredSettings::default();
    change(&mut entered);
    let mut lines = compare(group, &entered).into_iter();
    lines.find(|line| line.setting == setting).unwrap().verdict
}

#[test]
fn the_kind_of_account_is_told_by_what_was_typed() {
    let record = record();
    let cases: [(usize, Change, Protocol, KnownBy); 12] = [
        (0, |_| {}, Protocol::Imap, KnownBy::Nothing),
        (1, |_| {}, Protocol::Pop3, KnownBy::Nothing),
        (
            0,
            |s| s.in_host = " POP.centurylink.net. ".into(),
            Protocol::Pop3,
            KnownBy::Values,
        ),
        (
            0,
            |s| s.in_host = "pop.embarqmail.com".into(),
            Protocol::Pop3,
            KnownBy::Values,
        ),
        (
            0,
            |s| s.in_host = "mail.q.com".into(),
            Protocol::Imap,
            KnownBy::Values,
        ),
        (
            0,
            |s| s.in_port = "995".into(),
            Protocol::Pop3,
            KnownBy::Values,
        ),
        (
            0,
            |s| s.in_port = " 110 ".into(),
            Protocol::Pop3,
            KnownBy::Values,
        ),
        (
            0,
            |s| s.in_port = "143".into(),
            Protocol::Imap,
            KnownBy::Values,
        ),
        (
            0,
            |s| s.in_port = "25".into(),
            Protocol::Imap,
            KnownBy::Nothing,
        ),
        (
            0,
            |s| s.in_host = "smtp.centurylink.net".into(),
            Protocol::Imap,
            KnownBy::Nothing,
        ),
        (
            0,
            |s| {
                s.in_host = "mail.centurylink.net".into();
                s.in_port = "995".into();
            },
            Protocol::Imap,
            KnownBy::Values,
        ),
        (
            0,
            |s| {
                s.kind = Kind::Pop;
                s.in_port = "993".into();
            },
            Protocol::Pop3,
            KnownBy::Choice,
        ),
    ];
    for (position, (group, change, protocol, known_by)) in cases.into_iter().enumerate() {
        let mut entered = EnteredSettings::default();
        change(&mut entered);
        let found = incoming(&record.groups[group], &entered);
        let expected = Incoming { protocol, known_by };
        assert_eq!(found, expected, "case {position}");
    }
}
