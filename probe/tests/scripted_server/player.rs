//! One connection of a scripted server.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::records::Sealer;
use super::transcript::{Act, Word};

/// How long a server waits to see whether a client speaks too early.
const QUIET_TIME: Duration = Duration::from_millis(50);

/// Longer speeches than this are always sent in one piece.
const MAX_DRIP_LEN: usize = 1000;

/// What a server received on one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    /// From where the client came.
    pub(crate) client: Option<SocketAddr>,
    /// The bytes in the clear, or below TLS where the script has none.
    pub(crate) clear: Vec<u8>,
    /// The bytes inside TLS.
    pub(crate) inside_tls: Vec<u8>,
    /// Where the client did not keep to the script.
    pub(crate) deviations: Vec<String>,
    /// Whether the client is gone.
    pub(crate) closed: bool,
}

/// Plays a script to one client, and writes down what that says.
pub(crate) async fn play(
    stream: TcpStream,
    script: &[Act],
    tls: Option<Arc<ServerConfig>>,
    log: &Mutex<Received>,
) {
    // Single bytes are to be seen as such.
    stream.set_nodelay(true).unwrap();
    let mut player = Player {
        line: Line::Clear(stream),
        tls,
        drip: None,
        log,
        tag: Vec::new(),
        last: Vec::new(),
    };
    for (index, act) in script.iter().enumerate() {
        if let Err(error) = player.act(act).await {
            // A client that hangs up is what many tests are about, but not when it should speak.
            let mut rest = script[index..].iter();
            if let Some(act @ (Act::Expect(_) | Act::Hello)) =
                rest.find(|act| matches!(act, Act::Expect(_) | Act::Hello))
            {
                player.complain(format!("{act:?} does not come: {error}"));
            }
            break;
        }
    }
    player.close().await;
    log.lock().unwrap().closed = true;
}

struct Player<'a> {
    line: Line,
    tls: Option<Arc<ServerConfig>>,
    drip: Option<Duration>,
    log: &'a Mutex<Received>,
    tag: Vec<u8>,
    last: Vec<u8>,
}

/// What the bytes go through.
enum Line {
    Clear(TcpStream),
    Inside(Box<TlsStream<TcpStream>>),
    /// Records of our own; what comes back is not read.
    Sealed(TcpStream, Box<Sealer>),
    Gone,
}

impl Player<'_> {
    async fn act(&mut self, act: &Act) -> io::Result<()> {
        match act {
            Act::Send(words) => self.send(words).await?,
            Act::Drip(pause) => self.drip = Some(*pause),
            Act::Expect(expected) => self.expect(expected.as_deref()).await?,
            Act::Hello => self.hello().await?,
            Act::Tls => self.encrypt().await?,
            Act::Below(bytes) => match &mut self.line {
                Line::Inside(stream) => stream.get_mut().0.write_all(bytes).await?,
                _ => panic!("there is no TLS"),
            },
            Act::Record(kind, payload, times) => {
                self.seal();
                for _ in 0..*times {
                    self.record(*kind, payload).await?;
                }
            }
            Act::Pause(time) => sleep(*time).await,
            Act::Quiet => {
                if let Ok(early) = timeout(QUIET_TIME, self.read()).await {
                    self.complain(format!("too early: {}", shown(&early?)));
                }
            }
            Act::Wait => self.drain().await?,
            Act::Cut => match std::mem::replace(&mut self.line, Line::Gone) {
                Line::Inside(stream) => {
                    let (mut stream, _) = stream.into_inner();
                    stream.shutdown().await?;
                    // What comes now is TLS that nobody reads.
                    while stream.read(&mut [0; 1024]).await? > 0 {}
                }
                _ => panic!("there is no TLS"),
            },
            Act::Reset => match std::mem::replace(&mut self.line, Line::Gone) {
                Line::Clear(stream) => stream.set_zero_linger()?,
                Line::Inside(stream) => stream.get_ref().0.set_zero_linger()?,
                Line::Sealed(..) | Line::Gone => panic!("there is no connection"),
            },
        }
        Ok(())
    }

    async fn send(&mut self, words: &[Word]) -> io::Result<()> {
        let said = self.spell(words);
        match self.drip {
            Some(pause) if said.len() <= MAX_DRIP_LEN => {
                for byte in said {
                    sleep(pause).await;
                    self.write(&[byte]).await?;
                }
                Ok(())
            }
            _ => self.write(&said).await,
        }
    }

    fn spell(&self, words: &[Word]) -> Vec<u8> {
        let bytes = words.iter().flat_map(|word| match word {
            Word::Bytes(bytes) => bytes,
            Word::Tag => &self.tag,
            Word::LastLine => &self.last,
        });
        bytes.copied().collect()
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.line {
            Line::Clear(stream) => stream.write_all(bytes).await,
            Line::Inside(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
            Line::Sealed(..) => self.record(23, bytes).await,
            Line::Gone => Ok(()),
        }
    }

    /// Reads whatever is there, and nothing at the end.
    async fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; 1024];
        let length = self.read_into(&mut bytes).await?;
        bytes.truncate(length);
        Ok(bytes)
    }

    async fn read_into(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let length = match &mut self.line {
            Line::Clear(stream) => stream.read(bytes).await?,
            Line::Inside(stream) => stream.read(bytes).await?,
            Line::Sealed(stream, _) => {
                while stream.read(bytes).await? > 0 {}
                0
            }
            Line::Gone => 0,
        };
        let mut log = self.log.lock().unwrap();
        match &self.line {
            Line::Clear(_) => log.clear.extend_from_slice(&bytes[..length]),
            _ => log.inside_tls.extend_from_slice(&bytes[..length]),
        }
        Ok(length)
    }

    async fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let mut filled = 0;
        while filled < length {
            match self.read_into(&mut bytes[filled..]).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                more => filled += more,
            }
        }
        Ok(bytes)
    }

    async fn expect(&mut self, expected: Option<&[Word]>) -> io::Result<()> {
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            line.extend(self.exactly(1).await?);
        }
        // An answer to a challenge has no tag; the one of its command stays.
        let tagged = expected.is_none_or(|expected| expected.contains(&Word::Tag));
        if let Some(space) = line.iter().position(|byte| *byte == b' ')
            && tagged
        {
            self.tag = line[..space].to_vec();
        }
        if let Some(expected) = expected {
            let right = self.spell(expected);
            if line != right {
                let [line, right] = [&line, &right].map(|bytes| shown(bytes));
                self.complain(format!("{line} comes in place of {right}"));
            }
        }
        line.truncate(line.len().saturating_sub(2));
        self.last = line;
        Ok(())
    }

    async fn hello(&mut self) -> io::Result<()> {
        let header = self.exactly(5).await?;
        let length = usize::from(header[3]) * 256 + usize::from(header[4]);
        let message = self.exactly(length).await?;
        if header[0] != 22 || message.first() != Some(&1) {
            self.complain(format!("{header:?} is no TLS hello"));
        }
        Ok(())
    }

    async fn encrypt(&mut self) -> io::Result<()> {
        let config = self
            .tls
            .clone()
            .expect("a script with TLS needs a certificate");
        let Line::Clear(stream) = std::mem::replace(&mut self.line, Line::Gone) else {
            panic!("TLS begins once")
        };
        let stream = TlsAcceptor::from(config).accept(stream).await?;
        self.line = Line::Inside(Box::new(stream));
        Ok(())
    }

    fn seal(&mut self) {
        self.line = match std::mem::replace(&mut self.line, Line::Gone) {
            Line::Inside(stream) => {
                let (stream, connection) = stream.into_inner();
                Line::Sealed(stream, Box::new(Sealer::new(connection)))
            }
            other => other,
        };
    }

    async fn record(&mut self, kind: u8, payload: &[u8]) -> io::Result<()> {
        match &mut self.line {
            Line::Sealed(stream, sealer) => stream.write_all(&sealer.seal(kind, payload)).await,
            _ => panic!("there is no TLS"),
        }
    }

    /// Hears the client out, who has nothing more to say.
    async fn drain(&mut self) -> io::Result<()> {
        let mut rest = Vec::new();
        let result = loop {
            match self.read().await {
                Ok(bytes) if bytes.is_empty() => break Ok(()),
                Ok(bytes) => rest.extend(bytes),
                Err(error) => break Err(error),
            }
        };
        // A TLS alert is how a client says that it has understood.
        if !rest.is_empty() && !rest.starts_with(&[21, 3]) {
            self.complain(format!("{} comes although all is said", shown(&rest)));
        }
        result
    }

    /// Hangs up. What was sent last must not be lost in a reset, so everything the client sends is read first.
    async fn close(&mut self) {
        // The client may be gone already.
        let _ = match &mut self.line {
            Line::Clear(stream) | Line::Sealed(stream, _) => stream.shutdown().await,
            Line::Inside(stream) => stream.shutdown().await,
            Line::Gone => return,
        };
        let _ = self.drain().await;
    }

    fn complain(&self, deviations: String) {
        self.log.lock().unwrap().deviations.push(deviations);
    }
}

fn shown(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(200)].escape_ascii().to_string()
}
