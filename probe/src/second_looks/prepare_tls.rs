//! Brings a connection of its own to the point where TLS can begin: greeting, STARTTLS.
//!
//! It serves what is done beside a session: the check of the other addresses of a host, and the
//! diagnosis of a handshake that failed without a reason. It reports no steps and sends no secret.

use std::sync::Arc;
use std::time::Duration;

use super::visit::Visit;
use crate::dialogue::{self, Clock, Connection, Fault, Redactor, Stream, Upgrade};
use crate::endpoint::{Endpoint, Security};

/// The time for the greeting. Servers that make strangers wait longer are not worth it beside a session.
const GREETING_TIMEOUT: Duration = Duration::from_secs(10);

/// The time for the agreement on TLS.
const STARTTLS_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection on which TLS may begin.
pub(crate) struct ReadyForTls<S> {
    pub(crate) upgrade: Upgrade<S>,
    /// The greeting, where it comes before TLS.
    #[cfg_attr(
        not(feature = "net"),
        expect(dead_code, reason = "only `net` compares greetings")
    )]
    pub(crate) greeting: Option<String>,
}

/// Asks for TLS on an open connection where that is needed.
///
/// # Errors
///
/// Those of the greeting and of STARTTLS.
pub(crate) async fn prepare_tls<S: Stream, C: Clock>(
    visit: Visit<S>,
    endpoint: &Endpoint,
    redactor: &Arc<Redactor>,
    clock: C,
) -> Result<ReadyForTls<S>, Fault> {
    let Visit {
        stream,
        client_name,
    } = visit;
    if endpoint.security == Security::Tls {
        return Ok(ReadyForTls {
            upgrade: Upgrade::fresh(stream),
            greeting: None,
        });
    }
    let mut connection = Connection::new(stream, clock, Arc::clone(redactor), client_name);
    connection.begin_stage(GREETING_TIMEOUT);
    let greeting = dialogue::greeting(endpoint.protocol, &mut connection).await?;
    let known = greeting.capabilities.as_ref();
    connection.begin_stage(STARTTLS_TIMEOUT);
    dialogue::starttls(endpoint.protocol, &mut connection, known).await?;
    Ok(ReadyForTls {
        upgrade: connection.into_upgrade()?,
        greeting: greeting.server_reply,
    })
}
