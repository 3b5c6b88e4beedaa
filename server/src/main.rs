//! The `mailguide` program.

use std::error::Error;
use std::process::ExitCode;

use server::cli::Command;
use server::cli::parse::{ParseError, parse};
use server::commands::{check_config, dns, monitor, outcomes, probe, record, serve};
use server::terminal;
use zeroizing_alloc::ZeroAlloc;

/// What is given back is overwritten. A password passes through buffers of the HTTP server, of TLS and of
/// the decoder, none of which cleans up behind itself.
#[global_allocator]
static MEMORY: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    let cli = match parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(ParseError::Clap(error)) => error.exit(),
        Err(error) => {
            terminal::print_error(error);
            return ExitCode::from(2);
        }
    };
    let command = cli.command.unwrap_or(Command::Serve(Box::new(cli.serve)));
    run(command).unwrap_or_else(|error| {
        terminal::print_error(error);
        ExitCode::from(2)
    })
}

fn run(command: Command) -> Result<ExitCode, Box<dyn Error>> {
    Ok(match command {
        Command::Serve(options) => serve::run(*options)?,
        Command::CheckConfig(options) => check_config::run(&options)?,
        Command::Probe(options) => probe::run(options)?,
        Command::Monitor(options) => monitor::run(&options)?,
        Command::Record(command) => record::run(command)?,
        Command::Dns(options) => dns::run(&options)?,
        Command::Outcomes => {
            terminal::print(outcomes::markdown())?;
            ExitCode::SUCCESS
        }
    })
}
