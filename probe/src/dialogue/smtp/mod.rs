//! The SMTP submission conversation (RFC 6409, RFC 5321, RFC 3207, RFC 4954).

mod message;
mod reply;
mod sending;
mod sending_refusal;
#[cfg(test)]
mod tests;

pub(super) use self::message::{offer_message, send_content};
use self::reply::{Line, Reply, reply, rest};
pub(super) use self::sending::sending;
use super::capabilities::Capabilities;
use super::clock::Clock;
use super::connection::Connection;
use super::fault::Fault;
use super::recognise::{ServiceKind, recognise};
use super::results::{Greeting, SignedIn};
use super::sasl_exchange::{SaslExchange, as_sign_in_fault};
use super::stream::Stream;
use super::verified_connection::{VerifiedConnection, VerifiedTls};
use super::{first_words, refusal, sasl};
use crate::credentials::Credentials;
use crate::outcome::Outcome;

/// Reads the greeting (RFC 5321 §4.3.1).
pub(super) async fn greeting<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Greeting, Fault> {
    let first = connection.read_line().await?;
    let foreign = recognise(&first) != ServiceKind::Mail;
    let Some(line) = Line::parse(&first).filter(|_| !foreign) else {
        return Err(first_words::foreign_greeting(connection, &first));
    };
    let reply = rest(connection, line).await?;
    let outcome = match reply.code {
        220 => {
            return Ok(Greeting {
                server_reply: connection.quote(&reply.raw),
                capabilities: None,
            });
        }
        400..=599 => reply.judged(refusal::of_greeting),
        _ => Outcome::MalformedReply,
    };
    Err(connection.fault(outcome, &reply.raw))
}

/// Sends EHLO and reads the capabilities (RFC 5321 §4.1.1.1).
pub(super) async fn capabilities<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Capabilities, Fault> {
    let hello = format!("EHLO {}\r\n", connection.client_name());
    connection.send(hello.as_bytes()).await?;
    let mut reply = reply(connection).await?;
    if reply.code == 220 {
        // Some servers greet again inside TLS (RFC 3207 has them not to); the answer comes behind it.
        reply = reply::reply(connection).await?;
    }
    match reply.code {
        250 => {
            let mut capabilities = Capabilities::default();
            // The first line is the server's name.
            reply
                .texts
                .iter()
                .skip(1)
                .for_each(|line| capabilities.add_smtp(line));
            Ok(capabilities)
        }
        _ => Err(connection.fault(refused_hello(&reply), &reply.raw)),
    }
}

/// What it means that EHLO is refused. Who understands it and does not take it turns the client away, or its name
/// (RFC 5321 §4.1.1.1, §4.3.2: 501 is about the argument).
fn refused_hello(reply: &Reply) -> Outcome {
    let turned_away = || reply.judged(refusal::of_greeting);
    match (reply.code, reply.judged(refusal::before_sign_in)) {
        (400..=599, Some(outcome)) => outcome,
        (500 | 502 | 504, None) => Outcome::ExtendedSmtpMissing,
        (400..=499 | 501 | 521 | 550..=559 | 571, None) => turned_away(),
        _ => Outcome::NoCapabilities,
    }
}

/// Requests TLS, if it is offered (RFC 3207 §4).
pub(super) async fn starttls<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Option<String>, Fault> {
    let offered = capabilities(connection).await?;
    if !offered.has("STARTTLS") {
        let words = offered.words.join(", ");
        return Err(connection.fault(Outcome::StarttlsNotOffered, words.as_bytes()));
    }
    connection.send(b"STARTTLS\r\n").await?;
    let reply = reply(connection).await?;
    match reply.code {
        220 => Ok(connection.quote(&reply.raw)),
        400..=599 => {
            let turned_away = reply.judged(refusal::before_sign_in);
            Err(connection.fault(turned_away.unwrap_or(Outcome::StarttlsRefused), &reply.raw))
        }
        _ => Err(connection.fault(Outcome::MalformedReply, &reply.raw)),
    }
}

/// A mechanism that client and server share.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mechanism {
    Plain,
    Login,
}

/// The mechanism with the fewest round trips.
pub(super) fn choose_mechanism(capabilities: &Capabilities) -> Option<Mechanism> {
    if capabilities.has_mechanism("PLAIN") {
        Some(Mechanism::Plain)
    } else if capabilities.has_mechanism("LOGIN") {
        Some(Mechanism::Login)
    } else {
        None
    }
}

/// Signs in, once (RFC 4954 §4).
pub(super) async fn sign_in<S: VerifiedTls, C: Clock>(
    server: &mut VerifiedConnection<S, C>,
    capabilities: &Capabilities,
    credentials: &Credentials,
) -> Result<SignedIn, Fault> {
    let (mechanism, answers) = match choose_mechanism(capabilities) {
        Some(Mechanism::Plain) => {
            let response = sasl::plain(credentials);
            server.send_secret("AUTH PLAIN ", &response).await?;
            ("PLAIN", Vec::new())
        }
        Some(Mechanism::Login) => {
            server.connection().send(b"AUTH LOGIN\r\n").await?;
            let user = sasl::login_user(credentials);
            ("LOGIN", vec![user, sasl::login_password(credentials)])
        }
        None => return Err(Outcome::PasswordSignInNotOffered.into()),
    };
    let mut exchange = SaslExchange::new(answers);
    loop {
        let reply = reply(server.connection()).await.map_err(as_sign_in_fault)?;
        let connection = server.connection();
        match reply.code {
            _ if exchange.cancelled() => {
                return Err(connection.fault(Outcome::SignInProtocolError, &reply.raw));
            }
            235 => {
                connection.signed_in = true;
                let server_reply = connection.quote(&reply.raw);
                return Ok(SignedIn {
                    mechanism,
                    server_reply,
                    capabilities: None,
                });
            }
            334 => {
                let challenge = reply.texts.concat();
                exchange.respond(server, challenge.as_bytes()).await?;
            }
            _ => {
                let outcome = reply.judged(refusal::of_sign_in);
                return Err(connection.fault(outcome, &reply.raw));
            }
        }
    }
}

/// Sends QUIT (RFC 5321 §4.1.1.10).
pub(super) async fn quit<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
) -> Result<Option<String>, Fault> {
    connection.send(b"QUIT\r\n").await?;
    let reply = reply(connection).await?;
    match reply.code {
        // The server has nothing against QUIT: it breaks off (RFC 5321 §3.8).
        421 if connection.signed_in => Err(connection.fault(Outcome::SendingFault, &reply.raw)),
        421 => Err(connection.fault(reply.judged(refusal::of_greeting), &reply.raw)),
        _ => Ok(connection.quote(&reply.raw)),
    }
}
