//! Addresses that options name, and what is said where they cannot be listened on.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

/// An address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("{option} {listen}: {cause}{}", expected(cause))]
pub struct ListenError {
    /// The option that has it.
    pub option: &'static str,
    /// The address.
    pub listen: SocketAddr,
    /// The error of the system.
    pub cause: io::Error,
}

/// Listens on the address of this option, if it has one, and returns the one that it really is.
///
/// # Errors
///
/// When the system does not allow it.
pub async fn bind_if(
    option: &'static str,
    listen: Option<SocketAddr>,
) -> Result<Option<(TcpListener, SocketAddr)>, ListenError> {
    match listen {
        Some(listen) => bind(option, listen).await.map(Some),
        None => Ok(None),
    }
}

/// The same for an option that always has one.
///
/// # Errors
///
/// When the system does not allow it.
pub async fn bind(
    option: &'static str,
    listen: SocketAddr,
) -> Result<(TcpListener, SocketAddr), ListenError> {
    let failed = |cause| ListenError {
        option,
        listen,
        cause,
    };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// What is expected in place of an address that cannot be listened on for this cause.
fn expected(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::AddrInUse => ": expected a port on which nothing listens yet",
        io::ErrorKind::AddrNotAvailable => ": expected an address of this machine",
        io::ErrorKind::PermissionDenied => {
            ": expected a port that the user of the program may listen on, such as one from 1024 on"
        }
        _ => "",
    }
}
