//! `mailguide serve`: the site.

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use app::check::TestWords;
use app::guide::Guide;
use app::page_words::PageWords;
use app::site::Site;
use app::words::Words;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use probe::net::Options;
use tracing_subscriber::EnvFilter;

use crate::assets::Assets;
use crate::cli::ServeOptions;
use crate::client::{Connection, Proxies};
use crate::limits::key::{Keys, SHORTEST_SECRET};
use crate::limits::{LimitOptions, Limits};
use crate::records::{self, ConfigError};
use crate::router::router;

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
    /// The address cannot be listened on, or the system failed later.
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
    // The DNS client warns of odd answers, with all that is in them. Here those are a test's result, and
    // which domains are tested is not for the log.
    let filter = EnvFilter::try_from_env("MAILGUIDE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,hickory_net=off,hickory_resolver=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
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
    let proxies = Proxies::new(&options.proxies);
    let app = router(Arc::new(site), assets, limits, proxies);
    let listen = options.listen;
    let failed = move |cause| ServeError::Listen { listen, cause };
    tokio::runtime::Runtime::new()
        .map_err(failed)?
        .block_on(async {
            let listener = tokio::net::TcpListener::bind(listen)
                .await
                .map_err(failed)?;
            let address = listener.local_addr().map_err(failed)?;
            // Programs that start this one wait for this line, so it goes to standard output.
            anstream::println!("mailguide: listening on http://{address}");
            axum::serve(
                listener,
                // The connection is noted where the client will be looked for.
                app.layer(from_fn(noted))
                    .into_make_service_with_connect_info::<SocketAddr>(),
            )
            .with_graceful_shutdown(stop_signal())
            .await
            .map_err(failed)
        })?;
    Ok(ExitCode::SUCCESS)
}

async fn noted(
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(Connection::plain(peer));
    next.run(request).await
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
