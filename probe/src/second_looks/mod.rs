//! What a server is asked on connections of its own, beside its session: a handshake that failed without a
//! reason, or silence in the place of a greeting. No secret is sent there.
//!
//! | module | idea |
//! |---|---|
//! | `turns` | how often a server is visited besides its session |
//! | `visit` | what is needed of the layers below |
//! | `prepare_tls` | another connection, up to where TLS begins |
//! | `hello_exchange` | a hello that was written by hand, and what comes back for it |
//! | `tls_diagnosis` | asks a server again that refused TLS without a reason |

mod hello_exchange;
mod prepare_tls;
mod tls_diagnosis;
mod turns;
mod visit;

#[cfg(feature = "net")]
pub(crate) use hello_exchange::{Exchange, exchange_in_tls};
#[cfg(feature = "net")]
pub(crate) use prepare_tls::{ReadyForTls, prepare_tls};
pub(crate) use tls_diagnosis::{answers_tls, diagnose};
pub(crate) use turns::SecondLooks;
#[cfg(feature = "net")]
pub(crate) use turns::turns_away;
pub(crate) use visit::{Visit, Visitor};
