//! A mail with all alerts of a moment.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use percent_encoding::percent_decode_str;
use rustls::pki_types::CertificateDer;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::destination::{AlertSender, Refusal};
use super::model::Alert;

/// The time for each command.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A server that takes mail, always over verified TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpUrl {
    host: String,
    port: u16,
    /// Whether TLS begins with the connection; otherwise STARTTLS is required.
    implicit_tls: bool,
    user: Option<String>,
}

impl FromStr for SmtpUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected smtps://HOST or smtp://HOST (with STARTTLS), perhaps with a user name before it and a \
                        port behind it, and no password";
        let url: Url = text.parse().map_err(|_| expected)?;
        let (implicit_tls, usual) = match url.scheme() {
            "smtps" => (true, 465),
            "smtp" => (false, 587),
            _ => return Err(expected),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none();
        let user = percent_decode_str(url.username()).decode_utf8();
        let user = user.map_err(|_| expected)?.into_owned();
        if url.password().is_some() || !is_bare {
            return Err(expected);
        }
        Ok(Self {
            host: host.ok_or(expected)?.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(usual),
            implicit_tls,
            user: Some(user).filter(|user| !user.is_empty()),
        })
    }
}

impl SmtpUrl {
    /// Whether it names a user, who has a password.
    pub fn has_user(&self) -> bool {
        self.user.is_some()
    }
}

/// Sends mails.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// There is one, because there is an address to send to.
    from: Option<Mailbox>,
    to: Vec<Address>,
}

impl Mailer {
    /// Sends mails to these addresses over this server, and trusts these certificates besides the Mozilla roots. The
    /// sender is the user, if that is an address, and else the first of the addresses.
    ///
    /// # Errors
    ///
    /// When a certificate cannot be used.
    pub fn new(
        server: &SmtpUrl,
        password: Option<&SecretString>,
        to: Vec<Address>,
        roots: &[CertificateDer<'_>],
    ) -> Result<Self, smtp::Error> {
        let mut tls = TlsParameters::builder(server.host.clone());
        for root in roots {
            tls = tls.add_root_certificate(Certificate::from_der(root.to_vec())?);
        }
        let tls = tls.build()?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host);
        let mut builder = builder
            .port(server.port)
            .timeout(Some(TIMEOUT))
            // Both verify the certificate for the host, and nothing is sent without.
            .tls(match server.implicit_tls {
                true => Tls::Wrapper(tls),
                false => Tls::Required(tls),
            });
        if let (Some(user), Some(password)) = (&server.user, password) {
            let password = password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        let user = server.user.as_ref().and_then(|user| user.parse().ok());
        let from: Option<Address> = user.or_else(|| to.first().cloned());
        let from = from.map(|address| Mailbox::new(Some("mailguide".to_owned()), address));
        Ok(Self {
            transport: builder.build(),
            from,
            to,
        })
    }

    fn message(&self, alerts: &[Alert]) -> Result<Message, Refusal> {
        let lines: Vec<String> = alerts.iter().map(Alert::line).collect();
        let subject = match (&lines[..], alerts) {
            ([_], [Alert::Service(alert)]) => format!("{} {}", alert.service, alert.state),
            ([_], [Alert::SignIn(alert)]) => {
                format!("{} own account: {}", alert.record, alert.outcome)
            }
            ([_], [Alert::OwnNetwork { until, .. }]) => match until {
                Some(_) => "network of mailguide works again".to_owned(),
                None => "network of mailguide does not work".to_owned(),
            },
            _ => format!("{} changes", lines.len()),
        };
        let mut message = Message::builder()
            .subject(format!("[mailguide] {subject}"))
            .header(ContentType::TEXT_PLAIN)
            .header(AutoSubmitted);
        if let Some(from) = &self.from {
            message = message.from(from.clone());
        }
        for address in &self.to {
            message = message.to(Mailbox::new(None, address.clone()));
        }
        let message = message.body(format!("{}\n", lines.join("\n")));
        message.map_err(|cause| Refusal::Never(cause.to_string()))
    }
}

impl AlertSender for Mailer {
    const TOGETHER: usize = 100;
    const GATHERING: Duration = Duration::from_secs(5);

    fn send(&self, alerts: &[Alert]) -> BoxFuture<'_, Result<(), Refusal>> {
        let message = self.message(alerts);
        async move {
            let sent = self.transport.send(message?).await;
            sent.map(drop).map_err(|error| match error.is_permanent() {
                true => Refusal::Never(error.to_string()),
                false => Refusal::Later(chain(&error)),
            })
        }
        .boxed()
    }
}

/// No absence note answers a mail that says this (RFC 3834 §5).
#[derive(Clone)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// An error with what is behind it, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

impl fmt::Debug for Mailer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Mailer")
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::alert;
    use super::*;

    #[test]
    fn servers_are_read_and_always_encrypted() {
        for (text, expected) in [
            (
                "smtps://mail.example.net",
                Some(("mail.example.net", 465, true, None)),
            ),
            (
                "smtp://mail.example.net:2587",
                Some(("mail.example.net", 2587, false, None)),
            ),
            (
                "smtps://jane%40example.net@mail.example.net",
                Some(("mail.example.net", 465, true, Some("jane@example.net"))),
            ),
            ("smtps://jane:secret@mail.example.net", None),
            ("smtp://mail.example.net?tls=opportunistic", None),
            ("smtp://mail.example.net/x", None),
            ("http://mail.example.net", None),
            ("smtps://", None),
            ("mail.example.net", None),
        ] {
            let read = text.parse::<SmtpUrl>().ok();
            let parts = read.as_ref().map(|url| {
                let SmtpUrl {
                    host,
                    port,
                    implicit_tls,
                    user,
                } = url;
                (host.as_str(), *port, *implicit_tls, user.as_deref())
            });
            assert_eq!(parts, expected, "{text}");
        }
    }

    #[test]
    fn one_mail_has_all_alerts() {
        let server = "smtps://jane%40example.net@mail.example.net"
            .parse()
            .unwrap();
        let to = vec![
            "ops@example.net".parse().unwrap(),
            "more@example.net".parse().unwrap(),
        ];
        let mailer = Mailer::new(&server, None, to, &[]).unwrap();
        let text = |alerts: &[Alert]| {
            let message = mailer.message(alerts).unwrap();
            String::from_utf8(message.formatted()).unwrap()
        };
        let one = text(&[alert(None)]);
        for part in [
            "From: mailguide <jane@example.net>",
            "To: ops@example.net, more@example.net",
            "Subject: [mailguide] lab/imap down",
            "Auto-Submitted: auto-generated",
            "connection-refused since 2023-11-",
        ] {
            assert!(one.contains(part), "{part}\n{one}");
        }
        let two = text(&[alert(None), alert(Some(5))]);
        assert!(two.contains("Subject: [mailguide] 2 changes"), "{two}");
        assert_eq!(two.matches("lab/imap").count(), 2, "{two}");
    }
}
