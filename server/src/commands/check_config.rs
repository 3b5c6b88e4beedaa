//! `mailguide check-config`: says of records what `serve` would say.

use std::error::Error;
use std::process::ExitCode;

use crate::cli::CheckConfigOptions;
use crate::{records, terminal};

/// Reads the records and says what they hold.
///
/// # Errors
///
/// What is wrong with the first record that is not well formed, or that nothing can be printed.
pub fn run(options: &CheckConfigOptions) -> Result<ExitCode, Box<dyn Error>> {
    // A lab's record is well formed too; whether its switch is given matters when it is served.
    let catalogue = records::read(&options.files, true)?;
    for (file, record) in options.files.iter().zip(&catalogue.records) {
        let domains: usize = record.groups.iter().map(|group| group.domains.len()).sum();
        let services: usize = record.groups.iter().map(|group| group.services.len()).sum();
        terminal::print(format_args!(
            "{}: {} is well formed ({domains} domains, {services} services)\n",
            file.display(),
            record.name
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
