//! Brings a connection of its own to the point where TLS can begin: greeting, STARTTLS.
//!
//! It serves what is done beside a session: the check of the other addresses of a host, and the
//! diagnosis of a handshake that failed without a reason. It reports no steps and sends no secret.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use super::clock::TokioClock;
use super::connect::client_name;
use crate::dialogue::{self, Connection, Fault, Redactor, Upgrade};
use crate::endpoint::{Endpoint, Security};

/// The time for the greeting. Servers that make strangers wait longer are not worth it beside a session.
const GREETING_TIMEOUT: Duration = Duration::from_secs(10);

/// The time for the agreement on TLS.
const STARTTLS_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection on which TLS may begin.
pub(super) struct ReadyForTls {
    pub(super) upgrade: Upgrade<TcpStream>,
    /// The greeting, where it comes before TLS.
    pub(super) greeting: Option<String>,
}

/// Asks for TLS on an open connection where that is needed.
///
/// # Errors
///
/// Those of the greeting and of STARTTLS.
pub(super) async fn prepare_tls(
    stream: TcpStream,
    endpoint: &Endpoint,
    redactor: &Arc<Redactor>,
) -> Result<ReadyForTls, Fault> {
    if endpoint.security == Security::Tls {
        return Ok(ReadyForTls {
            upgrade: Upgrade::fresh(stream),
            greeting: None,
        });
    }
    let client = client_name(&stream);
    let clock = TokioClock(Instant::now());
    let mut connection = Connection::new(stream.compat(), clock, Arc::clone(redactor), client);
    connection.begin_stage(GREETING_TIMEOUT);
    let greeting = dialogue::greeting(endpoint.protocol, &mut connection).await?;
    let known = greeting.capabilities.as_ref();
    connection.begin_stage(STARTTLS_TIMEOUT);
    dialogue::starttls(endpoint.protocol, &mut connection, known).await?;
    Ok(ReadyForTls {
        upgrade: connection.into_upgrade()?.map(Compat::into_inner),
        greeting: greeting.server_reply,
    })
}
