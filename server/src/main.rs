//! The `mailguide` program.

use std::process::ExitCode;

use clap::Parser;
use server::cli::{Cli, Command};
use server::commands::{check_config, probe, serve};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let run = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(options) => serve::run(options),
        Command::CheckConfig(options) => check_config::run(&options),
        Command::Probe(options) => probe::run(options),
    };
    run.unwrap_or_else(|error| {
        anstream::eprintln!("mailguide: {error}");
        ExitCode::from(2)
    })
}
