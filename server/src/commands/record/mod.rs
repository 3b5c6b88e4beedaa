//! `mailguide record`: records from what others publish, and what is in a record.

mod import;
mod new;
mod show;

use std::error::Error;
use std::process::ExitCode;

use app::record;
use app::setup::read::{Problem, Severity};

use crate::cli::record::RecordCommand;
use crate::terminal;

/// Runs a command about records.
///
/// # Errors
///
/// When there is no record.
pub fn run(command: RecordCommand) -> Result<ExitCode, Box<dyn Error>> {
    match command {
        RecordCommand::Import(options) => import::run(&options),
        RecordCommand::New(options) => new::run(&options),
        RecordCommand::Show(options) => show::run(&options),
    }
}

/// Tells what was left out of a file.
fn tell(file: &str, problems: &[Problem]) {
    for Problem {
        line,
        message,
        severity,
    } in problems
    {
        let severity = match severity {
            Severity::Fault => "",
            Severity::Note => "note: ",
        };
        terminal::print_error(format_args!("{file}:{line}: {severity}{message}"));
    }
}

/// Prints a record that was written here. It is read once more before, because nobody may get one that the
/// server refuses.
fn print(text: &str) -> Result<ExitCode, Box<dyn Error>> {
    record::parse(text, "the record that was written")?;
    terminal::print(text)?;
    Ok(ExitCode::SUCCESS)
}

/// Today, in UTC.
fn today() -> time::Date {
    time::UtcDateTime::now().date()
}
