//! Addresses with a port, as they are typed on the command line.

use std::net::{IpAddr, SocketAddr};

/// Reads an address to listen on. With port 0 the system chooses one.
///
/// # Errors
///
/// What is wrong, and what is expected.
pub fn to_listen_on(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        let wrong = wrong(text);
        format!("{wrong}: expected the address of a network interface and a port, such as 127.0.0.1:3000 or [::]:3000")
    })
}

/// Reads an address to connect to.
///
/// # Errors
///
/// What is wrong, and what is expected.
pub fn to_connect_to(text: &str) -> Result<SocketAddr, String> {
    let read = text.parse::<SocketAddr>();
    let wrong = match read {
        Ok(address) if address.port() == 0 => "nothing has port 0",
        Ok(address) if address.ip().is_unspecified() => "nothing has this address",
        Ok(address) => return Ok(address),
        Err(_) => wrong(text),
    };
    Err(format!(
        "{wrong}: expected an IP address and a port, such as 192.0.2.1:53 or [2001:db8::1]:53"
    ))
}

/// What is wrong with a text that is no address with a port.
fn wrong(text: &str) -> &'static str {
    let bare = text.trim_matches(['[', ']']);
    if bare.parse::<IpAddr>().is_ok() {
        return "it has no port, or the address has no brackets";
    }
    match text.rsplit_once(':') {
        Some((host, _)) if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() => {
            "the port is not a number up to 65535"
        }
        Some((host, _)) if !host.is_empty() => "a name is not looked up",
        Some(_) => "it has no address",
        None => "it has no port",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_it_is_said_what_is_wrong() {
        for (text, listened, connected) in [
            ("127.0.0.1:3000", Ok(()), Ok(())),
            ("[::1]:3000", Ok(()), Ok(())),
            ("0.0.0.0:3000", Ok(()), Err("nothing has this address")),
            ("127.0.0.1:0", Ok(()), Err("nothing has port 0")),
            ("127.0.0.1", Err("no port"), Err("no port")),
            ("::1", Err("no brackets"), Err("no brackets")),
            ("[::1]", Err("no port"), Err("no port")),
            ("3000", Err("no port"), Err("no port")),
            (":3000", Err("no address"), Err("no address")),
            ("localhost:3000", Err("a name"), Err("a name")),
            ("127.0.0.1:99999", Err("65535"), Err("65535")),
            ("127.0.0.1:http", Err("65535"), Err("65535")),
            ("", Err("no port"), Err("no port")),
        ] {
            for (read, expected) in [
                (to_listen_on(text), listened),
                (to_connect_to(text), connected),
            ] {
                match (read, expected) {
                    (Ok(_), Ok(())) => {}
                    (Err(said), Err(part)) => {
                        assert!(said.contains(part), "{text}: {said}");
                        assert!(said.contains("expected "), "{text}: {said}");
                    }
                    (read, _) => panic!("{text}: {read:?}"),
                }
            }
        }
    }
}
