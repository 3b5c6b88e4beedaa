//! A DNS server that answers as it is told.

// Each test file uses its own part of this.
#![allow(dead_code)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::sleep;

use Answer::{
    Address, Address6, Behind, Circle, Code, Data, Empty, Endless, Forged, Late, Many, Named,
    Rebound, Silence, Stray, Truncated, TruncatedOnly,
};

/// What the DNS server answers to a question for A, to one for AAAA, and to any other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zone {
    pub(crate) v4: Answer,
    pub(crate) v6: Answer,
    pub(crate) rest: Answer,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Address([u8; 4]),
    Address6([u16; 8]),
    /// One address at first, and another one from the second question on.
    Rebound([u8; 4], [u8; 4]),
    /// The first one for this name, and the second one for all others.
    Named(&'static str, &'static Self, &'static Self),
    /// This many addresses of 127.1.0.0/16.
    Many(usize),
    /// An alias of a name that is an alias of the next, and so on.
    Endless,
    /// An alias of itself.
    Circle,
    /// An address of another name.
    Stray,
    /// A record of this kind with this data, and none of another kind.
    Data(u8, &'static [u8]),
    Empty,
    Code(u8),
    Silence,
    /// This one, later.
    Late(Duration, &'static Self),
    /// An answer to another question, or with another number, and nothing else.
    Forged(Forgery),
    /// The forgery, and then the right answer.
    Behind(Forgery, &'static Self),
    /// Too long for UDP; over TCP the right answer.
    Truncated(&'static Self),
    /// Too long for UDP, and nobody answers over TCP.
    TruncatedOnly,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Forgery {
    Number,
    Question,
    Noise,
}

pub(crate) const NXDOMAIN: Answer = Code(3);
pub(crate) const SERVFAIL: Answer = Code(2);
pub(crate) const NOTIMP: Answer = Code(4);
pub(crate) const REFUSED: Answer = Code(5);
pub(crate) const UNKNOWN: Answer = Code(14);

pub(crate) const HOME: Answer = Address([127, 0, 0, 1]);
pub(crate) const HOME6: Answer = Address6([0, 0, 0, 0, 0, 0, 0, 1]);

pub(crate) const A: u8 = 1;
pub(crate) const CNAME: u8 = 5;
pub(crate) const AAAA: u8 = 28;

/// The questions that came.
pub(crate) type Questions = Arc<Mutex<Log>>;

#[derive(Debug, Default)]
pub(crate) struct Log {
    /// The names that were asked for, and the kinds of record.
    pub(crate) asked: Vec<(String, u8)>,
    /// How many wait for an answer.
    pub(crate) open: usize,
    pub(crate) most_at_once: usize,
}

/// A DNS server that knows one answer of each kind (RFC 1035 §4).
pub(crate) async fn serve(zone: Zone) -> (SocketAddr, Questions) {
    let questions = Questions::default();
    let (socket, listener) = loop {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        // The same port may be taken for TCP.
        if let Ok(listener) = TcpListener::bind(socket.local_addr().unwrap()).await {
            break (Arc::new(socket), listener);
        }
    };
    let address = socket.local_addr().unwrap();
    let log = Arc::clone(&questions);
    tokio::spawn(async move {
        let mut query = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut query).await {
            let (query, socket, log) = (query[..length].to_vec(), socket.clone(), log.clone());
            tokio::spawn(async move {
                let answer = choose(&query, zone, &log);
                let answers = answers(&query, answer, false).await;
                log.lock().unwrap().open -= 1;
                for answer in answers {
                    let _ = socket.send_to(&answer, client).await;
                }
            });
        }
    });
    let log = Arc::clone(&questions);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let log = Arc::clone(&log);
            tokio::spawn(async move { over_tcp(stream, zone, &log).await });
        }
    });
    (address, questions)
}

/// Messages with their length before them (RFC 1035 §4.2.2).
async fn over_tcp(mut stream: TcpStream, zone: Zone, log: &Questions) -> std::io::Result<()> {
    loop {
        let length = stream.read_u16().await?;
        let mut query = vec![0; length.into()];
        stream.read_exact(&mut query).await?;
        let answer = choose(&query, zone, log);
        if matches!(answer, TruncatedOnly) {
            return Ok(());
        }
        let answers = answers(&query, answer, true).await;
        log.lock().unwrap().open -= 1;
        for answer in answers {
            stream
                .write_u16(u16::try_from(answer.len()).unwrap())
                .await?;
            stream.write_all(&answer).await?;
        }
    }
}

/// What is answered to this question.
fn choose(query: &[u8], zone: Zone, log: &Questions) -> Answer {
    let (question, kind) = question(query);
    let mut log = log.lock().unwrap();
    let asked = log.asked.iter().filter(|(_, other)| *other == kind);
    let asked = asked.count();
    log.asked.push((name(question), kind));
    log.open += 1;
    log.most_at_once = log.most_at_once.max(log.open);
    let mut answer = match kind {
        A => zone.v4,
        AAAA => zone.v6,
        _ => zone.rest,
    };
    if let Named(wanted, its, others) = answer {
        answer = if name(question) == wanted {
            *its
        } else {
            *others
        };
    }
    if let Rebound(first, later) = answer {
        answer = Address(if asked == 0 { first } else { later });
    }
    answer
}

/// The question of a query, in bytes, and the kind of record.
fn question(query: &[u8]) -> (&[u8], u8) {
    let name = query[12..].iter().position(|byte| *byte == 0).unwrap() + 13;
    (&query[12..name + 4], query[name + 1])
}

/// The name in a question, as text.
fn name(mut question: &[u8]) -> String {
    let mut labels = Vec::new();
    while question[0] > 0 {
        let (label, rest) = question[1..].split_at(question[0].into());
        labels.push(String::from_utf8_lossy(label).into_owned());
        question = rest;
    }
    labels.join(".")
}

/// The messages that make up an answer.
async fn answers(query: &[u8], mut answer: Answer, whole: bool) -> Vec<Vec<u8>> {
    while let Late(time, other) = answer {
        sleep(time).await;
        answer = *other;
    }
    match answer {
        Forged(forgery) => vec![forged(query, forgery)],
        Behind(forgery, right) => vec![forged(query, forgery), message(query, *right)],
        Truncated(right) if whole => vec![message(query, *right)],
        Truncated(_) | TruncatedOnly => {
            let mut message = message(query, Empty);
            message[2] |= 0x02;
            vec![message]
        }
        Silence => Vec::new(),
        other => vec![message(query, other)],
    }
}

fn forged(query: &[u8], forgery: Forgery) -> Vec<u8> {
    let mut message = message(query, Address([127, 0, 0, 66]));
    match forgery {
        Forgery::Number => message[0] ^= 0xff,
        // The first letter of the name.
        Forgery::Question => message[13] = b'x',
        Forgery::Noise => message[12..].fill(0xff),
    }
    message
}

fn message(query: &[u8], answer: Answer) -> Vec<u8> {
    let (question, kind) = question(query);
    let (code, kind, data): (u8, u8, Vec<Vec<u8>>) = match answer {
        Address(address) => (0, kind, vec![address.to_vec()]),
        Address6(address) => {
            let bytes = address.iter().flat_map(|part| part.to_be_bytes());
            (0, kind, vec![bytes.collect()])
        }
        Many(count) => {
            let address = |number: usize| vec![127, 1, (number >> 8) as u8, number as u8];
            (0, kind, (0..count).map(address).collect())
        }
        Stray => (0, kind, vec![vec![127, 0, 0, 66]]),
        Circle => (0, CNAME, vec![vec![0xc0, 12]]),
        Endless => {
            // The names are mail, 1, 2, 3, …, all before the same domain.
            let label = usize::from(question[0]);
            let number: u8 = name(question)
                .split('.')
                .next()
                .and_then(|label| label.parse().ok())
                .unwrap_or(0);
            let next = (number + 1).to_string();
            let mut data = vec![next.len() as u8];
            data.extend(next.as_bytes());
            data.extend([0xc0, 12 + 1 + label as u8]);
            (0, CNAME, vec![data])
        }
        Data(of, data) if of == kind => (0, kind, vec![data.to_vec()]),
        Code(code) => (code, kind, Vec::new()),
        _ => (0, kind, Vec::new()),
    };
    let mut message = query[..2].to_vec();
    let count = u16::try_from(data.len()).unwrap().to_be_bytes();
    // Authoritative, and proven by DNSSEC, or so the server says (RFC 4035 §3.2.3).
    message.extend([0x85, 0xa0 | code, 0, 1, count[0], count[1], 0, 0, 0, 0]);
    message.extend(question);
    // The name of the question, or the domain that it ends with.
    let owner = match answer {
        Stray => 12 + 1 + question[0],
        _ => 12,
    };
    for data in data {
        message.extend([0xc0, owner, 0, kind, 0, 1, 0, 0, 0, 60, 0, data.len() as u8]);
        message.extend(data);
    }
    message
}
