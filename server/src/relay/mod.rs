//! Relays: each carries the bytes of one browser's own TLS session to one documented mail service, and cannot read
//! them.
//!
//! | module | idea |
//! |---|---|
//! | `tls_records` | what of a byte stream looks like TLS |
//! | `commands` | what may be said in the clear before TLS |
//! | `upward` | what a browser may send, from the first byte to the last |
//! | `carry` | the connection, and bytes both ways |
//! | `end` | how relays end |
//! | `running` | the relays that run, for the end of the program |
//!
//! How many there may be is for the limits to say, and whose page may ask for one is for the route.

mod carry;
mod commands;
mod end;
mod running;
mod tls_records;
mod upward;

use app::check::target;
use app::record::Catalogue;
use app::status::ServiceKey;
use probe::net::Target;

pub(crate) use self::carry::{Carried, carry, close_at_once, refuse};
pub use self::running::RunningRelays;
use self::upward::Upward;

/// The subprotocol of the WebSocket (RFC 6455 §1.9).
pub(crate) const SUBPROTOCOL: &str = "mailguide.relay.v1";

/// The longest message of a browser, in bytes: all that it may send at once.
pub(crate) const MAX_MESSAGE_LEN: usize = upward::MAX_UP_LEN;

/// Where a relay to this service leads, and what may go up to it; `None` where relays lead to none of this name.
pub(crate) fn destination(catalogue: &Catalogue, key: &ServiceKey) -> Option<(Target, Upward)> {
    let mut records = catalogue.records.iter();
    let record = records.find(|record| record.id.as_str() == key.record())?;
    record.groups.iter().find_map(|group| {
        let mut services = group.services.iter();
        let service = services.find(|service| service.endpoint.id == key.service())?;
        let upward = Upward::new(&service.endpoint)?;
        let domain = group.domains.first()?;
        Some((target(record, service, domain), upward))
    })
}
