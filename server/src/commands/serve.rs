//! `mailguide serve`: the site.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use app::check::TestWords;
use app::guide::Guide;
use app::page_words::PageWords;
use app::site::Site;
use app::words::Words;
use axum::Router;
use probe::net::Options;
use tokio::net::TcpListener;

use crate::assets::Assets;
use crate::cli::ServeOptions;
use crate::client::Proxies;
use crate::headers::Hsts;
use crate::limits::key::{Keys, SHORTEST_SECRET};
use crate::limits::{LimitOptions, Limits};
use crate::listen::connections::Connections;
use crate::listen::tls::{Certificates, TlsError};
use crate::listen::{self, Transport, redirect};
use crate::records::{self, ConfigError};
use crate::router::{Front, router};
use crate::{log, process};

/// Why the site is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// What it was given is not in order.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The program was built without the browser bundle.
    #[error(transparent)]
    Assets(#[from] crate::assets::MissingBundle),
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
    log::start(options.log_format);
    process::keep_memory_private();
    process::allow_many_connections();
    let catalogue = records::read(&options.config, options.trust.allow_private)?;
    let probe = records::probe(&options.trust, Options::default())?;
    let assets = Assets::load()?;
    let site = Site {
        catalogue,
        words: Words::english(),
        test_words: TestWords::english(),
        page_words: PageWords::english(),
        guide: Guide::english(),
        probe,
        bundle: assets.bundle(),
    };
    let limits = Limits::new(&options.limits, keys(&options.limits)?);
    let front = Front {
        proxies: Proxies::new(&options.proxies),
        hsts: Hsts::seconds(options.tls.hsts),
    };
    let certificates = match (&options.tls.tls_cert, &options.tls.tls_key) {
        (Some(cert), Some(key)) => Some(Arc::new(Certificates::read(cert, key)?)),
        _ => None,
    };
    let transport = Transport {
        certificates,
        proxies: front.proxies.clone(),
        proxy_protocol: options.proxies.proxy_protocol,
        connections: Connections::new(&options.connections),
    };
    let app = router(Arc::new(site), assets, limits, front);
    tokio::runtime::Runtime::new()
        .map_err(ServeError::Runtime)?
        .block_on(listen(&options, transport, app))?;
    Ok(ExitCode::SUCCESS)
}

/// Serves the site, and sends on who comes to the wrong door.
async fn listen(
    options: &ServeOptions,
    transport: Transport,
    app: Router,
) -> Result<(), ServeError> {
    let certificates = transport.certificates.clone();
    let (listener, address) = bind(options.listen).await?;
    let redirect = match options.tls.redirect_listen {
        Some(listen) => Some(bind(listen).await?),
        None => None,
    };
    // Programs that start this one wait for these lines, so they go to standard output.
    let scheme = if certificates.is_some() {
        "https"
    } else {
        "http"
    };
    anstream::println!("mailguide: listening on {scheme}://{address}");
    let redirecting = async {
        if let Some((listener, from)) = redirect {
            anstream::println!("mailguide: sending http://{from} on to {scheme}");
            let transport = Transport {
                certificates: None,
                ..transport.clone()
            };
            let app = redirect::router(address.port());
            listen::serve(listener, transport, app, stop_signal()).await;
        }
    };
    let serving = async {
        let serving = listen::serve(listener, transport.clone(), app, stop_signal());
        tokio::join!(serving, redirecting);
        Ok(())
    };
    let renewing = async {
        match &certificates {
            Some(certificates) => certificates.keep_fresh().await.map_err(ServeError::Runtime),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        served = serving => served,
        renewed = renewing => renewed,
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
