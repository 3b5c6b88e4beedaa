//! Servers on loopback that do exactly what a script says, and write down what they hear.

// Each test file uses its own part of this.
#![allow(dead_code)]

pub(crate) mod browser;
pub(crate) mod certificates;
pub(crate) mod checking;
mod player;
mod records;
#[path = "../reports/mod.rs"]
pub(crate) mod reports;
pub(crate) mod transcript;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};

pub(crate) use player::Received;
use transcript::Act;

/// A running server. It ends with the runtime of its test.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Arc<Mutex<Received>>>>>,
}

impl Server {
    /// Starts a server that does the same with every client; see [`transcript::parse`].
    pub(crate) async fn start(script: &str, tls: Option<Arc<ServerConfig>>) -> Self {
        Self::play(transcript::parse(script), tls).await
    }

    /// The same with a script that was read already.
    pub(crate) async fn play(script: Vec<Act>, tls: Option<Arc<ServerConfig>>) -> Self {
        Self::play_at("127.0.0.1:0".parse().unwrap(), script, tls).await
    }

    /// The same at this address.
    pub(crate) async fn play_at(
        address: SocketAddr,
        script: Vec<Act>,
        tls: Option<Arc<ServerConfig>>,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::<Mutex<Vec<_>>>::default();
        let all = Arc::clone(&received);
        let script = Arc::new(script);
        tokio::spawn(async move {
            while let Ok((stream, client)) = listener.accept().await {
                let log = Arc::new(Mutex::new(Received {
                    client: Some(client),
                    ..Received::default()
                }));
                all.lock().unwrap().push(Arc::clone(&log));
                let (script, tls) = (Arc::clone(&script), tls.clone());
                tokio::spawn(async move { player::play(stream, &script, tls, &log).await });
            }
        });
        Self { address, received }
    }

    /// How many clients have come so far.
    pub(crate) async fn visitors(&self) -> usize {
        // Clients are let in in their order, so all others are in when this one is.
        let last = TcpStream::connect(self.address).await.unwrap();
        let last = last.local_addr().unwrap();
        loop {
            let received = self.received();
            if let Some(before) = received
                .iter()
                .position(|received| received.client == Some(last))
            {
                return before;
            }
            tokio::task::yield_now().await;
        }
    }

    /// What it has received so far, one entry a client.
    pub(crate) fn received(&self) -> Vec<Received> {
        let received = self.received.lock().unwrap();
        received
            .iter()
            .map(|received| received.lock().unwrap().clone())
            .collect()
    }
}
