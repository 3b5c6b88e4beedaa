//! What the events of a test add up to.

use super::*;

fn plan() -> TestEvent {
    let service = |name: &str| ServicePlan {
        name: name.into(),
        address: "mail.example.net, port 993".into(),
        sends: Some(name == "SMTP"),
        doing: "Looking".into(),
        steps: 4,
    };
    TestEvent::Plan(Plan {
        services: vec![service("IMAP"), service("SMTP")],
        labels: ResultLabels::default(),
    })
}

fn step(service: usize, next: Option<&str>) -> TestEvent {
    TestEvent::Step {
        service,
        step: StepWords {
            mark: Mark::Good,
            name: "Find the server".into(),
            found: "Found".into(),
            time: "1 ms".into(),
            facts: vec![("Address".into(), "192.0.2.1".into())],
            server_reply: None,
        },
        next: next.map(Into::into),
    }
}

#[test]
fn events_survive_the_wire() {
    let refused = FindingWords {
        mark: Mark::Bad,
        title: "Too many \"tests\"\n".into(),
        explanation: "é".into(),
        advice: String::new(),
        more: Some(More {
            text: "Show me".into(),
            href: "/fix/card/clock".into(),
        }),
    };
    for event in [
        plan(),
        step(1, Some("Connecting")),
        TestEvent::Verdict {
            service: 0,
            mark: Mark::Skipped,
            text: "No".into(),
        },
        TestEvent::Summary {
            mark: Mark::Good,
            findings: vec![refused.clone()],
            password: Some(true),
            code: "IMAP sign-in-refused".into(),
        },
        TestEvent::Refused(refused),
        TestEvent::Done,
    ] {
        let line = serde_json::to_string(&event).unwrap();
        assert!(!line.contains('\n'), "{line}");
        assert_eq!(serde_json::from_str::<TestEvent>(&line).unwrap(), event);
    }
}

#[test]
fn progress_follows_the_events() {
    let mut progress = Progress::default();
    progress.apply(plan());
    assert_eq!(progress.steps(), (0, 8));
    assert_eq!(progress.services[1].text, "Looking");
    progress.apply(step(1, Some("Connecting")));
    assert_eq!(progress.services[1].text, "Connecting");
    assert_eq!(progress.steps(), (1, 8));
    progress.apply(TestEvent::Verdict {
        service: 1,
        mark: Mark::Bad,
        text: "No".into(),
    });
    assert_eq!(progress.steps(), (4, 8));
    assert!(!progress.done);
    progress.apply(TestEvent::Done);
    assert!(progress.done);
}

/// What is said of a test with these marks of its services and of its gravest finding.
fn ended(marks: [Mark; 2], finding: Option<Mark>) -> Progress {
    let mut progress = Progress::default();
    let labels = (0..18).map(|place| place.to_string()).collect();
    let TestEvent::Plan(mut planned) = plan() else {
        panic!("a plan")
    };
    planned.labels = ResultLabels(labels);
    progress.apply(TestEvent::Plan(planned));
    for (service, mark) in marks.into_iter().enumerate() {
        if mark != Mark::Working {
            let text = mark.name().to_owned();
            progress.apply(TestEvent::Verdict {
                service,
                mark,
                text,
            });
        }
    }
    if let Some(mark) = finding {
        let findings = vec![found(mark)];
        progress.apply(TestEvent::Summary {
            mark,
            findings,
            password: None,
            code: String::new(),
        });
        progress.apply(TestEvent::Done);
    }
    progress
}

fn found(mark: Mark) -> FindingWords {
    FindingWords {
        mark,
        title: "Found".into(),
        explanation: String::new(),
        advice: String::new(),
        more: None,
    }
}

#[test]
fn the_verdict_is_that_of_the_gravest() {
    use Mark::{Bad, Good, Notice, Skipped, Working};
    for (marks, finding, verdict, label, receiving, sending, fails) in [
        (
            [Good, Working],
            None,
            Working,
            ResultLabel::Running,
            Good,
            Working,
            None,
        ),
        (
            [Good, Good],
            Some(Good),
            Good,
            ResultLabel::Answers,
            Good,
            Good,
            Some(false),
        ),
        (
            [Good, Bad],
            Some(Bad),
            Bad,
            ResultLabel::Fault,
            Good,
            Bad,
            Some(true),
        ),
        (
            [Notice, Good],
            Some(Notice),
            Notice,
            ResultLabel::Note,
            Notice,
            Good,
            Some(false),
        ),
        (
            [Bad, Skipped],
            Some(Bad),
            Bad,
            ResultLabel::Fault,
            Bad,
            Skipped,
            Some(true),
        ),
        (
            [Skipped, Skipped],
            Some(Skipped),
            Notice,
            ResultLabel::Unfinished,
            Skipped,
            Skipped,
            None,
        ),
    ] {
        let progress = ended(marks, finding);
        let case = format!("{marks:?} {finding:?}");
        assert_eq!(progress.verdict().0, verdict, "{case}");
        assert_eq!(progress.verdict().1 as usize, label as usize, "{case}");
        assert_eq!(progress.mark_of(false), Some(receiving), "{case}");
        assert_eq!(progress.mark_of(true), Some(sending), "{case}");
        assert_eq!(progress.servers_fail(), fails, "{case}");
    }
}

#[test]
fn one_sentence_is_said_of_each_service() {
    let progress = ended([Mark::Good, Mark::Bad], Some(Mark::Bad));
    assert_eq!(progress.said, ["IMAP: good", "SMTP: bad"]);
}

#[test]
fn what_was_broken_off_is_not_taken_for_a_whole_test() {
    let mut progress = ended([Mark::Good, Mark::Working], None);
    progress.interrupt(found(Mark::Notice));
    assert_eq!(
        progress.verdict().1 as usize,
        ResultLabel::Unfinished as usize
    );
    assert_eq!(progress.servers_fail(), None);
    assert!(!progress.is_whole());
    assert_eq!(progress.mark_of(true), Some(Mark::Skipped));
}

#[test]
fn an_event_for_an_unknown_service_changes_nothing() {
    let mut progress = Progress::default();
    progress.apply(plan());
    let before = progress.clone();
    progress.apply(step(2, None));
    progress.apply(TestEvent::Verdict {
        service: 9,
        mark: Mark::Bad,
        text: String::new(),
    });
    assert_eq!(progress, before);
}
