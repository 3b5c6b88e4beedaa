//! What tests need to talk to the running program: where it listens, and requests as they stand on the wire.

use std::io::{BufRead, BufReader};
use std::process::Child;

/// Where the site and the metrics are, as the program says when it begins.
pub(crate) fn addresses(program: &mut Child) -> (String, String) {
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut address = || {
        let line = lines.next().unwrap().unwrap();
        let (_, address) = line.split_once("://").unwrap();
        address.trim_end_matches("/metrics").to_owned()
    };
    (address(), address())
}

/// A form, as a page of the site itself sends it.
pub(crate) fn form(address: &str, path: &str, form: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
}
