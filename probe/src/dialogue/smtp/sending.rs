//! Asking whether the customer may send, without sending anything (RFC 5321 §3.3).
//!
//! The envelope of a message to the customer's own address is offered and then taken back. That is what a
//! mail program does first when a message is sent, so what keeps it from being sent shows here.

use super::reply::reply;
use super::sending_refusal::{MailCommand, judge};
use crate::dialogue::capabilities::Capabilities;
use crate::dialogue::clock::Clock;
use crate::dialogue::connection::Connection;
use crate::dialogue::fault::Fault;
use crate::dialogue::stream::Stream;
use crate::envelope_address::EnvelopeAddress;
use crate::outcome::Outcome;

/// The size of a short message, in bytes, which is announced where the server asks for it (RFC 1870 §3).
const MESSAGE_SIZE: usize = 2_000;

/// Offers the envelope of a message from and to this address, and takes it back. Returns the reply that
/// accepted it.
pub(in crate::dialogue) async fn sending<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    capabilities: &Capabilities,
    address: &EnvelopeAddress,
) -> Result<Option<String>, Fault> {
    let address = address.as_str();
    let size = match capabilities.has("SIZE") {
        true => format!(" SIZE={MESSAGE_SIZE}"),
        false => String::new(),
    };
    let commands = [
        (
            MailCommand::Mail,
            format!("MAIL FROM:<{address}>{size}\r\n"),
        ),
        (MailCommand::Rcpt, format!("RCPT TO:<{address}>\r\n")),
        (MailCommand::Rset, "RSET\r\n".to_owned()),
    ];
    // In one flight where the server takes it (RFC 2920 §3.1), which saves two round trips.
    let pipelining = capabilities.has("PIPELINING");
    if pipelining {
        let group = commands.each_ref().map(|(_, line)| line.as_str()).concat();
        connection.send(group.as_bytes()).await?;
    }
    let mut accepted = None;
    let mut refused = None;
    for (command, line) in commands {
        if !pipelining {
            connection.send(line.as_bytes()).await?;
        }
        let answer = match reply(connection).await {
            Ok(answer) => answer,
            // Whatever there was to ask is answered.
            Err(fault) if fault.outcome == Outcome::ClosedEarly && command == MailCommand::Rset => {
                break;
            }
            // The refusal is the cause; that the server hangs up is what follows.
            Err(fault) => return Err(refused.unwrap_or(fault)),
        };
        // Behind a refusal the replies say only that there is no envelope.
        if refused.is_some() {
            continue;
        }
        match judge(command, &answer) {
            Some(outcome) => {
                let fault = connection.fault(outcome, &answer.raw);
                if !pipelining {
                    return Err(fault);
                }
                refused = Some(fault);
            }
            None if command == MailCommand::Rcpt => accepted = connection.quote(&answer.raw),
            None => {}
        }
    }
    match refused {
        Some(fault) => Err(fault),
        None => Ok(accepted),
    }
}
