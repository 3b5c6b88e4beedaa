//! Why the relay ended a connection.

use std::cell::RefCell;
use std::rc::Rc;

use event_listener::{Event, listener};
use gloo_net::websocket::events::CloseEvent;
use serde::Serialize;

use crate::outcome::Outcome;

/// The mail server has closed the connection, or this side.
const CLOSED: u16 = 1000;

/// The relay has waited too long.
const TOO_LONG: u16 = 4002;

/// The connection to the mail server has failed.
const RESET: u16 = 4005;

/// How a connection through the relay came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// The mail server has closed it.
    ByServer,
    /// The mail server has broken it off.
    Reset,
    /// It is the relay, or the way to it.
    ByRelay(RelayEnd),
}

/// Why a relay gives up, or cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct RelayEnd {
    /// The close code of the WebSocket. 1006 where there was no relay, or where the line to it broke (RFC 6455
    /// §7.4.1).
    pub(super) code: u16,
    /// What the relay says of it, such as the id of a limit.
    pub(super) reason: String,
}

impl From<CloseEvent> for Closed {
    fn from(event: CloseEvent) -> Self {
        match event.code {
            CLOSED => Self::ByServer,
            RESET => Self::Reset,
            code => Self::ByRelay(RelayEnd {
                code,
                reason: event.reason,
            }),
        }
    }
}

impl RelayEnd {
    /// There is no relay.
    pub(super) fn unreachable() -> Self {
        Self {
            code: 1006,
            reason: String::new(),
        }
    }

    /// How the stage ends that was under way.
    pub(super) fn outcome(&self) -> Outcome {
        match self.code {
            TOO_LONG => Outcome::Deadline,
            _ => Outcome::Cancelled,
        }
    }
}

/// Tells those who run a session that the relay has given it up.
#[derive(Clone, Default)]
pub(super) struct RelayWatch(Rc<Watched>);

#[derive(Default)]
struct Watched {
    end: RefCell<Option<RelayEnd>>,
    ended: Event,
}

impl RelayWatch {
    /// The relay has given up.
    pub(super) fn ended(&self, end: RelayEnd) {
        *self.0.end.borrow_mut() = Some(end);
        self.0.ended.notify(usize::MAX);
    }

    /// Waits until the relay gives up, which it need not do.
    pub(super) async fn wait(&self) -> RelayEnd {
        loop {
            listener!(self.0.ended => ended);
            if let Some(end) = self.0.end.borrow().clone() {
                return end;
            }
            ended.await;
        }
    }
}
