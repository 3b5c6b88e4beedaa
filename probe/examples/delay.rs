//! A network path of a given length, in user space: a proxy that holds every byte back.
//!
//! `delay MILLISECONDS ADDRESS:PORT…` puts so many milliseconds each way before each of the servers,
//! prints one line with the ports on 127.0.0.1 to connect to, and ends with its standard input. For
//! `make bench`.
//!
//! On loopback a connection opens at once; on a long path it takes one round trip. What the client sends
//! first would leave when the answer to its SYN is there, and the server hears of the connection half a
//! round trip later still. Nothing is lost or reordered. Packets are acknowledged at once, as they are
//! by the kernel of a client that knows what it does: whatever waits for an acknowledgement is not held
//! up twice.

use std::error::Error;
use std::io::Read;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let one_way = Duration::from_millis(arguments.next().ok_or("how many milliseconds?")?.parse()?);
    let mut ports = Vec::new();
    for server in arguments {
        let server: SocketAddr = server.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        ports.push(listener.local_addr()?.port().to_string());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, server, one_way));
            }
        });
    }
    println!("{}", ports.join(" "));
    let end = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    end.await??;
    Ok(())
}

async fn relay(client: TcpStream, server: SocketAddr, one_way: Duration) -> std::io::Result<()> {
    // SYN there, SYN and ACK back, ACK there: only then does the server know of the client, and what the
    // client has said meanwhile arrives with it.
    let known = Instant::now() + one_way * 3;
    client.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (sender, to_server) = mpsc::unbounded_channel();
    tokio::spawn(receive(from_client, sender, one_way));
    sleep_until(known).await;
    let upstream = TcpStream::connect(server).await?;
    upstream.set_nodelay(true)?;
    let (from_server, server_writer) = upstream.into_split();
    let (sender, from_upstream) = mpsc::unbounded_channel();
    tokio::spawn(receive(from_server, sender, one_way));
    tokio::spawn(deliver(to_server, server_writer));
    deliver(from_upstream, to_client).await;
    Ok(())
}

/// A piece with the moment at which it arrives at the other end; nothing is the end.
type Piece = (Instant, Vec<u8>);

async fn receive(mut from: OwnedReadHalf, to: mpsc::UnboundedSender<Piece>, one_way: Duration) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        // It holds for a few packets only, so it is said before each.
        #[cfg(target_os = "linux")]
        let _ = from.as_ref().set_quickack(true);
        let length = from.read(&mut bytes).await.unwrap_or(0);
        let piece = (Instant::now() + one_way, bytes[..length].to_vec());
        if to.send(piece).is_err() || length == 0 {
            return;
        }
    }
}

async fn deliver(mut from: mpsc::UnboundedReceiver<Piece>, mut to: OwnedWriteHalf) {
    while let Some((moment, bytes)) = from.recv().await {
        sleep_until(moment).await;
        if bytes.is_empty() || to.write_all(&bytes).await.is_err() {
            break;
        }
    }
    // The other side is gone, or about to be.
    let _ = to.shutdown().await;
}
