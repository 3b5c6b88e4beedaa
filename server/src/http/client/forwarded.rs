//! The header `Forwarded` (RFC 7239 §4).

use std::net::IpAddr;

use super::ip::parse_ip;

/// One hop: what one proxy says about the request that it received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hop {
    from: Option<String>,
    protocol: Option<String>,
}

impl Hop {
    /// The address of the client of the proxy, unless the proxy hides it (RFC 7239 §6.3).
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.from.as_deref().and_then(parse_ip)
    }

    /// Whether it came over HTTPS.
    pub(super) fn https(&self) -> bool {
        let protocol = self.protocol.as_deref();
        protocol.is_some_and(|protocol| protocol.eq_ignore_ascii_case("https"))
    }
}

/// Parses one line of the header: hops separated by commas, each with parameters separated by semicolons.
/// `None` for a malformed line, which is ignored as a whole.
pub(super) fn parse(line: &str) -> Option<Vec<Hop>> {
    let mut hops = vec![Hop::default()];
    let mut rest = line.trim_start();
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after)?;
        let hop = hops.last_mut()?;
        let field = match name.to_ascii_lowercase().as_str() {
            "for" => &mut hop.from,
            "proto" => &mut hop.protocol,
            name if is_token(name) => &mut None,
            _ => return None,
        };
        // Each parameter may appear once in a hop (RFC 7239 §4).
        if field.replace(value).is_some() {
            return None;
        }
        rest = after.trim_start();
        let Some(separator) = rest.chars().next() else {
            return Some(hops);
        };
        match separator {
            ';' => {}
            ',' => hops.push(Hop::default()),
            _ => return None,
        }
        rest = rest[1..].trim_start();
    }
}

/// Takes a token or a quoted string off the front.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        // Ports and IPv6 addresses belong in quotes, but not every proxy knows that.
        let end = text.find([';', ',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        let wanted = !value.is_empty() && !value.contains('"');
        return wanted.then(|| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((position, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[position + 1..])),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

fn is_token(name: &str) -> bool {
    let is_letter =
        |letter: u8| letter.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&letter);
    !name.is_empty() && name.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        for (line, expected) in [
            ("for=192.0.2.1", Some("192.0.2.1")),
            (
                "For=192.0.2.1;Proto=HTTPS;by=203.0.113.43",
                Some("192.0.2.1 https"),
            ),
            (
                "proto=https; for=192.0.2.1 , for=192.0.2.2",
                Some("192.0.2.1 https, 192.0.2.2"),
            ),
            ("for=\"192.0.2.1:47011\"", Some("192.0.2.1")),
            ("for=192.0.2.1:47011", Some("192.0.2.1")),
            ("for=\"[2001:db8::1]\"", Some("2001:db8::1")),
            ("for=\"[2001:db8::1]:4711\"", Some("2001:db8::1")),
            ("for=\"192.0.\\2.1\"", Some("192.0.2.1")),
            ("for=unknown", Some("-")),
            ("for=_hidden", Some("-")),
            // A comma in quotes is no end of a hop.
            (
                "for=unknown;host=\"a,for=192.0.2.9\", for=192.0.2.1",
                Some("-, 192.0.2.1"),
            ),
            ("for=192.0.2.1;for=192.0.2.2", None),
            ("for=\"192.0.2.1", None),
            ("for=\"192.0.2.1\"x", None),
            ("for=192.0.2.1 for=192.0.2.2", None),
            ("for=", None),
            ("=192.0.2.1", None),
            ("for=192.0.2.1;", None),
            ("for=192.0.2.1,", None),
            ("f or=192.0.2.1", None),
            ("", None),
            ("ä=1", None),
            ("for=192.0.2.1ä", Some("-")),
        ] {
            let read = parse(line).map(|hops| {
                let hops = hops.iter().map(|hop| {
                    let address = hop
                        .address()
                        .map_or("-".into(), |address| address.to_string());
                    format!("{address}{}", if hop.https() { " https" } else { "" })
                });
                hops.collect::<Vec<_>>().join(", ")
            });
            assert_eq!(read.as_deref(), expected, "{line}");
        }
    }
}
