//! Helpers to talk to the running program: the addresses on which it listens, and raw requests.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::Child;

/// The program under test: the one in `MAILGUIDE`, or the one that was built with the tests.
pub(crate) fn program() -> OsString {
    std::env::var_os("MAILGUIDE").unwrap_or_else(|| env!("CARGO_BIN_EXE_mailguide").into())
}

/// The addresses of the site and of the metrics, which the program prints when it starts.
pub(crate) fn addresses(program: &mut Child) -> (String, String) {
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut address = || {
        let line = lines.next().unwrap().unwrap();
        let (_, address) = line.split_once("://").unwrap();
        address.trim_end_matches("/metrics").to_owned()
    };
    (address(), address())
}

/// A form request, as a page of the site sends it.
pub(crate) fn form(address: &str, path: &str, form: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
}
