//! `mailguide monitor --once`: one round of the monitor, for cron and CI.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use app::status::ServiceState;
use probe::net::Options;
use time::UtcDateTime;

use crate::cli::MonitorCommandOptions;
use crate::monitor::checks::SharedWithCustomers;
use crate::monitor::round::{Look, round};
use crate::monitor::services::monitored_services;
use crate::operations::metrics::Metrics;
use crate::records::{self, ConfigError};
use crate::report::services::{self, ServiceRow};
use crate::result_cache::ResultCache;
use crate::terminal::{self, OutputError};

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub enum MonitorCommandError {
    /// The configuration is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The runtime cannot be started.
    #[error(transparent)]
    Runtime(io::Error),
    /// The results cannot be serialised.
    #[error("the results cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The results cannot be printed.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Checks every service once, and prints how it stands.
///
/// # Errors
///
/// When nothing can be checked. A service that is down is not an error but exit status 1.
pub fn run(options: &MonitorCommandOptions) -> Result<ExitCode, MonitorCommandError> {
    let catalogue = records::read(&options.config, options.trust.allow_private)?;
    let probe = records::probe(&options.trust, Options::default())?;
    let services = monitored_services(&catalogue);
    // There are no customers to share anything with.
    let results = Arc::new(ResultCache::new(Duration::ZERO));
    let checks = SharedWithCustomers::new(results, probe, Metrics::default());
    let runtime = tokio::runtime::Runtime::new().map_err(MonitorCommandError::Runtime)?;
    let looks = runtime.block_on(round(&checks, &services, options.second_look.0));
    let rows = services.iter().zip(&looks).flat_map(|(service, look)| {
        let endpoint = &service.target.endpoint;
        let keys = service.keys.iter();
        keys.map(move |key| ServiceRow::new(key, endpoint, look, UtcDateTime::now()))
    });
    let rows: Vec<ServiceRow> = rows.collect();
    if options.json {
        let document = services::json(&rows)?;
        terminal::print(format_args!("{document}\n"))?;
    } else {
        terminal::print(services::table(&rows))?;
    }
    Ok(ExitCode::from(exit_status(&looks)))
}

/// Trouble of a service outweighs what could not be found out.
fn exit_status(looks: &[Look]) -> u8 {
    let is_down = |look: &Look| {
        let found = look.found.as_ref();
        found.is_ok_and(|found| found.state == ServiceState::Down)
    };
    match () {
        () if looks.iter().any(is_down) => 1,
        () if looks.iter().any(|look| look.found.is_err()) => 2,
        () => 0,
    }
}
