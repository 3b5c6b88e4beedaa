//! The stages of a session. Each reports its step and returns what it saw.

use std::io;
use std::time::Duration;

use super::context::Session;
use super::gate::SignInPermit;
use super::greeting::hear_greeting;
use super::mailbox_usage::fullness;
use super::step_log::{StageFailed, StepSink};
use super::transport::Transport;
use crate::dialogue::{
    self, Capabilities, Clock, Connection, Fault, Greeting, MailboxUsage, OpenedMailbox, Stream,
    Upgrade, VerifiedConnection,
};
use crate::endpoint::Security;
use crate::outcome::Outcome;
use crate::stage::Stage;
use crate::step::Facts;

/// Some servers make strangers wait before they greet, for six seconds (postscreen) or for half a minute (greet_pause).
const GREETING_TIMEOUT: Duration = Duration::from_secs(40);

/// From this time on a greeting is slow. Honest servers under load stay below it; a server that makes
/// strangers wait does not.
const SLOW_GREETING_THRESHOLD: Duration = Duration::from_secs(5);

/// Busy servers look up the client or build an index before they answer.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(20);

/// Servers look up the sender and the recipient, some of them elsewhere (RFC 5321 §4.5.3.2).
pub(super) const SENDING_TIMEOUT: Duration = Duration::from_secs(30);

/// Servers delay the answer to a wrong password, more each time.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(25);

/// Nobody waits for the answer to QUIT or LOGOUT.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) const NO_FACTS: Facts = Facts::None {};

/// How the stage sign-in ended, where it did not fail.
pub(super) enum SignInResult {
    /// There is no password, or it must not be sent again.
    NotTried,
    /// The server accepted the password.
    Accepted {
        /// What the server can do from now on, where it said so unasked.
        capabilities: Option<Capabilities>,
    },
}

/// What it means when the server hangs up instead of answering QUIT or LOGOUT.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hangup {
    /// Nothing.
    Harmless,
    /// The server has answered nothing since the sign-in, so it cannot open the mailbox.
    DroppedAfterSignIn,
}

impl<T: Transport, C: Clock + Clone, K: StepSink> Session<'_, T, C, K> {
    pub(super) async fn greeting<S: Stream>(
        &mut self,
        connection: &mut Connection<S, C>,
    ) -> Result<Greeting, StageFailed> {
        self.log.begin(Stage::Greeting);
        let clock = self.log.clock();
        let begun = clock.now();
        connection.begin_stage(GREETING_TIMEOUT);
        let give_up = || drop((self.turn.take(), self.delivery.take()));
        let heard = hear_greeting(self.endpoint, &self.transport, connection, &clock, give_up);
        match heard.await {
            Ok(greeting) => {
                let slow = clock.now().saturating_sub(begun) >= SLOW_GREETING_THRESHOLD;
                let outcome = if slow {
                    Outcome::SlowGreeting
                } else {
                    Outcome::Ok
                };
                self.log
                    .end(outcome, NO_FACTS, greeting.server_reply.clone());
                Ok(greeting)
            }
            Err(fault) => {
                let fault = self.refine(fault, connection.stream_error());
                Err(self.log.fail(fault, NO_FACTS))
            }
        }
    }

    /// `known` are the capabilities from the greeting.
    pub(super) async fn starttls<S: Stream>(
        &mut self,
        mut connection: Connection<S, C>,
        known: Option<&Capabilities>,
    ) -> Result<Upgrade<S>, StageFailed> {
        self.log.begin(Stage::Starttls);
        connection.begin_stage(COMMAND_TIMEOUT);
        match dialogue::starttls(self.endpoint.protocol, &mut connection, known).await {
            Ok(reply) => match connection.into_upgrade() {
                Ok(upgrade) => {
                    self.log.end(Outcome::Ok, NO_FACTS, reply);
                    Ok(upgrade)
                }
                // The connection is dropped here, and nothing more is sent over it.
                Err(fault) => Err(self.log.fail(fault, NO_FACTS)),
            },
            Err(fault) => Err(self.fail(&mut connection, fault, NO_FACTS).await),
        }
    }

    /// Asks for the capabilities, unless they are known from the greeting.
    pub(super) async fn capabilities<S: Stream>(
        &mut self,
        connection: &mut Connection<S, C>,
        known: Option<Capabilities>,
    ) -> Result<Capabilities, StageFailed> {
        let protocol = self.endpoint.protocol;
        self.log.begin(Stage::Capabilities);
        connection.begin_stage(COMMAND_TIMEOUT);
        let capabilities = match known {
            Some(known) => Ok(known),
            None => dialogue::capabilities(protocol, connection).await,
        };
        let capabilities = match capabilities {
            Ok(capabilities) => capabilities,
            Err(fault) => return Err(self.fail(connection, fault, NO_FACTS).await),
        };
        let facts = Facts::Capabilities {
            capabilities: capabilities.words.clone(),
            mechanisms: capabilities.mechanisms.clone(),
        };
        // Without encryption it is right not to offer it.
        let expected = self.endpoint.security != Security::None;
        if expected && !dialogue::password_sign_in_offered(protocol, &capabilities) {
            let outcome = match capabilities.only_tokens() {
                true => Outcome::BasicAuthenticationOff,
                false => Outcome::PasswordSignInNotOffered,
            };
            return Err(self.fail(connection, outcome.into(), facts).await);
        }
        self.log.end(Outcome::Ok, facts, None);
        Ok(capabilities)
    }

    /// Signs in, if there is something to sign in with and it was not refused elsewhere.
    pub(super) async fn sign_in(
        &mut self,
        server: &mut VerifiedConnection<T::TlsStream, C>,
        capabilities: &Capabilities,
    ) -> Result<SignInResult, StageFailed> {
        self.log.begin(Stage::SignIn);
        let (Some(credentials), Some(turn)) = (self.credentials, self.turn.take()) else {
            self.log.end(Outcome::NoPassword, NO_FACTS, None);
            return Ok(SignInResult::NotTried);
        };
        let permit = turn.enter(&self.log.clock()).await;
        // Waiting for the others is not this server's time.
        self.log.begin(Stage::SignIn);
        let exclusive = match permit {
            SignInPermit::Exclusive(exclusive) => Some(exclusive),
            SignInPermit::Shared => None,
            SignInPermit::Denied => {
                self.log.end(Outcome::NotTried, NO_FACTS, None);
                return Ok(SignInResult::NotTried);
            }
        };
        server.connection().begin_stage(SIGN_IN_TIMEOUT);
        let protocol = self.endpoint.protocol;
        let result = dialogue::sign_in(protocol, server, capabilities, credentials).await;
        let result = result.map_err(|fault| match fault.outcome {
            // A server that lists only tokens refuses every password, and often says no more than no.
            Outcome::SignInRefused | Outcome::WrongCredentials if capabilities.only_tokens() => {
                fault.with(Outcome::BasicAuthenticationOff)
            }
            _ => fault,
        });
        if let Some(exclusive) = exclusive {
            let fault = result.as_ref().err();
            exclusive.report(fault.map_or(Outcome::Ok, |fault| fault.outcome));
        }
        match result {
            Ok(signed_in) => {
                let facts = Facts::SignIn {
                    mechanism: signed_in.mechanism.to_owned(),
                };
                self.log.end(Outcome::Ok, facts, signed_in.server_reply);
                Ok(SignInResult::Accepted {
                    capabilities: signed_in.capabilities,
                })
            }
            Err(fault) => Err(self.fail(server.connection(), fault, NO_FACTS).await),
        }
    }

    /// Opens the mailbox, and asks how full it is. `known` are the capabilities after the sign-in, where they
    /// are known; those that hold from now on are returned.
    pub(super) async fn mailbox<S: Stream>(
        &mut self,
        connection: &mut Connection<S, C>,
        known: Option<Capabilities>,
    ) -> Result<Capabilities, StageFailed> {
        self.log.begin(Stage::Mailbox);
        connection.begin_stage(COMMAND_TIMEOUT);
        let opened = dialogue::mailbox(self.endpoint.protocol, connection, known).await;
        let OpenedMailbox {
            usage,
            capabilities,
        } = match opened {
            Ok(opened) => opened,
            Err(fault) => return Err(self.fail(connection, fault, NO_FACTS).await),
        };
        let facts = mailbox_facts(usage);
        match fullness(usage) {
            Outcome::MailboxFull => {
                let fault = Outcome::MailboxFull.into();
                Err(self.fail(connection, fault, facts).await)
            }
            outcome => {
                self.log.end(outcome, facts, None);
                Ok(capabilities)
            }
        }
    }

    /// Asks whether a message from the customer to the customer would be taken, where the address is known.
    /// Returns what it means from now on when the server hangs up.
    pub(super) async fn sending<S: Stream>(
        &mut self,
        connection: &mut Connection<S, C>,
        capabilities: &Capabilities,
    ) -> Result<Hangup, StageFailed> {
        self.log.begin(Stage::Sending);
        let Some(address) = &self.address else {
            self.log.end(Outcome::SendingNotTried, NO_FACTS, None);
            return Ok(Hangup::DroppedAfterSignIn);
        };
        connection.begin_stage(SENDING_TIMEOUT);
        let facts = Facts::Sending {
            size_limit: dialogue::message_size_limit(capabilities),
        };
        match dialogue::sending(connection, capabilities, address).await {
            Ok(reply) => {
                self.log.end(Outcome::Ok, facts, reply);
                Ok(Hangup::Harmless)
            }
            Err(fault) => Err(self.fail(connection, fault, facts).await),
        }
    }

    /// Says QUIT or LOGOUT, and closes the connection.
    pub(super) async fn close<S: Stream>(
        &mut self,
        connection: &mut Connection<S, C>,
        hangup: Hangup,
    ) -> Result<(), StageFailed> {
        self.log.begin(Stage::Close);
        connection.begin_stage(QUIT_TIMEOUT);
        let reply = match dialogue::quit(self.endpoint.protocol, connection).await {
            Ok(reply) => reply,
            Err(fault)
                if hangup == Hangup::DroppedAfterSignIn
                    && fault.outcome == Outcome::ClosedEarly =>
            {
                return Err(self
                    .log
                    .fail(fault.with(Outcome::DroppedAfterSignIn), NO_FACTS));
            }
            // What ends the last answer early, or spoils it, does no harm.
            Err(fault) if is_of_reading(fault.outcome) => fault.server_reply,
            // A server that breaks off in the place of a goodbye has a reason.
            Err(fault) => return Err(self.log.fail(fault, NO_FACTS)),
        };
        connection.close().await;
        self.log.end(Outcome::Ok, NO_FACTS, reply);
        Ok(())
    }

    /// Reports a failure, and ends the session politely with a server that kept to the protocol.
    pub(super) async fn fail<S: Stream>(
        &mut self,
        connection: &mut Connection<S, C>,
        fault: Fault,
        facts: Facts,
    ) -> StageFailed {
        let fault = self.refine(fault, connection.stream_error());
        let outcome = fault.outcome;
        let failed = self.log.fail(fault, facts);
        self.give_up_parts();
        if kept_to_protocol(outcome) {
            connection.begin_stage(QUIT_TIMEOUT);
            // The check is over; what is said now changes nothing.
            let _ = dialogue::quit(self.endpoint.protocol, connection).await;
            connection.close().await;
        }
        failed
    }

    /// Lets the other sessions go on that wait for this one, which does not come so far any more. What is done
    /// after a failure, such as its diagnosis or the goodbye, is nothing to them.
    pub(super) fn give_up_parts(&mut self) {
        drop((self.turn.take(), self.delivery.take()));
    }

    /// The dialogue knows only that the stream broke; the layer below may know why.
    fn refine(&self, fault: Fault, error: Option<&io::Error>) -> Fault {
        match error.and_then(|error| self.transport.classify_error(error)) {
            Some(outcome) => fault.with(outcome),
            None => fault,
        }
    }
}

fn mailbox_facts(usage: MailboxUsage) -> Facts {
    let MailboxUsage { storage, messages } = usage;
    Facts::Mailbox {
        used: storage.map(|quota| quota.used),
        limit: storage.and_then(|quota| quota.limit),
        messages: messages.map(|quota| quota.used),
        message_limit: messages.and_then(|quota| quota.limit),
    }
}

/// Whether an outcome says only that an answer could not be read.
fn is_of_reading(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::ClosedEarly | Outcome::NoReply | Outcome::MalformedReply | Outcome::ReplyTooLong
    )
}

/// Whether the server answered as the protocol has it, so that QUIT or LOGOUT is in order. After a
/// breach of the protocol nothing more is sent.
fn kept_to_protocol(outcome: Outcome) -> bool {
    match outcome {
        Outcome::GreetingBusy
        | Outcome::GreetingRefused
        | Outcome::StarttlsNotOffered
        | Outcome::StarttlsRefused
        | Outcome::ExtendedSmtpMissing
        | Outcome::NoCapabilities
        | Outcome::BasicAuthenticationOff
        | Outcome::PasswordSignInNotOffered => true,
        Outcome::SignInProtocolError | Outcome::DroppedAfterSignIn => false,
        other => matches!(
            other.stage(),
            Some(Stage::SignIn | Stage::Mailbox | Stage::Sending | Stage::Delivery)
        ),
    }
}
