//! Servers that judge a client by its hello.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use probe::{Protocol, Security};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::checking::{check, check_with, steps, tls_facts};
use super::s_server::LAB;

/// What a server of our own does to a hello.
#[derive(Clone, Copy)]
enum Reaction {
    /// Closes the connection, with a reset because not all was read.
    Reset,
    /// Reads it and closes the connection.
    Close,
    /// Does nothing.
    Silence,
    /// Leads to an OpenSSL server.
    Server(SocketAddr),
    /// Sends these bytes.
    Bytes(&'static [u8]),
}

/// Decides by the hello what to do with a client.
type Policy = Box<dyn Fn(&[u8]) -> Reaction + Send + Sync>;

/// When the clients of a server came.
type Visits = Arc<Mutex<Vec<Instant>>>;

/// Starts a server that looks at each hello.
async fn start_hello_server(
    script: &'static [&'static str],
    policy: impl Fn(&[u8]) -> Reaction + Send + Sync + 'static,
) -> (SocketAddr, Visits) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let visits = Visits::default();
    let log = Arc::clone(&visits);
    let policy = Arc::new(policy);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            log.lock().unwrap().push(Instant::now());
            // A client that hangs up is what the tests are about.
            tokio::spawn(receive(stream, script, Arc::clone(&policy)));
        }
    });
    (address, visits)
}

/// How many clients have come, none of them too soon after the one before.
fn count(visits: &Visits) -> usize {
    let visits = visits.lock().unwrap();
    for pair in visits.windows(2) {
        // They are half a second apart, and a server on a busy machine may be late to the first.
        let pause = pair[1] - pair[0];
        assert!(pause > Duration::from_millis(350), "{pause:?}");
    }
    visits.len()
}

async fn receive(
    stream: TcpStream,
    script: &[&str],
    policy: Arc<impl Fn(&[u8]) -> Reaction>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    for (index, words) in script.iter().enumerate() {
        if index > 0 {
            stream.read_line(&mut String::new()).await?;
        }
        stream.write_all(words.as_bytes()).await?;
    }
    let mut header = [0; 5];
    stream.read_exact(&mut header).await?;
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    let mut hello = vec![0; length];
    stream.read_exact(&mut hello).await?;
    match policy(&hello) {
        Reaction::Reset => {
            // Not even lingering: the client must see that nothing was orderly.
            stream.get_ref().set_zero_linger()?;
        }
        Reaction::Close => stream.shutdown().await?,
        Reaction::Silence => {
            stream.read_u8().await?;
        }
        Reaction::Server(address) => {
            let mut server = TcpStream::connect(address).await?;
            server.write_all(&header).await?;
            server.write_all(&hello).await?;
            copy_bidirectional(&mut stream, &mut server).await?;
        }
        Reaction::Bytes(bytes) => {
            stream.write_all(bytes).await?;
            stream.shutdown().await?;
        }
    }
    Ok(())
}

fn is_large(hello: &[u8]) -> bool {
    hello.len() > 1400
}

#[tokio::test]
async fn a_dropped_large_hello_is_told_from_other_silence() {
    let identity = LAB.rsa(&LAB.root, |_| {});
    let server = LAB.serve("behind", &identity, &[]);
    let old = LAB.serve(
        "old behind",
        &identity,
        &["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"],
    );
    let (behind, old_behind) = (server.address, old.address);
    let tls13 = ("TLS 1.3", "TLS_AES_256_GCM_SHA384", Some("x25519"));
    let tls10 = (
        "TLS 1.0",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        Some("x25519"),
    );
    let large = "tls:tls-large-hello-dropped";
    type Row = (
        &'static str,
        Policy,
        &'static str,
        Option<(&'static str, &'static str, Option<&'static str>)>,
        usize,
        u64,
    );
    let drop_large = |how: Reaction, else_to: SocketAddr| -> Policy {
        Box::new(move |hello| {
            if is_large(hello) {
                how
            } else {
                Reaction::Server(else_to)
            }
        })
    };
    let first = AtomicUsize::new(0);
    let rows: Vec<Row> = vec![
        (
            "large reset",
            drop_large(Reaction::Reset, behind),
            large,
            Some(tls13),
            3,
            4,
        ),
        (
            "large closed",
            drop_large(Reaction::Close, behind),
            large,
            Some(tls13),
            3,
            4,
        ),
        (
            "large ignored",
            drop_large(Reaction::Silence, behind),
            large,
            Some(tls13),
            3,
            9,
        ),
        // It is the version that must be repaired first.
        (
            "large reset, and old",
            drop_large(Reaction::Reset, old_behind),
            "tls:tls-version-too-old",
            Some(tls10),
            2,
            4,
        ),
        (
            "all reset",
            Box::new(|_| Reaction::Reset),
            "tls:tls-reset",
            None,
            3,
            4,
        ),
        (
            "all closed",
            Box::new(|_| Reaction::Close),
            "tls:tls-closed",
            None,
            3,
            4,
        ),
        (
            "all ignored",
            Box::new(|_| Reaction::Silence),
            "tls:tls-timeout",
            None,
            2,
            7,
        ),
        (
            "all closed with a goodbye",
            Box::new(|_| Reaction::Bytes(&[21, 3, 3, 0, 2, 1, 0])),
            "tls:tls-closed",
            None,
            3,
            4,
        ),
        (
            "closed for all but old hellos",
            Box::new(|hello| match offers(hello, [0, 10]) {
                (0x0301, true) => Reaction::Bytes(TLS10_HELLO),
                _ => Reaction::Close,
            }),
            "tls:tls-version-too-old",
            Some(("TLS 1.0", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", None)),
            3,
            4,
        ),
        // Whatever that was, it was not the length.
        (
            "only the first reset",
            Box::new(move |_| match first.fetch_add(1, Ordering::Relaxed) {
                0 => Reaction::Reset,
                _ => Reaction::Server(behind),
            }),
            "tls:tls-reset",
            None,
            3,
            4,
        ),
    ];
    let checks = rows.into_iter().map(
        |(name, policy, expected, tls, connections, seconds)| async move {
            let (address, visits) = start_hello_server(&[], policy).await;
            let started = Instant::now();
            let report = check(address).await;
            assert_eq!(steps(&report), expected, "{name}: {report:#?}");
            let told = tls_facts(&report);
            let told = told.map(|tls| {
                (
                    tls.version.as_str(),
                    tls.cipher.as_str(),
                    tls.group.as_deref(),
                )
            });
            assert_eq!(told, tls, "{name}");
            assert_eq!(count(&visits), connections, "{name}");
            let took = started.elapsed();
            assert!(
                took < Duration::from_secs(seconds + 1),
                "{name} took {took:?}"
            );
        },
    );
    join_all(checks).await;
}

/// The version that a hello names, and whether it offers a cipher.
fn offers(hello: &[u8], cipher: [u8; 2]) -> (u16, bool) {
    let version = u16::from_be_bytes([hello[4], hello[5]]);
    let session = usize::from(hello[38]);
    let ciphers = &hello[39 + session..];
    let length = usize::from(u16::from_be_bytes([ciphers[0], ciphers[1]]));
    (
        version,
        ciphers[2..2 + length]
            .chunks(2)
            .any(|offer| offer == cipher),
    )
}

const SSL3_HELLO: &[u8] = &[
    22, 3, 0, 0, 42, 2, 0, 0, 38, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2,
    3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 0, 0, 10, 0,
];

const TLS10_HELLO: &[u8] = &[
    22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2,
    3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 0, 0, 10, 0,
];

#[tokio::test]
async fn what_openssl_no_longer_has_is_named_too() {
    // The same hello as TLS 1.2, and an alert of SSL 3.0, TLS 1.0 and TLS 1.2.
    const TLS12_HELLO: &[u8] = &[
        22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9,
        1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 0, 0, 10, 0,
    ];
    const REFUSED: &[u8] = &[21, 3, 0, 0, 2, 2, 40];
    const TOO_NEW: &[u8] = &[21, 3, 1, 0, 2, 2, 70];
    const NO_NAME: &[u8] = &[21, 3, 3, 0, 2, 1, 112];
    const TRIPLE_DES: [u8; 2] = [0, 10];
    let old = "tls:tls-version-too-old";
    let version_3 = |refusal| {
        move |hello: &[u8]| match offers(hello, TRIPLE_DES) {
            (0x0300, true) => Reaction::Bytes(SSL3_HELLO),
            _ => refusal,
        }
    };
    let name = "TLS_RSA_WITH_3DES_EDE_CBC_SHA";
    type Row = (
        &'static str,
        Policy,
        &'static str,
        Option<&'static str>,
        usize,
    );
    let rows: Vec<Row> = vec![
        (
            "SSL 3.0, alert 40",
            Box::new(version_3(Reaction::Bytes(REFUSED))),
            old,
            Some("SSL 3.0"),
            3,
        ),
        // Without a word of the server, two more hellos do not reach back so far.
        (
            "SSL 3.0, reset",
            Box::new(version_3(Reaction::Reset)),
            "tls:tls-reset",
            None,
            3,
        ),
        (
            "SSL 3.0, closed",
            Box::new(version_3(Reaction::Close)),
            "tls:tls-closed",
            None,
            3,
        ),
        (
            "SSL 3.0 in answer to everything",
            Box::new(|_| Reaction::Bytes(SSL3_HELLO)),
            old,
            Some("SSL 3.0"),
            1,
        ),
        (
            "TLS 1.0, which cannot bear newer hellos",
            Box::new(|hello| match offers(hello, TRIPLE_DES) {
                (0x0301, true) => Reaction::Bytes(TLS10_HELLO),
                _ => Reaction::Bytes(TOO_NEW),
            }),
            old,
            Some("TLS 1.0"),
            3,
        ),
        (
            "3DES",
            Box::new(|hello| match offers(hello, TRIPLE_DES) {
                (0x0303, true) => Reaction::Bytes(TLS12_HELLO),
                _ => Reaction::Bytes(REFUSED),
            }),
            "tls:tls-no-common-cipher",
            Some("TLS 1.2"),
            2,
        ),
        (
            "nothing that anybody has",
            Box::new(|_| Reaction::Bytes(REFUSED)),
            "tls:tls-no-common-cipher",
            None,
            3,
        ),
        (
            "too old for anybody",
            Box::new(|_| Reaction::Bytes(TOO_NEW)),
            old,
            None,
            3,
        ),
        // A warning and a goodbye (RFC 6066 §3 has both ways).
        (
            "a name that is not known",
            Box::new(|_| Reaction::Bytes(NO_NAME)),
            "tls:tls-name-not-known",
            None,
            1,
        ),
        (
            "a fault of the server's own",
            Box::new(|_| Reaction::Bytes(&[21, 3, 3, 0, 2, 2, 80])),
            "tls:tls-server-fault",
            None,
            1,
        ),
        (
            "garbage",
            Box::new(|_| Reaction::Bytes(&[22, 3, 3, 0xff, 0xff, 9, 9, 9])),
            "tls:tls-garbage",
            None,
            1,
        ),
    ];
    let checks = rows.into_iter().map(
        |(case, policy, expected, version, connections)| async move {
            let (address, visits) = start_hello_server(&[], policy).await;
            let report = check(address).await;
            assert_eq!(steps(&report), expected, "{case}: {report:#?}");
            let told = tls_facts(&report).map(|tls| (tls.version.as_str(), tls.cipher.as_str()));
            assert_eq!(told, version.map(|version| (version, name)), "{case}");
            assert_eq!(count(&visits), connections, "{case}");
        },
    );
    join_all(checks).await;
}

#[tokio::test]
async fn behind_starttls_it_is_the_same() {
    const SCRIPT: &[&str] = &[
        "220 mail.example.test\r\n",
        "250-mail.example.test\r\n250 STARTTLS\r\n",
        "220 go ahead\r\n",
    ];
    let identity = LAB.rsa(&LAB.root, |_| {});
    let rsa = LAB.serve(
        "starttls rsa",
        &identity,
        &["-tls1_2", "-cipher", "AES128-SHA"],
    );
    let good = LAB.serve("starttls good", &identity, &[]);
    let (rsa, good) = (rsa.address, good.address);
    let (address, visits) = start_hello_server(SCRIPT, move |_| Reaction::Server(rsa)).await;
    let report = check_with(address, Protocol::Smtp, Security::Starttls).await;
    assert_eq!(
        steps(&report),
        "greeting:ok starttls:ok tls:tls-no-common-cipher"
    );
    assert_eq!(
        tls_facts(&report).unwrap().cipher,
        "TLS_RSA_WITH_AES_128_CBC_SHA"
    );
    assert_eq!(count(&visits), 2);

    let policy = move |hello: &[u8]| {
        if is_large(hello) {
            Reaction::Reset
        } else {
            Reaction::Server(good)
        }
    };
    let (address, visits) = start_hello_server(SCRIPT, policy).await;
    let report = check_with(address, Protocol::Smtp, Security::Starttls).await;
    assert_eq!(
        steps(&report),
        "greeting:ok starttls:ok tls:tls-large-hello-dropped"
    );
    assert_eq!(count(&visits), 3);
}
