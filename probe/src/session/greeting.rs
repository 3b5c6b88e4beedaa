//! Waits for the greeting, and finds out meanwhile whether a silent server waits for TLS.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::transport::Transport;
use crate::dialogue::{self, Clock, Connection, Fault, Greeting, Stream};
use crate::endpoint::{Endpoint, Security};
use crate::outcome::Outcome;

/// A server that has not said a byte by then may be waiting for TLS. Honest servers under load greet later
/// than this, too, so the greeting is waited for all the same.
const SILENCE: Duration = Duration::from_millis(2500);

/// Reads the greeting. Where the connection is not encrypted, a server that says nothing, or hangs up without a
/// word, is asked on another connection whether it speaks TLS. A greeting that comes meanwhile counts more.
/// `give_up` is called where no greeting can come any more and something is asked all the same.
pub(super) async fn hear_greeting<T: Transport, S: Stream, C: Clock>(
    endpoint: &Endpoint,
    transport: &T,
    connection: &mut Connection<S, C>,
    clock: &C,
    give_up: impl FnOnce(),
) -> Result<Greeting, Fault> {
    if endpoint.security != Security::Tls {
        first_bytes(transport, connection, clock, give_up).await?;
    }
    dialogue::greeting(endpoint.protocol, connection).await
}

async fn first_bytes<T: Transport, S: Stream, C: Clock>(
    transport: &T,
    connection: &mut Connection<S, C>,
    clock: &C,
    give_up: impl FnOnce(),
) -> Result<(), Fault> {
    let mut hearing = pin!(dialogue::await_greeting(connection));
    let silence = clock.sleep_until(clock.now() + SILENCE);
    let heard = match select(&mut hearing, pin!(silence)).await {
        Either::Left((heard, _)) => Some(heard),
        Either::Right(_) => None,
    };
    let mut asking = pin!(transport.answers_tls());
    let (heard, answers_tls) = match heard {
        Some(heard) => (heard, None),
        None => match select(&mut hearing, &mut asking).await {
            Either::Left((heard, _)) => (heard, None),
            Either::Right((true, _)) => return Err(Outcome::TlsOnPlainPort.into()),
            Either::Right((false, _)) => (hearing.await, Some(false)),
        },
    };
    match heard {
        Err(fault) if is_without_a_word(&fault) => {
            let answers_tls = match answers_tls {
                Some(answers_tls) => answers_tls,
                None => {
                    give_up();
                    asking.await
                }
            };
            Err(if answers_tls {
                fault.with(Outcome::TlsOnPlainPort)
            } else {
                fault
            })
        }
        heard => heard,
    }
}

/// Whether the server said nothing at all.
fn is_without_a_word(fault: &Fault) -> bool {
    matches!(fault.outcome, Outcome::NoGreeting | Outcome::ClosedEarly)
        && fault.server_reply.is_none()
}
