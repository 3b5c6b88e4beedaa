//! The options of alerts.

use std::path::PathBuf;

use clap::Args;
use lettre::Address;
use lettre::transport::smtp;
use probe::net::Probe;
use rustls::pki_types::CertificateDer;

use super::alerts::Alerts;
use super::destination::{Destination, Workers};
use super::mail::{Mailer, SmtpUrl};
use super::webhook::{Webhook, WebhookUrl};
use crate::named_path::NamedPath;
use crate::secret_file::{self, SecretFileError};

/// Where operators are told when the state of a service changes, besides the log.
#[derive(Clone, Debug, Args)]
pub struct AlertOptions {
    /// Post a JSON object to this address when the state of a service changes: https://, or http:// on this machine
    #[arg(long, value_name = "URL")]
    pub alert_webhook: Option<WebhookUrl>,

    /// Send a mail to this address when the state of a service changes; may be given several times
    #[arg(long, value_name = "ADDRESS", value_parser = mail_address)]
    pub alert_mail: Vec<Address>,

    /// Server that takes these mails: smtps:// or smtp:// (with STARTTLS), with a user name before the host where it
    /// wants one
    #[arg(long, value_name = "URL")]
    pub alert_smtp: Option<SmtpUrl>,

    /// File with the password for that server, which only its owner may read, or a credential of systemd
    #[arg(long, value_name = "FILE")]
    pub alert_smtp_password: Option<PathBuf>,
}

/// Why alerts cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum AlertOptionsError {
    /// The password cannot be used.
    #[error(transparent)]
    Password(#[from] SecretFileError),
    /// TLS cannot be prepared.
    #[error("--alert-smtp: {0}")]
    Tls(#[from] smtp::Error),
}

impl AlertOptions {
    /// Where alerts go, and what sends them. `roots` are trusted besides the Mozilla roots, which the probe has, too.
    ///
    /// # Errors
    ///
    /// When the password or a certificate cannot be used.
    pub fn alerts(
        &self,
        probe: &Probe,
        roots: &[CertificateDer<'_>],
    ) -> Result<(Alerts, Workers), AlertOptionsError> {
        let (mut destinations, mut workers) = (Vec::new(), Workers::default());
        if let Some(url) = &self.alert_webhook {
            let webhook = Webhook::new(url.clone(), probe.tls_config());
            destinations.push(Destination::new("webhook", webhook, &mut workers));
        }
        if let Some(server) = &self.alert_smtp {
            let password = self.alert_smtp_password.as_deref();
            let password = password.map(|file| {
                secret_file::read(&NamedPath::of_option("--alert-smtp-password", file))
            });
            let password = password.transpose()?;
            let to = self.alert_mail.clone();
            let mailer = Mailer::new(server, password.as_ref(), to, roots)?;
            destinations.push(Destination::new("mail", mailer, &mut workers));
        }
        Ok((Alerts::new(destinations), workers))
    }
}

fn mail_address(text: &str) -> Result<Address, &'static str> {
    let address = text.parse::<Address>();
    address.map_err(|_| "expected one mail address without a name, such as operators@example.net")
}
