//! The program when its log or its standard output cannot be written.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::program::{Program, RunningTest};
use crate::silent::SilentServer;

/// A device on which every write fails with ENOSPC.
fn full() -> Stdio {
    File::options()
        .write(true)
        .open("/dev/full")
        .unwrap()
        .into()
}

#[test]
fn a_log_that_cannot_be_written_costs_lines_and_nothing_else() {
    let mail = SilentServer::start();
    mail.hang_up();
    let (unread, stalled) = std::io::pipe().unwrap();
    let (_, closed) = std::io::pipe().unwrap();
    for (what, log) in [
        ("full", full()),
        ("closed", closed.into()),
        ("stalled", stalled.into()),
    ] {
        let program = Program::logging_to(&mail, log, "debug", &[]);
        // Each request is one line in the log, and a pipe buffers only some hundred lines.
        for _ in 0..2_000 {
            let answer = program.answer("GET", "/healthz");
            assert!(answer.starts_with("HTTP/1.1 200"), "{what}: {answer}");
        }
        let form = "address=jane%40stall.test&password=secret";
        let answer = RunningTest::start(&program, "/api/test", form).answer();
        assert!(answer.contains("\"done\""), "{what}: {answer}");
        assert!(program.answer("GET", "/").starts_with("HTTP/1.1 200"));
    }
    drop(unread);
}

#[test]
fn what_is_logged_at_the_end_is_written_before_the_program_ends() {
    let mail = SilentServer::start();
    let (read, log) = std::io::pipe().unwrap();
    let mut program = Program::logging_to(&mail, log.into(), "debug", &[]);
    program.answer("GET", "/healthz");
    program.terminate();
    assert_eq!(program.exit_code(), Some(0));
    drop(program);
    let lines = BufReader::new(read).lines().map_while(Result::ok);
    let answered = lines.filter(|line| line.contains("answered")).count();
    assert_eq!(answered, 1);
}

#[test]
fn standard_output_that_cannot_be_written_is_an_error_with_a_reason() {
    let mail = SilentServer::start();
    mail.hang_up();
    let record = mail.record.display().to_string();
    for arguments in [
        &["outcomes"][..],
        &["check-config", &record],
        &[
            "probe",
            "--allow-private",
            "--config",
            &record,
            "stall.test",
        ],
        &[
            "probe",
            "--allow-private",
            "--config",
            &record,
            "--json",
            "stall.test",
        ],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_mailguide"))
            .args(arguments)
            .stdout(full())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        let reason = "mailguide: standard output: No space left";
        assert!(said.contains(reason), "{arguments:?}: {said}");
    }
    // If no message can be printed at all, the exit status still reports the error.
    let status = Command::new(env!("CARGO_BIN_EXE_mailguide"))
        .arg("outcomes")
        .stdout(full())
        .stderr(full())
        .status();
    assert_eq!(status.unwrap().code(), Some(2));
}

#[test]
fn the_site_is_served_though_its_address_cannot_be_announced() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mailguide"))
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--published-settings-every",
            "off",
            "--monitor-every",
            "off",
        ])
        .stdout(full())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Other lines come before it, such as where the history is kept.
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let told = log
        .by_ref()
        .take(5)
        .any(|line| line.unwrap().contains("cannot write to standard output"));
    assert!(told);
    assert_eq!(child.try_wait().unwrap(), None);
    child.kill().unwrap();
    child.wait().unwrap();
}
