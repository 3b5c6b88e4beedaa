//! The small language in which the catalogue writes what a server does.

use std::time::Duration;

use super::Do;

/// Reads a script; see the head of `catalogue.toml`.
pub(crate) fn parse(script: &str) -> Vec<Do> {
    let mut acts = Vec::new();
    let mut rest = script.trim_start();
    let (mut drip, mut times) = (None, 1);
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (said, after) = string(quoted);
            let said = said.repeat(std::mem::replace(&mut times, 1));
            match drip.take() {
                Some(pause) => acts.push(Do::Drip(pause, said)),
                None => acts.push(Do::Say(said)),
            }
            rest = after.trim_start();
            continue;
        }
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let (verb, argument) = word.split_once('=').unwrap_or((word, ""));
        let number = || argument.parse().unwrap();
        match verb {
            "<" => acts.push(Do::Hear),
            "tls" => acts.push(Do::Tls),
            "wait" => acts.push(Do::Wait),
            "echo" => acts.push(Do::Echo),
            "heard" => acts.push(Do::HearAny),
            "quiet" => acts.push(Do::Quiet),
            "reset" => acts.push(Do::Reset),
            "cut" => acts.push(Do::Cut),
            "pause" => acts.push(Do::Pause(Duration::from_millis(number()))),
            "drip" => drip = Some(Duration::from_millis(number())),
            "times" => times = usize::try_from(number()).unwrap(),
            "hex" => acts.push(Do::Say(hex(argument))),
            _ => panic!("{word:?} is not in the language of scripts"),
        }
        rest = after.trim_start();
    }
    acts
}

/// The bytes that an escaped text stands for.
pub(crate) fn unescape(text: &str) -> Vec<u8> {
    string(&format!("{text}\"")).0
}

/// The bytes up to the closing quote, and what follows it.
fn string(text: &str) -> (Vec<u8>, &str) {
    let mut bytes = Vec::new();
    let mut rest = text;
    loop {
        if let Some(after) = rest.strip_prefix('"') {
            return (bytes, after);
        }
        if let Some(after) = rest.strip_prefix("{tag}") {
            bytes.push(1);
            rest = after;
            continue;
        }
        let mut letters = rest.chars();
        let letter = letters.next().expect("a string that ends");
        rest = letters.as_str();
        if letter != '\\' {
            bytes.extend(letter.to_string().as_bytes());
            continue;
        }
        let (code, after) = rest.split_at(1);
        rest = after;
        match code {
            "r" => bytes.push(b'\r'),
            "n" => bytes.push(b'\n'),
            "\\" | "\"" => bytes.extend(code.as_bytes()),
            "x" => {
                let (digits, after) = rest.split_at(2);
                bytes.extend(hex(digits));
                rest = after;
            }
            _ => panic!("\\{code} is not in the language of scripts"),
        }
    }
}

fn hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}
