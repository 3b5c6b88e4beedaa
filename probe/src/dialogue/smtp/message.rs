//! Sending a message (RFC 5321 §3.3).

use super::reply::reply;
use super::sending_refusal::{MailCommand, judge};
use crate::dialogue::clock::Clock;
use crate::dialogue::connection::Connection;
use crate::dialogue::fault::Fault;
use crate::dialogue::results::OutgoingMessage;
use crate::dialogue::stream::Stream;
use crate::envelope_address::EnvelopeAddress;

/// Offers a message from and to this address, up to where the server waits for its content.
pub(in crate::dialogue) async fn offer_message<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    address: &EnvelopeAddress,
) -> Result<(), Fault> {
    let address = address.as_str();
    let commands = [
        (MailCommand::Mail, format!("MAIL FROM:<{address}>\r\n")),
        (MailCommand::Rcpt, format!("RCPT TO:<{address}>\r\n")),
        (MailCommand::Data, "DATA\r\n".to_owned()),
    ];
    for (command, line) in commands {
        send(connection, command, line.as_bytes()).await?;
    }
    Ok(())
}

/// Sends the content of a message that was offered. Returns the reply that accepted it.
pub(in crate::dialogue) async fn send_content<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    message: &OutgoingMessage,
) -> Result<Option<String>, Fault> {
    let content = transparent(&message.content);
    send(connection, MailCommand::EndOfData, &content).await
}

async fn send<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    command: MailCommand,
    bytes: &[u8],
) -> Result<Option<String>, Fault> {
    connection.send(bytes).await?;
    let answer = reply(connection).await?;
    match judge(command, &answer) {
        Some(outcome) => Err(connection.fault(outcome, &answer.raw)),
        None => Ok(connection.quote(&answer.raw)),
    }
}

/// The message with its end, so that no line of it is taken for the end (RFC 5321 §4.5.2).
fn transparent(content: &[u8]) -> Vec<u8> {
    let mut sent = Vec::with_capacity(content.len() + 16);
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            sent.push(b'.');
        }
        sent.extend_from_slice(line);
    }
    if !sent.ends_with(b"\r\n") {
        sent.extend_from_slice(b"\r\n");
    }
    sent.extend_from_slice(b".\r\n");
    sent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_taken_for_the_end() {
        for (content, sent) in [
            (&b"a: b\r\n\r\nc\r\n"[..], &b"a: b\r\n\r\nc\r\n.\r\n"[..]),
            (b"c", b"c\r\n.\r\n"),
            (b".\r\n..x\r\nc.\r\n", b"..\r\n...x\r\nc.\r\n.\r\n"),
            (b"", b"\r\n.\r\n"),
        ] {
            assert_eq!(transparent(content), sent);
        }
    }
}
