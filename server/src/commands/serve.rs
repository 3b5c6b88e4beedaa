//! `mailguide serve`: the site.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use std::{fmt, io};

use app::published::PublishedSettings;
use app::record::Catalogue;
use app::site::Site;
use app::status::{ServiceStatus, Snapshot};
use probe::net::{Options, Probe};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::shared_limits::{LimitsError, limits};
use crate::cli::ServeOptions;
use crate::cli::record::LIST;
use crate::cluster::Cluster;
use crate::discovery::Fetcher;
use crate::discovery::observe::Observer;
use crate::http::application::Application;
use crate::http::assets::Assets;
use crate::http::client::TrustedProxies;
use crate::http::headers::Hsts;
use crate::http::host::Hosts;
use crate::http::operators;
use crate::http::options::HttpOptions;
use crate::http::router::{router, without_tls};
use crate::http::state::AppState;
use crate::limits::Limits;
use crate::listen::accept::serve;
use crate::listen::bind::{ListenError, bind, bind_if};
use crate::listen::connections::{Connections, MAX_OPERATOR_CONNECTIONS};
use crate::listen::listener_options::ListenerOptions;
use crate::listen::tls::{Certificates, TlsError};
use crate::listen::{redirect, tls};
use crate::monitor::{Background, Leadership, MonitorError};
use crate::named_path::NamedPath;
use crate::operations::metrics::Metrics;
use crate::operations::published_settings;
use crate::operations::service_manager;
use crate::operations::status_pages;
use crate::profile_signing::{self, CurrentKey, is_publicly_trusted};
use crate::records::{self, ConfigError};
use crate::result_cache::ResultCache;
use crate::storage::{Place, Recorder, StorageError, Writer};
use crate::{log, process, terminal};

/// How long before the shutdown timeout running tests are ended, so that their last lines reach the
/// customers.
const LAST_LINES_TIME: Duration = Duration::from_secs(2);

/// How long what was recorded last may take to be stored at the end.
const LAST_WRITES_TIME: Duration = Duration::from_secs(5);

/// The open files that are neither connections of customers nor of tests: connections to the metrics port, and
/// the files of the program itself.
const OTHER_FILES: usize = MAX_OPERATOR_CONNECTIONS.get() + 64;

/// Why the site is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The program was built without the browser bundle.
    #[error(transparent)]
    Assets(#[from] crate::http::assets::MissingBundle),
    /// The texts of the language cannot be read.
    #[error("app/content/{0}")]
    Content(String),
    /// The secret of the limits cannot be used.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// The history cannot be kept where it should.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The monitor cannot run as the options say.
    #[error(transparent)]
    Monitor(#[from] MonitorError),
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The runtime cannot be started, or a signal handler cannot be installed.
    #[error(transparent)]
    Runtime(io::Error),
    /// The address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
}

/// Serves the site until it is told to stop.
///
/// # Errors
///
/// When the configuration, the bundle or the address to listen on cannot be used.
pub fn run(options: ServeOptions) -> Result<ExitCode, ServeError> {
    let _log = log::start(options.log_format);
    process::forbid_core_dumps();
    let open_files = process::raise_open_file_limit();
    let runtime = tokio::runtime::Runtime::new().map_err(ServeError::Runtime)?;
    // The connections to a database belong to it.
    let _runtime = runtime.enter();
    let catalogue = records::read(&options.config, options.trust.allow_private)?;
    let probe = records::probe(&options.trust, Options::default())?;
    let tests = options.limits.tests_at_once.get() as usize;
    let targets = tests.saturating_mul(catalogue.max_services());
    let monitored = options.monitor.checks_at_once(&catalogue);
    let relays = match options.sign_in.browser {
        true => options.limits.relays_at_once.get() as usize,
        false => 0,
    };
    let sockets = Probe::max_sockets(targets.saturating_add(monitored).saturating_add(relays));
    // The connection of a browser is no longer one of the site's once it is a relay.
    let reserve = sockets.saturating_add(relays).saturating_add(OTHER_FILES);
    let connections = options.connections.clone().leaving(reserve, open_files);
    let assets = Assets::load()?;
    let roots = records::extra_roots(&options.trust)?;
    let monitor = options.monitor.clone();
    let monitor = monitor.prepare(&catalogue, &probe, &roots, &options.limits)?;
    let published = published(&options, &catalogue, &probe);
    let site = Site::read(catalogue, &options.language, probe, assets.bundle());
    let mut site = site.map_err(ServeError::Content)?;
    site.operator = options.operator.clone().into();
    site.published = published;
    site.sign_in = options.sign_in;
    site.extra_roots = records::extra_roots_pem(&options.trust)?;
    if let Some(every) = options.monitor.monitor_every.0 {
        site.status = ServiceStatus::new(every, Snapshot::default());
    }
    let http = HttpOptions {
        proxies: TrustedProxies::new(&options.proxies),
        hsts: Hsts::seconds(options.tls.hsts),
        hosts: Hosts::new(&options.host),
        contacts: options.security_contact.clone(),
    };
    let metrics = Metrics::with_status(site.status.clone());
    let place = Place::of(&options.storage)?;
    let (recorder, mut writer) = recorder(&place, &site, &metrics);
    if let (Place::File(_), Some(writer)) = (&place, &mut writer) {
        // A file is read at once, or there is something to be said. A server of databases may take its time.
        runtime
            .block_on(writer.open())
            .map_err(StorageError::Data)?;
    }
    let (limits, cluster) = limits(&options.limits, &place, &recorder, &metrics, &runtime)?;
    let results = ResultCache::new(options.limits.share_results);
    let results = match &cluster {
        Some(cluster) => results.shared_by(cluster.results()),
        None => results,
    };
    let certificates = certificates_of(
        ("--tls-cert", options.tls.tls_cert.as_deref()),
        ("--tls-key", options.tls.tls_key.as_deref()),
    )?;
    let for_profiles = certificates_of(
        (
            "--profile-certificate",
            options.profiles.profile_certificate.as_deref(),
        ),
        ("--profile-key", options.profiles.profile_key.as_deref()),
    )?;
    let watched = certificates.iter().chain(&for_profiles);
    let watched = watched.cloned().collect();
    let profile_key = for_profiles.or_else(|| certificates.clone());
    let profile_key = profile_key.and_then(signing_key);
    site.verified_profiles = profile_key.as_ref().is_some_and(|key| {
        let verified = is_publicly_trusted(&key.current_key(), SystemTime::now());
        if !verified {
            tracing::warn!(
                "the certificate that signs profiles leads to no public authority: devices will not show them as verified"
            );
        }
        verified
    });
    let transport = ListenerOptions {
        certificates,
        proxies: http.proxies.clone(),
        proxy_protocol: options.proxies.proxy_protocol,
        connections: Connections::new(&connections),
        shutdown_timeout: Duration::from_secs(options.stop_within.into()),
        metrics: metrics.clone(),
    };
    let mut state = AppState::new(site, assets, limits.clone(), results, http, metrics);
    state.profile_key = profile_key;
    let state = Arc::new(state);
    let app = router(Arc::clone(&state));
    let server = Server {
        transport,
        watched,
        limits,
        cluster,
        recorder,
        writer,
        monitor,
        state,
    };
    // An error of the configuration is the only line on standard error, so this is not said before.
    log_place_of_history(&place);
    runtime.block_on(server.run(&options, app))?;
    Ok(ExitCode::SUCCESS)
}

/// What is served on each port, and the graceful shutdown.
struct Server {
    transport: ListenerOptions,
    /// The certificates that are reloaded.
    watched: Vec<Arc<Certificates>>,
    limits: Limits,
    /// The servers beside this one, if it has a database with them.
    cluster: Option<Cluster>,
    recorder: Recorder,
    /// What stores the history, if it is stored.
    writer: Option<Writer>,
    monitor: Background,
    state: Arc<AppState>,
}

impl Server {
    /// Serves the site, the redirects and the metrics until a signal is received.
    async fn run(self, options: &ServeOptions, app: impl Application) -> Result<(), ServeError> {
        let Self {
            transport,
            watched,
            limits,
            cluster,
            recorder,
            mut writer,
            monitor,
            state,
        } = self;
        let readiness = state.readiness.clone();
        let (listener, address) = match service_manager::socket().map_err(ServeError::Runtime)? {
            Some(given) => {
                let address = given.local_addr().map_err(ServeError::Runtime)?;
                (given, address)
            }
            None => bind("--listen", options.listen).await?,
        };
        let redirect = bind_if("--redirect-listen", options.tls.redirect_listen).await?;
        let operators = bind_if("--metrics-listen", options.metrics_listen).await?;
        let scheme = match transport.certificates {
            Some(_) => "https",
            None => "http",
        };
        // Programs that start this one wait for these lines on standard output, and may then stop it.
        let stop_signals = StopSignals::install().map_err(ServeError::Runtime)?;
        announce(format_args!("listening on {scheme}://{address}"));
        let plain = ListenerOptions {
            certificates: None,
            ..transport.clone()
        };
        let stop = watch::Sender::new(false);
        let stopped = |mut stopped: watch::Receiver<bool>| async move {
            // An error means that the sender was dropped, which is a stop too.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let stop_of_site = stopped(stop.subscribe());
        let stop_of_redirects = stopped(stop.subscribe());
        let site = serve(listener, transport.clone(), app, stop_of_site);
        let redirects = async {
            if let Some((listener, from)) = redirect {
                announce(format_args!("redirecting http://{from} to {scheme}"));
                let hosts = state.setup_hosts.clone();
                let app = redirect::router(address.port(), hosts, without_tls(state.clone()));
                serve(listener, plain.clone(), app, stop_of_redirects).await;
            }
        };
        let site_and_redirects = async {
            tokio::join!(site, redirects);
            state.relays.ended(transport.shutdown_timeout).await;
            Ok(())
        };
        // The metrics are served to the end, because they also show the progress of the shutdown.
        let metrics = async {
            if let Some((listener, address)) = operators {
                announce(format_args!("metrics on http://{address}/metrics"));
                let app = operators::router(transport.metrics.clone(), readiness.clone());
                let transport = ListenerOptions {
                    connections: Connections::for_operators(),
                    proxy_protocol: false,
                    ..plain.clone()
                };
                serve(listener, transport, app, std::future::pending()).await;
            }
            std::future::pending::<()>().await;
        };
        let shutdown = async {
            stop_signals.received().await;
            readiness.set_stopping();
            service_manager::stopping();
            stop.send_replace(true);
            sleep(transport.shutdown_timeout.saturating_sub(LAST_LINES_TIME)).await;
            limits.end_tests();
            std::future::pending::<()>().await;
        };
        let reloads = async {
            match watched.is_empty() {
                false => tls::watch(&watched).await,
                true => service_manager::ignore_reloads().await,
            }
            .map_err(ServeError::Runtime)
        };
        let published = published_settings::watch(&state.site, &transport.metrics);
        let status = status_pages::watch(&state.site);
        let (results, counted) = (state.results.clone(), state.metrics.clone());
        let leadership = match &cluster {
            Some(cluster) => cluster.leadership(),
            None => Leadership::always(),
        };
        let monitor = monitor.run(&state.site, results, counted, recorder, leadership);
        let with_others = async {
            match &cluster {
                Some(cluster) => cluster.run(state.site.status.every().is_some()).await,
                None => std::future::pending().await,
            }
        };
        let history = async {
            match &mut writer {
                Some(writer) => writer.run().await,
                None => std::future::pending().await,
            }
        };
        let notifications = async {
            service_manager::ready();
            service_manager::watchdog().await;
        };
        let ended = tokio::select! {
            // In this order: a service manager may send SIGHUP as soon as it is notified that the program is
            // ready, so its handler must be installed before.
            biased;
            served = site_and_redirects => served,
            reloaded = reloads => reloaded,
            () = metrics => Ok(()),
            () = shutdown => Ok(()),
            () = notifications => Ok(()),
            () = published => Ok(()),
            () = status => Ok(()),
            () = monitor => Ok(()),
            () = history => Ok(()),
            () = with_others => Ok(()),
        };
        if let Some(cluster) = cluster {
            cluster.end().await;
        }
        if let Some(writer) = writer {
            // What it has not stored by then is lost.
            let _ = timeout(LAST_WRITES_TIME, writer.finish()).await;
        }
        ended
    }
}

/// Prints an address on which something is served. If standard output cannot be written, the site is still served.
fn announce(what: fmt::Arguments<'_>) {
    if let Err(cause) = terminal::print(format_args!("mailguide: {what}\n")) {
        tracing::warn!(%cause, "cannot write to standard output");
    }
}

/// The certificate and the key that these options name.
fn certificates_of(
    cert: (&'static str, Option<&Path>),
    key: (&'static str, Option<&Path>),
) -> Result<Option<Arc<Certificates>>, TlsError> {
    let ((cert_option, Some(cert)), (key_option, Some(key))) = (cert, key) else {
        return Ok(None);
    };
    let cert = NamedPath::of_option(cert_option, cert);
    let key = NamedPath::of_option(key_option, key);
    Ok(Some(Arc::new(Certificates::read(&cert, &key)?)))
}

/// What the domains of the records publish, of which nothing is known yet.
fn published(options: &ServeOptions, catalogue: &Catalogue, probe: &Probe) -> PublishedSettings {
    match (options.published_settings_every.0, LIST.parse()) {
        (Some(every), Ok(list)) => {
            let observer = Observer::new(Fetcher::new(probe.clone(), Vec::new()), list);
            PublishedSettings::new(catalogue, Arc::new(observer), every)
        }
        _ => PublishedSettings::default(),
    }
}

/// What takes the results of the monitor, and what stores them, if they are stored.
fn recorder(place: &Place, site: &Site, metrics: &Metrics) -> (Recorder, Option<Writer>) {
    let status = site.status.clone();
    match place.database() {
        Some(database) => {
            let health = metrics.database_health().clone();
            let (recorder, writer) = Writer::with_recorder(status, database, health);
            (recorder, Some(writer))
        }
        None => (Recorder::in_memory(status), None),
    }
}

fn log_place_of_history(place: &Place) {
    match place.database() {
        Some(database) => tracing::info!(place = database.place(), "the place of the history"),
        None => tracing::info!("the history is kept in memory only: --data stores it"),
    }
}

/// What profiles are signed with, if it can sign.
fn signing_key(certificates: Arc<Certificates>) -> Option<Arc<dyn CurrentKey>> {
    match profile_signing::check(&certificates.current_key()) {
        Ok(()) => Some(certificates),
        Err(cause) => {
            tracing::warn!(%cause, "profiles are not signed");
            None
        }
    }
}

/// SIGINT (Ctrl-C) and SIGTERM, which tell the program to stop.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Installs the handlers. A signal that comes later is not lost.
    fn install() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for one of them.
    async fn received(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
