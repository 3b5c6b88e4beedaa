//! `mailguide serve`: the site.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use app::site::Site;
use probe::net::{Options, Probe};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::assets::Assets;
use crate::cli::ServeOptions;
use crate::client::Proxies;
use crate::front::Front;
use crate::headers::Hsts;
use crate::host::Hosts;
use crate::limits::key::{Keys, SHORTEST_SECRET};
use crate::limits::{LimitOptions, Limits};
use crate::listen::connections::{Connections, OF_OPERATORS};
use crate::listen::tls::{Certificates, TlsError};
use crate::listen::{self, Application, Transport, redirect};
use crate::operations::{self, service};
use crate::records::{self, ConfigError};
use crate::router::router;
use crate::{log, process, terminal};

/// How long before the end the tests that still run are told that they must end: so much time have their
/// last words to reach the customer.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The open files that are neither connections of customers nor of tests: those of operators, and what the
/// program itself holds and reads.
const OTHER_FILES: usize = OF_OPERATORS.get() + 64;

/// Why the site is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// What it was given is not in order.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The program was built without the browser bundle.
    #[error(transparent)]
    Assets(#[from] crate::assets::MissingBundle),
    /// The words of the language cannot be read.
    #[error("app/content/{0}")]
    Content(String),
    /// The secret of the limits is too short to be one.
    #[error("{file}: expected at least {SHORTEST_SECRET} random bytes")]
    ShortSecret {
        /// The file.
        file: String,
    },
    /// The system has no randomness for the secret of the limits.
    #[error("the system has no random numbers")]
    NoRandomness,
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The runtime cannot be started, or the system does not give a signal.
    #[error(transparent)]
    Runtime(io::Error),
    /// The address cannot be listened on.
    #[error("{listen}: {cause}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
}

/// Serves the site until it is told to stop.
///
/// # Errors
///
/// When the configuration, the bundle or the address to listen on cannot be used.
pub fn run(options: ServeOptions) -> Result<ExitCode, ServeError> {
    let _log = log::start(options.log_format);
    process::keep_memory_private();
    let open_files = process::allow_many_connections();
    let catalogue = records::read(&options.config, options.trust.allow_private)?;
    let probe = records::probe(&options.trust, Options::default())?;
    let tests = options.limits.tests_at_once.get() as usize;
    let targets = tests.saturating_mul(catalogue.max_services());
    let reserve = Probe::most_sockets(targets).saturating_add(OTHER_FILES);
    let connections = options.connections.clone().leaving(reserve, open_files);
    let assets = Assets::load()?;
    let site = Site::read(catalogue, &options.language, probe, assets.bundle());
    let site = site.map_err(ServeError::Content)?;
    let front = Front {
        proxies: Proxies::new(&options.proxies),
        hsts: Hsts::seconds(options.tls.hsts),
        hosts: Hosts::new(&options.host),
        contacts: options.security_contact.clone(),
        ..Front::default()
    };
    let keys = keys(&options.limits)?;
    let limits = Limits::new(&options.limits, keys, front.metrics.clone());
    let certificates = match (&options.tls.tls_cert, &options.tls.tls_key) {
        (Some(cert), Some(key)) => Some(Arc::new(Certificates::read(cert, key)?)),
        _ => None,
    };
    let transport = Transport {
        certificates,
        proxies: front.proxies.clone(),
        proxy_protocol: options.proxies.proxy_protocol,
        connections: Connections::new(&connections),
        stop_within: Duration::from_secs(options.stop_within.into()),
        metrics: front.metrics.clone(),
    };
    let app = router(Arc::new(site), assets, limits.clone(), front.clone());
    tokio::runtime::Runtime::new()
        .map_err(ServeError::Runtime)?
        .block_on(listen(&options, transport, app, front, limits))?;
    Ok(ExitCode::SUCCESS)
}

/// Serves the site, sends on who comes to the wrong door, and tells operators how it is.
async fn listen(
    options: &ServeOptions,
    transport: Transport,
    app: impl Application,
    front: Front,
    limits: Limits,
) -> Result<(), ServeError> {
    let certificates = transport.certificates.clone();
    let (listener, address) = match service::socket().map_err(ServeError::Runtime)? {
        Some(given) => {
            let address = given.local_addr().map_err(ServeError::Runtime)?;
            (given, address)
        }
        None => bind(options.listen).await?,
    };
    let redirect = bind_if(options.tls.redirect_listen).await?;
    let operations = bind_if(options.metrics_listen).await?;
    // Programs that start this one wait for these lines, so they go to standard output.
    let scheme = if certificates.is_some() {
        "https"
    } else {
        "http"
    };
    announce(format_args!("listening on {scheme}://{address}"));
    let plain = Transport {
        certificates: None,
        ..transport.clone()
    };
    let (stop, stopped) = watch::channel(false);
    let told = |mut stopped: watch::Receiver<bool>| async move {
        // It also ends when nobody could tell any more.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let redirecting = async {
        if let Some((listener, from)) = redirect {
            announce(format_args!("sending http://{from} on to {scheme}"));
            let app = redirect::router(address.port(), front.hosts.clone());
            listen::serve(listener, plain.clone(), app, told(stopped.clone())).await;
        }
    };
    // Operators want to know how it ends, too, so this goes on to the last.
    let telling = async {
        if let Some((listener, address)) = operations {
            announce(format_args!("metrics on http://{address}/metrics"));
            let app = operations::router(front.metrics.clone(), front.ready.clone());
            let plain = Transport {
                connections: Connections::of_operators(),
                proxy_protocol: false,
                ..plain.clone()
            };
            listen::serve(listener, plain, app, std::future::pending()).await;
        }
        std::future::pending::<()>().await;
    };
    let stopping = async {
        stop_signal().await;
        front.ready.no_longer();
        service::stopping();
        stop.send_replace(true);
        sleep(transport.stop_within.saturating_sub(LAST_WORDS)).await;
        limits.end_tests();
        std::future::pending::<()>().await;
    };
    let renewing = async {
        match &certificates {
            Some(certificates) => certificates.keep_fresh().await,
            None => service::reload_nothing().await,
        }
        .map_err(ServeError::Runtime)
    };
    let announcing = async {
        service::ready();
        service::alive().await;
    };
    let serving = listen::serve(listener, transport.clone(), app, told(stopped.clone()));
    let serving = async {
        tokio::join!(serving, redirecting);
        Ok(())
    };
    tokio::select! {
        // In this order: who is told that it is ready may send signals at once, and they must be heard.
        biased;
        served = serving => served,
        renewed = renewing => renewed,
        () = telling => Ok(()),
        () = stopping => Ok(()),
        () = announcing => Ok(()),
    }
}

/// Says on standard output where something is served. The site is served all the same if nobody can read
/// that.
fn announce(what: fmt::Arguments<'_>) {
    if let Err(cause) = terminal::print(format_args!("mailguide: {what}\n")) {
        tracing::warn!(%cause, "the addresses cannot be announced");
    }
}

async fn bind_if(
    listen: Option<SocketAddr>,
) -> Result<Option<(TcpListener, SocketAddr)>, ServeError> {
    match listen {
        Some(listen) => bind(listen).await.map(Some),
        None => Ok(None),
    }
}

async fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |cause| ServeError::Listen { listen, cause };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// The secret of the limits, from its file or for this start only.
fn keys(options: &LimitOptions) -> Result<Keys, ServeError> {
    let Some(file) = &options.limits_secret else {
        return Keys::random().map_err(|_| ServeError::NoRandomness);
    };
    let secret = records::read_file(file)?;
    Keys::configured(&secret).ok_or_else(|| ServeError::ShortSecret {
        file: file.display().to_string(),
    })
}

/// Ends when the program is told to stop: Ctrl-C, or SIGTERM from a service manager.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};

    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return drop(tokio::signal::ctrl_c().await);
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
