//! What a client may say in the clear, before TLS: the commands that our session sends up to STARTTLS, and no other.
//!
//! So no password, no message and no other protocol gets through in the clear, whatever the browser sends. Lines are
//! passed on whole, and only once they are known to be one of these.

use probe::Protocol;

/// The longest line without its end, in bytes: EHLO with the longest name that a host may have (RFC 5321 §4.5.3.1.2).
const MAX_LINE_LEN: usize = 5 + 255;

/// How many lines there may be. The session sends three at most: the hello, STARTTLS and the goodbye of SMTP; STARTTLS,
/// a question and the goodbye of the others, where TLS is refused.
const MAX_LINES: usize = 3;

/// A line that is not one of the commands before TLS, or comes when none may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotAllowed;

/// A command that may be said in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    /// Asks who is there or what it can do.
    Question,
    /// Asks for TLS.
    StartTls,
    /// Says goodbye.
    Quit,
}

/// The conversation before TLS.
#[derive(Clone, Debug)]
pub(super) struct ClearText {
    protocol: Protocol,
    line: Vec<u8>,
    lines: usize,
    /// Whether the server has said something since the last line. At first it has to greet.
    answered: bool,
    asked_for_tls: bool,
    said_goodbye: bool,
}

impl ClearText {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            line: Vec::new(),
            lines: 0,
            answered: false,
            asked_for_tls: false,
            said_goodbye: false,
        }
    }

    /// The server has said something.
    pub(super) fn server_spoke(&mut self) {
        self.answered = true;
    }

    /// Whether TLS may begin now: it was asked for, and the server has said something to that; or nothing was said at
    /// all, which is how the session asks a silent server whether it waits for TLS.
    pub(super) fn tls_may_begin(&self) -> bool {
        let nothing_said = self.lines == 0 && !self.answered;
        let asked = self.asked_for_tls && self.answered && !self.said_goodbye;
        self.line.is_empty() && (nothing_said || asked)
    }

    /// Takes the next bytes, and appends a line to `pass` once it is complete and allowed.
    ///
    /// # Errors
    ///
    /// When they are not allowed; nothing may be passed on any more.
    pub(super) fn take(&mut self, bytes: &[u8], pass: &mut Vec<u8>) -> Result<(), NotAllowed> {
        for byte in bytes {
            if !matches!(byte, b' '..=b'~' | b'\r' | b'\n') {
                return Err(NotAllowed);
            }
            self.line.push(*byte);
            if *byte != b'\n' {
                // Its carriage return is not a part of it.
                if self.line.len() > MAX_LINE_LEN + 1 {
                    return Err(NotAllowed);
                }
                continue;
            }
            let text = self.line.strip_suffix(b"\r\n").ok_or(NotAllowed)?;
            let command = command(self.protocol, text).ok_or(NotAllowed)?;
            self.allow(command)?;
            pass.append(&mut self.line);
        }
        Ok(())
    }

    fn allow(&mut self, command: Command) -> Result<(), NotAllowed> {
        // A goodbye may come while an answer is waited for in vain; every other line waits for its turn.
        let in_turn = self.answered || command == Command::Quit;
        let again = self.asked_for_tls && command == Command::StartTls;
        if self.said_goodbye || again || !in_turn || self.lines == MAX_LINES {
            return Err(NotAllowed);
        }
        self.lines += 1;
        self.answered = false;
        self.asked_for_tls |= command == Command::StartTls;
        self.said_goodbye = command == Command::Quit;
        Ok(())
    }
}

/// The command of a line, as our session writes it.
fn command(protocol: Protocol, line: &[u8]) -> Option<Command> {
    let line = str::from_utf8(line).ok()?;
    match protocol {
        Protocol::Smtp => match line {
            "STARTTLS" => Some(Command::StartTls),
            "QUIT" => Some(Command::Quit),
            _ => line
                .strip_prefix("EHLO ")
                .is_some_and(is_client_name)
                .then_some(Command::Question),
        },
        Protocol::Pop3 => match line {
            "STLS" => Some(Command::StartTls),
            "CAPA" => Some(Command::Question),
            "QUIT" => Some(Command::Quit),
            _ => None,
        },
        Protocol::Imap => {
            let (tag, command) = line.split_once(' ')?;
            let command = match command {
                "STARTTLS" => Command::StartTls,
                "CAPABILITY" => Command::Question,
                "LOGOUT" => Command::Quit,
                _ => return None,
            };
            is_tag(tag).then_some(command)
        }
    }
}

/// A tag of our session: the letter m and seven hexadecimal digits.
fn is_tag(tag: &str) -> bool {
    let digits = tag.strip_prefix('m').unwrap_or_default();
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    digits.len() == 7 && digits.bytes().all(is_digit)
}

/// A host name, or the literal of an address (RFC 5321 §4.1.3).
fn is_client_name(name: &str) -> bool {
    let literal = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match literal {
        Some(literal) => {
            let address = literal.strip_prefix("IPv6:").unwrap_or(literal);
            address.parse::<std::net::IpAddr>().is_ok()
        }
        None => name.parse::<probe::HostName>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What passes of what a client says, where `\n` stands for an answer of the server to the last line.
    fn conversation(protocol: Protocol, turns: &[&str]) -> Result<Vec<u8>, NotAllowed> {
        let mut clear = ClearText::new(protocol);
        let mut pass = Vec::new();
        for turn in turns {
            clear.server_spoke();
            clear.take(turn.as_bytes(), &mut pass)?;
        }
        Ok(pass)
    }

    #[test]
    fn what_our_session_says_passes() {
        for (protocol, turns) in [
            (
                Protocol::Smtp,
                &["EHLO [192.0.2.1]\r\n", "STARTTLS\r\n"][..],
            ),
            (Protocol::Smtp, &["EHLO [IPv6:2001:db8::1]\r\n", "QUIT\r\n"]),
            (
                Protocol::Smtp,
                &["EHLO help.example\r\n", "STARTTLS\r\n", "QUIT\r\n"],
            ),
            (Protocol::Smtp, &["QUIT\r\n"]),
            (Protocol::Imap, &["m0123abc STARTTLS\r\n"]),
            (
                Protocol::Imap,
                &[
                    "m0123abc STARTTLS\r\n",
                    "mfffffff CAPABILITY\r\n",
                    "m0000000 LOGOUT\r\n",
                ],
            ),
            (Protocol::Pop3, &["STLS\r\n"]),
            (Protocol::Pop3, &["STLS\r\n", "CAPA\r\n", "QUIT\r\n"]),
        ] {
            let pass = conversation(protocol, turns).unwrap();
            assert_eq!(pass, turns.concat().into_bytes(), "{turns:?}");
        }
    }

    #[test]
    fn nothing_else_passes() {
        let long = format!("EHLO {}.example\r\n", "a.".repeat(130));
        for (protocol, turns) in [
            // Passwords.
            (Protocol::Imap, &["m0123abc LOGIN jane secret\r\n"][..]),
            (
                Protocol::Imap,
                &["m0123abc AUTHENTICATE PLAIN AGphbmUAc2VjcmV0\r\n"],
            ),
            (Protocol::Imap, &["AGphbmUAc2VjcmV0\r\n"]),
            (
                Protocol::Imap,
                &["m0123abc STARTTLS\r\n", "m0123abd LOGIN jane secret\r\n"],
            ),
            (Protocol::Pop3, &["USER jane\r\n"]),
            (Protocol::Pop3, &["PASS secret\r\n"]),
            (Protocol::Pop3, &["AUTH PLAIN\r\n"]),
            (
                Protocol::Pop3,
                &["APOP jane c4c9334bac560ecc979e58001b3e22fb\r\n"],
            ),
            (Protocol::Pop3, &["STLS\r\n", "USER jane\r\n"]),
            (
                Protocol::Smtp,
                &["EHLO [192.0.2.1]\r\n", "AUTH PLAIN AGphbmUAc2VjcmV0\r\n"],
            ),
            // Mail.
            (Protocol::Smtp, &["MAIL FROM:<a@b.example>\r\n"]),
            (
                Protocol::Smtp,
                &["EHLO [192.0.2.1]\r\n", "MAIL FROM:<a@b.example>\r\n"],
            ),
            (Protocol::Smtp, &["VRFY jane\r\n"]),
            // What our session does not say.
            (Protocol::Smtp, &["HELO help.example\r\n"]),
            (Protocol::Smtp, &["NOOP\r\n"]),
            (Protocol::Imap, &["m0123abc NOOP\r\n"]),
            (Protocol::Imap, &["m0123abc ID NIL\r\n"]),
            (Protocol::Imap, &["m0123abc starttls\r\n"]),
            (Protocol::Pop3, &["NOOP\r\n"]),
            (Protocol::Pop3, &["STARTTLS\r\n"]),
            (Protocol::Smtp, &["STLS\r\n"]),
            // Something hidden in what is allowed.
            (Protocol::Imap, &["jane:secret STARTTLS\r\n"]),
            (Protocol::Imap, &["m0123abcd STARTTLS\r\n"]),
            (Protocol::Imap, &["m0123abc STARTTLS \r\n"]),
            (Protocol::Smtp, &["EHLO jane secret\r\n"]),
            (Protocol::Smtp, &["EHLO jane_secret\r\n"]),
            (Protocol::Smtp, &["EHLO [secret]\r\n"]),
            (Protocol::Smtp, &["EHLO \r\n"]),
            (Protocol::Smtp, &["EHLO\r\n"]),
            (Protocol::Smtp, &[long.as_str()]),
            // Lines that end in another way.
            (Protocol::Smtp, &["QUIT\n"]),
            (Protocol::Smtp, &["\r\n"]),
            (Protocol::Smtp, &["\n"]),
            (Protocol::Smtp, &["EHLO a\rQUIT\r\n"]),
            (Protocol::Smtp, &["EHLO a\nQUIT\r\n"]),
            (Protocol::Smtp, &["EHLO a\0\r\n"]),
            (Protocol::Smtp, &["EHLO b\u{fc}cher.example\r\n"]),
            // More than is said.
            (
                Protocol::Smtp,
                &["EHLO a\r\n", "EHLO a\r\n", "EHLO a\r\n", "EHLO a\r\n"],
            ),
            (
                Protocol::Imap,
                &["m0123abc STARTTLS\r\n", "m0123abd STARTTLS\r\n"],
            ),
            (Protocol::Smtp, &["QUIT\r\n", "EHLO a\r\n"]),
            // Before its turn.
            (Protocol::Smtp, &["EHLO a\r\nSTARTTLS\r\n"]),
            (
                Protocol::Imap,
                &["m0123abc STARTTLS\r\nm0123abd CAPABILITY\r\n"],
            ),
            (Protocol::Pop3, &["STLS\r\nCAPA\r\n"]),
        ] {
            assert_eq!(conversation(protocol, turns), Err(NotAllowed), "{turns:?}");
        }
        let mut early = ClearText::new(Protocol::Imap);
        let hurried = early.take(b"m0123abc STARTTLS\r\n", &mut Vec::new());
        assert_eq!(hurried, Err(NotAllowed), "before the greeting");
    }

    #[test]
    fn a_line_passes_whole_and_one_that_never_ends_is_not_kept() {
        let (mut clear, mut pass) = (ClearText::new(Protocol::Smtp), Vec::new());
        clear.server_spoke();
        for byte in b"EHLO a.example\r" {
            clear.take(&[*byte], &mut pass).unwrap();
            assert!(pass.is_empty());
        }
        clear.take(b"\n", &mut pass).unwrap();
        assert_eq!(pass, b"EHLO a.example\r\n");

        let endless = vec![b'a'; MAX_LINE_LEN + 2];
        let mut clear = ClearText::new(Protocol::Smtp);
        assert_eq!(clear.take(&endless, &mut pass), Err(NotAllowed));
        assert_eq!(clear.take(&endless[1..], &mut pass), Err(NotAllowed));
    }

    #[test]
    fn tls_begins_once_the_server_has_answered() {
        let mut clear = ClearText::new(Protocol::Imap);
        assert!(clear.tls_may_begin());
        clear.server_spoke();
        assert!(!clear.tls_may_begin());
        clear
            .take(b"m0123abc STARTTLS\r\n", &mut Vec::new())
            .unwrap();
        assert!(!clear.tls_may_begin());
        clear.server_spoke();
        assert!(clear.tls_may_begin());
        clear.take(b"m", &mut Vec::new()).unwrap();
        assert!(!clear.tls_may_begin());
    }
}
