//! A mail server over TLS that refuses every password, and counts how many it was told.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::tls::Pair;

pub(crate) struct MailServer {
    pub(crate) pair: Pair,
    pub(crate) address: String,
    sign_ins: Arc<AtomicUsize>,
    sessions: Arc<AtomicUsize>,
}

impl MailServer {
    pub(crate) fn start() -> Self {
        Self::slow(Duration::ZERO)
    }

    /// One that takes so long before it answers a TLS handshake.
    pub(crate) fn slow(before_tls: Duration) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let pair = Pair::new(&format!("servers-{}-{number}", std::process::id()));
        let cert = CertificateDer::from_pem_file(pair.cert_file()).unwrap();
        let key = PrivateKeyDer::from_pem_file(pair.key_file()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let sign_ins = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&sign_ins);
        let sessions = Arc::<AtomicUsize>::default();
        let begun = Arc::clone(&sessions);
        // The threads end with the process.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (config, counted) = (Arc::clone(&config), Arc::clone(&counted));
                begun.fetch_add(1, Ordering::Relaxed);
                std::thread::spawn(move || {
                    std::thread::sleep(before_tls);
                    let session = ServerConnection::new(config).unwrap();
                    // Whatever the client does is its own business.
                    let _ = serve(StreamOwned::new(session, client), &counted);
                });
            }
        });
        Self {
            pair,
            address,
            sign_ins,
            sessions,
        }
    }

    /// How often it was connected to.
    pub(crate) fn sessions(&self) -> usize {
        self.sessions.load(Ordering::Relaxed)
    }

    /// How many passwords it was told.
    pub(crate) fn sign_ins(&self) -> usize {
        self.sign_ins.load(Ordering::Relaxed)
    }
}

fn serve(
    mut stream: StreamOwned<ServerConnection, TcpStream>,
    sign_ins: &AtomicUsize,
) -> std::io::Result<()> {
    const CAPABILITIES: &str = "IMAP4rev1 SASL-IR AUTH=PLAIN";
    write!(stream, "* OK [CAPABILITY {CAPABILITIES}] ready\r\n")?;
    loop {
        stream.flush()?;
        let mut line = String::new();
        if BufReader::with_capacity(1, &mut stream).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split_whitespace();
        let (Some(tag), Some(command)) = (words.next(), words.next()) else {
            return Ok(());
        };
        match command.to_ascii_uppercase().as_str() {
            "LOGIN" | "AUTHENTICATE" => {
                sign_ins.fetch_add(1, Ordering::Relaxed);
                write!(stream, "{tag} NO [AUTHENTICATIONFAILED] wrong password\r\n")?;
            }
            "CAPABILITY" => {
                write!(stream, "* CAPABILITY {CAPABILITIES}\r\n{tag} OK done\r\n")?;
            }
            "LOGOUT" => write!(stream, "* BYE\r\n{tag} OK done\r\n")?,
            _ => write!(stream, "{tag} OK done\r\n")?,
        }
    }
}
