//! What tests need to talk to the running program: where it listens, and requests as they stand on the wire.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::Child;

/// The program that is tested: the one in `MAILGUIDE`, or the one that was built with the tests.
pub(crate) fn program() -> OsString {
    std::env::var_os("MAILGUIDE").unwrap_or_else(|| env!("CARGO_BIN_EXE_mailguide").into())
}

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
