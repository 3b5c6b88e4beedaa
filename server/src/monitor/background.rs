//! All of the monitor, as it runs beside the pages of a site.

use std::sync::Arc;

use app::record::Catalogue;
use app::site::Site;
use probe::net::Probe;
use rustls::pki_types::CertificateDer;

use super::alert::options::AlertOptionsError;
use super::alert::{Alerts, Workers};
use super::canary::{Canaries, CanaryAccount, CanaryError, ProbeSignIns, interval};
use super::checks::SharedWithCustomers;
use super::leadership::Leadership;
use super::options::MonitorOptions;
use super::published;
use super::services::monitored_services;
use super::watch::{Clock, MAX_CHECKS, Monitor};
use crate::limits::LimitOptions;
use crate::operations::metrics::Metrics;
use crate::result_cache::ResultCache;
use crate::storage::Recorder;

/// Why the monitor cannot run as the options say.
#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    /// Alerts cannot be sent.
    #[error(transparent)]
    Alerts(#[from] AlertOptionsError),
    /// An account cannot be used.
    #[error(transparent)]
    Canary(#[from] CanaryError),
}

/// The monitor, ready to run.
pub struct Background {
    alerts: Alerts,
    workers: Workers,
    accounts: Vec<CanaryAccount>,
    /// How often each account is signed in to.
    sign_in_every: std::time::Duration,
}

impl MonitorOptions {
    /// Prepares the monitor: reads what it needs, and sends nothing. `roots` are the certificates that the probe
    /// trusts besides the Mozilla roots.
    ///
    /// # Errors
    ///
    /// When a password or a certificate cannot be used, or an account has no record.
    pub fn prepare(
        &self,
        catalogue: &Catalogue,
        probe: &Probe,
        roots: &[CertificateDer<'_>],
        limits: &LimitOptions,
    ) -> Result<Background, MonitorError> {
        let (alerts, workers) = self.alerts.alerts(probe, roots)?;
        let accounts = CanaryAccount::all(&self.canary, catalogue)?;
        let every = self.monitor_every.0;
        Ok(Background {
            alerts,
            workers,
            accounts,
            sign_in_every: interval(every.unwrap_or_default(), limits),
        })
    }

    /// How many services are checked at once at most.
    pub fn checks_at_once(&self, catalogue: &Catalogue) -> usize {
        let checks = match self.monitor_every.0 {
            Some(_) => MAX_CHECKS,
            None => 0,
        };
        let sign_ins = match self.canary.is_empty() {
            true => 0,
            false => catalogue.max_services(),
        };
        checks.saturating_add(sign_ins)
    }
}

impl Background {
    /// Monitors the services of a site for ever, while this server may.
    pub async fn run(
        self,
        site: &Site,
        results: Arc<ResultCache>,
        metrics: Metrics,
        recorder: Recorder,
        leadership: Leadership,
    ) {
        let clock = Clock::default();
        let monitor = Monitor {
            services: monitored_services(&site.catalogue),
            status: site.status.clone(),
            recorder: recorder.clone(),
            checks: Arc::new(SharedWithCustomers::new(
                results,
                site.probe.clone(),
                metrics,
            )),
            alerts: self.alerts.clone(),
            clock: clock.clone(),
        };
        let canaries = Canaries {
            accounts: self.accounts,
            every: self.sign_in_every,
            sign_ins: Arc::new(ProbeSignIns(site.probe.clone())),
            status: site.status.clone(),
            recorder: recorder.clone(),
            alerts: self.alerts,
            clock: clock.clone(),
        };
        let published = published::watch(&site.published, &recorder, &clock, leadership.clone());
        tokio::join!(
            monitor.run(leadership.clone()),
            canaries.run(&leadership),
            published,
            self.workers.run(),
        );
    }
}
