//! The program as a service: graceful shutdown while tests are running, reloads, and notifications.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "../http/mod.rs"]
mod http;
mod manager;
mod odd_requests;
mod program;
mod silent;
mod unwritable;

use std::fs;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use manager::Manager;
use program::{Connection, Program, RunningTest};
use silent::SilentServer;

/// The message when a test could not be finished.
const LAST_WORDS: [&str; 2] = ["This page is being restarted", "run the test again"];

#[test]
fn tests_that_take_too_long_say_that_they_were_stopped_and_the_program_ends_in_time() {
    for (path, form) in [
        ("/api/test", "address=stall.test"),
        ("/api/test", "address=jane%40stall.test&password=secret"),
        ("/test", "address=stall.test"),
        ("/test", "address=jane%40stall.test&password=secret"),
    ] {
        let mail = SilentServer::start();
        let mut program = Program::start(&mail, &["--stop-within", "3"]);
        let test = RunningTest::start(&program, path, form);
        mail.wait_for_a_client();
        let begin = Instant::now();
        program.terminate();
        let answer = test.answer();
        // The test is ended two seconds before the shutdown timeout, so one second after the signal.
        assert!(begin.elapsed() >= Duration::from_secs(1), "{path} {form}");
        for words in LAST_WORDS {
            assert!(answer.contains(words), "{path} {form}: {answer}");
        }
        let end = if path == "/test" {
            "</html>"
        } else {
            "\"done\""
        };
        assert!(answer.contains(end), "{path} {form}: {answer}");
        assert_eq!(program.exit_code(), Some(0), "{path} {form}");
        assert!(begin.elapsed() < Duration::from_secs(8), "{path} {form}");
    }
}

#[test]
fn tests_that_end_in_time_are_finished() {
    let mail = SilentServer::start();
    let mut program = Program::start(&mail, &["--stop-within", "60"]);
    let test = RunningTest::start(&program, "/api/test", "address=stall.test");
    mail.wait_for_a_client();
    program.terminate();
    program.wait_until_not_ready();
    mail.hang_up();
    let answer = test.answer();
    assert!(answer.contains("\"summary\""), "{answer}");
    assert!(answer.contains("\"done\""), "{answer}");
    assert!(!answer.contains(LAST_WORDS[0]), "{answer}");
    assert_eq!(program.exit_code(), Some(0));
}

#[test]
fn without_any_time_everything_is_cut_off() {
    let mail = SilentServer::start();
    let mut program = Program::start(&mail, &["--stop-within", "0"]);
    let test = RunningTest::start(&program, "/api/test", "address=stall.test");
    mail.wait_for_a_client();
    let begin = Instant::now();
    program.terminate();
    test.answer();
    assert_eq!(program.exit_code(), Some(0));
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[test]
fn operators_see_that_it_stops_while_tests_go_on() {
    let mail = SilentServer::start();
    let program = Program::start(&mail, &["--stop-within", "60"]);
    assert!(program.metrics("/readyz").starts_with("HTTP/1.1 200"));
    let _test = RunningTest::start(&program, "/api/test", "address=stall.test");
    mail.wait_for_a_client();
    program.terminate();
    program.wait_until_not_ready();
    assert!(program.metrics("/healthz").starts_with("HTTP/1.1 200"));
    let metrics = program.metrics("/metrics");
    assert!(metrics.contains("mailguide_tests_running 1"), "{metrics}");
    assert!(program.refuses_connections());
}

#[test]
fn a_service_manager_is_told_of_every_change() {
    let mail = SilentServer::start();
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let [cert, key] = ["cert", "key"].map(|name| mail.record.with_extension(name));
    fs::write(&cert, pair.cert.pem()).unwrap();
    fs::write(&key, pair.signing_key.serialize_pem()).unwrap();
    let [cert, key] = [cert, key].map(|file| file.display().to_string());
    // Without a certificate there is nothing to reload; SIGHUP must not end the program.
    for options in [&[][..], &["--tls-cert", &cert, "--tls-key", &key]] {
        let manager = Manager::start();
        let path = manager.path.display().to_string();
        let mut program = Program::managed(&mail, options, &[("NOTIFY_SOCKET", &path)]);
        assert_eq!(manager.hears(), "READY=1");
        for _ in 0..2 {
            program.hang_up();
            let told = manager.hears();
            let told: Vec<_> = told.lines().collect();
            assert_eq!(told[0], "RELOADING=1");
            assert!(told[1].starts_with("MONOTONIC_USEC="), "{told:?}");
            assert_eq!(manager.hears(), "READY=1");
        }
        assert!(program.metrics("/readyz").starts_with("HTTP/1.1 200"));
        program.terminate();
        assert_eq!(manager.hears(), "STOPPING=1");
        assert_eq!(program.exit_code(), Some(0));
    }
    for file in [cert, key] {
        let _ = fs::remove_file(file);
    }
}

#[test]
fn a_service_manager_may_give_its_socket() {
    let mail = SilentServer::start();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let program = Program::on_socket(&mail, socket);
    assert_eq!(program.address, address.to_string());
    assert!(program.answer("GET", "/healthz").contains("alive"));
}

#[test]
fn what_a_test_found_is_counted_and_not_for_whom() {
    let mail = SilentServer::start();
    mail.hang_up();
    let program = Program::start(&mail, &[]);
    let form = "address=jane%40stall.test";
    let answer = RunningTest::start(&program, "/api/test", form).answer();
    assert!(answer.contains("\"done\""), "{answer}");
    let metrics = program.metrics("/metrics");
    let checks = metrics
        .lines()
        .filter(|line| line.starts_with("mailguide_checks_total{"));
    let checks: Vec<_> = checks.collect();
    assert_eq!(checks.len(), 1, "{metrics}");
    assert!(checks[0].ends_with("} 1"), "{checks:?}");
    assert!(metrics.contains("mailguide_tests_running 0"), "{metrics}");
    for secret in ["jane", "stall.test", "127.0.0"] {
        assert!(!metrics.contains(secret), "{metrics}");
    }
}

/// A client that disconnects before its password is sent uses up no attempt.
#[test]
fn passwords_that_were_never_sent_lock_nobody_out() {
    let mail = SilentServer::start();
    let program = Program::start(&mail, &["--failed-sign-ins", "3"]);
    for number in 0..12 {
        let form = "address=jane%40stall.test&password=wrong";
        let mut test = RunningTest::start(&program, "/api/test", form);
        assert_eq!(test.beginning(), "HTTP/1.1 200", "{number}");
        drop(test);
        program.wait_until_idle();
    }
}

/// The message when the program cannot open a socket for a test.
const CANNOT_TEST: [&str; 2] = ["We cannot test right now", "says nothing about your mail"];

#[test]
fn what_cannot_be_tested_for_lack_of_sockets_says_so_and_is_told_to_nobody_else() {
    // A record with `connect_to`, and one with a host name that must be resolved first.
    let named = |record: String| {
        let lines = record
            .lines()
            .filter(|line| !line.starts_with("connect_to"));
        lines.collect::<Vec<_>>().join("\n")
    };
    for (mail, dns) in [
        (SilentServer::start(), false),
        (SilentServer::with_record(named), true),
    ] {
        mail.hang_up();
        for (path, form) in [
            ("/api/test", "address=stall.test"),
            ("/api/test", "address=jane%40stall.test&password=secret"),
            ("/test", "address=stall.test"),
        ] {
            let program = Program::start(&mail, &[]);
            let mut connection = Connection::open(&program);
            assert!(connection.is_taken());
            program.allow_open_files(3);
            let answer = RunningTest::on(connection, path, form).answer();
            for words in CANNOT_TEST {
                assert!(answer.contains(words), "{path} {form} {dns}: {answer}");
            }
            program.allow_open_files(1000);
            let metrics = program.metrics("/metrics");
            let counted = "outcome=\"local-resources-exhausted\"} 1";
            assert!(metrics.contains(counted), "{path} {form} {dns}: {metrics}");
            let ready = program.metrics("/readyz");
            let degraded = "degraded: local-resources-exhausted\n";
            assert!(ready.starts_with("HTTP/1.1 200"), "{path} {form}: {ready}");
            assert!(ready.ends_with(degraded), "{path} {form} {dns}: {ready}");
            if dns {
                // Resolving the name would now need the internet.
                continue;
            }
            let answer = RunningTest::start(&program, path, form).answer();
            for words in ["We cannot test", " ago)"] {
                assert!(!answer.contains(words), "{path} {form}: {answer}");
            }
            let ready = program.metrics("/readyz");
            assert!(ready.ends_with("\r\nready\n"), "{path} {form}: {ready}");
        }
    }
}

/// A provider whose servers do not answer, and a host that should always answer and does not either.
#[test]
fn a_test_that_is_offline_itself_says_so_and_takes_nothing_out() {
    // Nobody can open a connection to all hosts at once, so this address fails as all do without a network.
    const UNREACHABLE: &str = "127.255.255.255:993";
    let gone = |record: String| {
        let lines = record.lines().map(|line| match line.split_once(" = ") {
            Some(("connect_to", _)) => format!("connect_to = \"{UNREACHABLE}\""),
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let mail = SilentServer::with_record(gone);
    for (path, form) in [
        ("/api/test", "address=stall.test"),
        ("/api/test", "address=jane%40stall.test&password=secret"),
        ("/test", "address=stall.test"),
    ] {
        for (offline, options) in [(true, &["--control-host", UNREACHABLE][..]), (false, &[])] {
            let program = Program::start(&mail, options);
            for _ in 0..2 {
                let answer = RunningTest::start(&program, path, form).answer();
                let said = answer.contains("Our test has no connection to the internet right now");
                assert_eq!(said, offline, "{path} {form}: {answer}");
                // What was found is not told again as if it were about the mail server.
                let told_again = answer.contains(" ago)");
                assert!(!(offline && told_again), "{path} {form}: {answer}");
            }
            let ready = program.metrics("/readyz");
            let expected = if offline {
                "degraded: probe-offline\n"
            } else {
                "\r\nready\n"
            };
            assert!(ready.starts_with("HTTP/1.1 200"), "{path} {form}: {ready}");
            assert!(ready.ends_with(expected), "{path} {form}: {ready}");
            let metrics = program.metrics("/metrics");
            let gauge = format!("degraded{{cause=\"probe-offline\"}} {}", u8::from(offline));
            assert!(metrics.contains(&gauge), "{path} {form}: {metrics}");
        }
    }
}

/// A page of results goes on being rendered by other tasks when its customer has left.
#[test]
fn customers_who_leave_before_their_results_make_nothing_fail() {
    let mail = SilentServer::start();
    mail.hang_up();
    let log = mail.record.with_extension("log");
    let file = fs::File::create(&log).unwrap();
    let limits = ["--tests-per-client=1000000", "--pages-per-client=1000000"];
    let program = Program::logging_to(&mail, file.into(), "info", &limits);
    thread::scope(|scope| {
        for seed in 0..8 {
            let program = &program;
            scope.spawn(move || {
                let mut random = Rng::with_seed(seed);
                for _ in 0..300 {
                    let test = RunningTest::start(program, "/test", "address=stall.test");
                    thread::sleep(Duration::from_micros(random.u64(..20_000)));
                    drop(test);
                }
            });
        }
    });
    program.wait_until_idle();
    let said = fs::read_to_string(&log).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    fs::remove_file(log).unwrap();
}

#[test]
fn however_many_connections_clients_open_tests_can_open_theirs() {
    let mail = SilentServer::start();
    mail.hang_up();
    let program = Program::with_open_files(&mail, 128);
    let mut connection = Connection::open(&program);
    assert!(connection.is_taken());
    let mut others = Vec::new();
    loop {
        let mut other = Connection::open(&program);
        let taken = other.is_taken();
        others.push(other);
        if !taken {
            break;
        }
    }
    // The accepted connections, and one that waits in the backlog.
    assert!(others.len() > 8, "{}", others.len());
    let answer = RunningTest::on(connection, "/api/test", "address=stall.test").answer();
    assert!(answer.contains("\"summary\""), "{answer}");
    assert!(!answer.contains(CANNOT_TEST[0]), "{answer}");
}

#[test]
fn a_service_manager_hears_that_the_program_lives_if_it_wants_to() {
    let mail = SilentServer::start();
    let manager = Manager::start();
    let path = manager.path.display().to_string();
    let variables = [("NOTIFY_SOCKET", &*path), ("WATCHDOG_USEC", "200000")];
    let _program = Program::managed(&mail, &[], &variables);
    assert_eq!(manager.hears(), "READY=1");
    let begin = Instant::now();
    for _ in 0..5 {
        assert_eq!(manager.hears(), "WATCHDOG=1");
    }
    // The first notification is sent at once, the others after half of the interval each.
    assert!(begin.elapsed() > Duration::from_millis(300));
}

#[test]
fn whatever_strangers_ask_for_the_metrics_do_not_grow() {
    let mail = SilentServer::start();
    let program = Program::start(&mail, &[]);
    let series = |word: &str| {
        for (method, path) in [
            ("GET", format!("/{word}")),
            ("GET", format!("/settings/{word}.example")),
            ("GET", format!("/fix/{word}?trail={word}")),
            ("GET", format!("/pkg/{word}")),
            ("GET", format!("/errors?q={word}")),
            (&*word.to_uppercase(), "/".to_owned()),
        ] {
            program.answer(method, &path);
        }
        let text = program.metrics("/metrics");
        assert!(!text.to_lowercase().contains(word), "{text}");
        let names = text.lines().filter_map(|line| line.split_once("} "));
        names.map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
    };
    let mut first = series("gibberish");
    let mut second = series("nonsense");
    first.sort();
    second.sort();
    assert!(first.len() > 10, "{first:?}");
    assert_eq!(first, second);
    // The metrics are not served to customers.
    assert!(
        program
            .answer("GET", "/metrics")
            .starts_with("HTTP/1.1 404")
    );
    for path in ["/healthz", "/readyz"] {
        assert!(program.answer("GET", path).starts_with("HTTP/1.1 200"));
    }
}
