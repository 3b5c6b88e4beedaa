//! Writes ClientHellos (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2) that no TLS library would send,
//! which is why they are written by hand.

/// What to offer.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientHello<'a> {
    /// The version of the record and of the hello: `0x0300` for SSL 3.0 to `0x0303`.
    pub(crate) version: u16,
    /// Thirty-two unpredictable bytes. They also serve as the key share: nobody will need the key.
    pub(crate) random: [u8; 32],
    /// The cipher suites, best first.
    pub(crate) ciphers: &'a [u16],
    /// Everything below is an extension, and left out where it is empty.
    pub(crate) server_name: Option<&'a str>,
    /// The versions, where TLS 1.3 is among them.
    pub(crate) versions: &'a [u16],
    /// The groups for the exchange of keys.
    pub(crate) groups: &'a [u16],
    /// The signature schemes.
    pub(crate) schemes: &'a [u16],
    /// Filled up to at least so many bytes (RFC 7685).
    pub(crate) padded_to: usize,
}

/// Some servers hang when a hello has a length between these (RFC 7685 §1).
const INTOLERANT_LENGTHS: std::ops::Range<usize> = 256..512;

/// The group for which there is a key share.
const X25519: u16 = 0x001d;

impl ClientHello<'_> {
    /// The record, ready to be sent.
    pub(crate) fn write(&self) -> Vec<u8> {
        let message = self.message(0);
        let wanted = if INTOLERANT_LENGTHS.contains(&message.len()) {
            self.padded_to.max(INTOLERANT_LENGTHS.end)
        } else {
            self.padded_to
        };
        let message = match wanted.saturating_sub(message.len()) {
            0 => message,
            missing => self.message(missing),
        };
        // The first record says 1.0 at most, for old servers (RFC 8446 §5.1).
        let mut record = vec![22];
        put_u16(&mut record, self.version.min(0x0301));
        put_vector(&mut record, |record| record.extend(&message));
        record
    }

    fn message(&self, padding: usize) -> Vec<u8> {
        // The length has three bytes, of which the first is never needed.
        let mut message = vec![1, 0];
        put_vector(&mut message, |body| {
            put_u16(body, self.version);
            body.extend(self.random);
            // No session to resume.
            body.push(0);
            put_vector(body, |body| {
                self.ciphers
                    .iter()
                    .for_each(|cipher| put_u16(body, *cipher));
            });
            // No compression.
            body.extend([1, 0]);
            let extensions = self.extensions(padding);
            if !extensions.is_empty() {
                put_vector(body, |body| body.extend(&extensions));
            }
        });
        message
    }

    fn extensions(&self, padding: usize) -> Vec<u8> {
        let mut all = Vec::new();
        let mut add = |kind: u16, content: &dyn Fn(&mut Vec<u8>)| {
            put_u16(&mut all, kind);
            put_vector(&mut all, content);
        };
        if let Some(name) = self.server_name {
            // RFC 6066 §3.
            add(0, &|out| {
                put_vector(out, |out| {
                    out.push(0);
                    put_vector(out, |out| out.extend(name.as_bytes()));
                });
            });
        }
        let list = |numbers: &[u16], out: &mut Vec<u8>| {
            put_vector(out, |out| {
                numbers.iter().for_each(|number| put_u16(out, *number));
            });
        };
        if !self.groups.is_empty() {
            add(10, &|out| list(self.groups, out));
            // Points are not compressed (RFC 8422 §5.1.2).
            add(11, &|out| out.extend([1, 0]));
        }
        if !self.schemes.is_empty() {
            add(13, &|out| list(self.schemes, out));
        }
        if !self.versions.is_empty() {
            add(43, &|out| {
                out.push((self.versions.len() * 2) as u8);
                self.versions
                    .iter()
                    .for_each(|version| put_u16(out, *version));
            });
            // A key for X25519, which any bytes are (RFC 7748 §5). Who does not know that group leaves the
            // choice to the server (RFC 8446 §4.2.8).
            add(51, &|out| {
                put_vector(out, |out| {
                    if self.groups.contains(&X25519) {
                        put_u16(out, X25519);
                        put_vector(out, |out| out.extend(self.random));
                    }
                });
            });
        }
        if padding > 0 {
            let header = 4;
            add(21, &|out| {
                out.resize(out.len() + padding.saturating_sub(header), 0);
            });
        }
        all
    }
}

fn put_u16(out: &mut Vec<u8>, number: u16) {
    out.extend(number.to_be_bytes());
}

/// Writes what `content` writes behind its length in two bytes.
fn put_vector(out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    put_u16(out, 0);
    content(out);
    // Nothing that is written here comes near the limit.
    let length = u16::try_from(out.len() - start - 2).unwrap_or(u16::MAX);
    out[start..start + 2].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use rustls::server::Acceptor;
    use rustls::{CipherSuite, NamedGroup, SignatureScheme};

    use super::*;

    fn wide() -> ClientHello<'static> {
        ClientHello {
            version: 0x0303,
            random: [9; 32],
            ciphers: &[0x1301, 0xc02f, 0x000a, 0x00ff],
            server_name: Some("mail.example.test"),
            versions: &[0x0304, 0x0303],
            groups: &[0x001d, 0x0017, 0x0019],
            schemes: &[0x0403, 0x0804],
            padded_to: 0,
        }
    }

    /// rustls reads it as it was meant.
    #[test]
    fn hellos_are_well_formed() {
        for padded_to in [0, 600, 1800] {
            let hello = ClientHello {
                padded_to,
                ..wide()
            };
            let bytes = hello.write();
            let mut acceptor = Acceptor::default();
            acceptor.read_tls(&mut bytes.as_slice()).unwrap();
            let accepted = acceptor.accept().unwrap().expect("a whole hello");
            let read = accepted.client_hello();
            assert_eq!(read.server_name(), Some("mail.example.test"));
            assert_eq!(
                read.cipher_suites(),
                [0x1301, 0xc02f, 0x000a, 0x00ff].map(CipherSuite::from)
            );
            assert_eq!(
                read.named_groups().unwrap(),
                [0x001d, 0x0017, 0x0019].map(NamedGroup::from)
            );
            assert_eq!(
                read.signature_schemes(),
                [0x0403, 0x0804].map(SignatureScheme::from)
            );
            assert!(bytes.len() >= padded_to);
        }
    }

    #[test]
    fn lengths_at_which_servers_hang_are_avoided() {
        let ciphers = [0x002f; 300];
        for count in 1..ciphers.len() {
            for hello in [
                ClientHello {
                    ciphers: &ciphers[..count],
                    ..wide()
                },
                ClientHello {
                    version: 0x0301,
                    ciphers: &ciphers[..count],
                    ..ClientHello::default()
                },
            ] {
                let length = hello.write().len() - 5;
                assert!(
                    !INTOLERANT_LENGTHS.contains(&length),
                    "{count} ciphers: {length} bytes"
                );
            }
        }
    }

    #[test]
    fn the_oldest_hello_has_no_extensions() {
        let hello = ClientHello {
            version: 0x0300,
            ciphers: &[0x000a],
            ..ClientHello::default()
        };
        let bytes = hello.write();
        assert_eq!(bytes[..11], [22, 3, 0, 0, 45, 1, 0, 0, 41, 3, 0]);
        assert_eq!(bytes[43..], [0, 0, 2, 0, 10, 1, 0]);
    }
}
