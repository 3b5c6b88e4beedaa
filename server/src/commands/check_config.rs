//! `mailguide check-config`: reports the errors in records that `serve` would report.

use std::error::Error;
use std::process::ExitCode;

use crate::cli::CheckConfigOptions;
use crate::named_path::NamedPath;
use crate::{records, terminal};

/// Reads the records and prints a summary of each.
///
/// # Errors
///
/// When a record is not well formed, or standard output cannot be written.
pub fn run(options: &CheckConfigOptions) -> Result<ExitCode, Box<dyn Error>> {
    // A record with `connect_to` is well formed; only `serve` requires --allow-private for it.
    let files = options.files.iter().map(NamedPath::argument);
    let catalogue = records::read_named(files, true)?;
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
