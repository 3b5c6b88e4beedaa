//! Where the password of a sign-in goes.

use std::fmt;
use std::str::FromStr;

/// The ways in which customers may sign in for a test, as `--sign-in` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInWays {
    /// The customer's browser signs in itself, through a relay that cannot read what it carries.
    pub browser: bool,
    /// This server signs in: the password passes through it.
    pub server: bool,
}

impl SignInWays {
    /// Passwords are not tested.
    pub const NONE: Self = Self {
        browser: false,
        server: false,
    };
}

impl Default for SignInWays {
    /// Both.
    fn default() -> Self {
        Self {
            browser: true,
            server: true,
        }
    }
}

impl FromStr for SignInWays {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut ways = Self::NONE;
        if text == "off" {
            return Ok(ways);
        }
        for way in text.split(',') {
            let chosen = match way {
                "browser" => &mut ways.browser,
                "server" => &mut ways.server,
                _ => return Err("expected browser, server, both with a comma, or off".into()),
            };
            *chosen = true;
        }
        Ok(ways)
    }
}

impl fmt::Display for SignInWays {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match (self.browser, self.server) {
            (true, true) => "browser,server",
            (true, false) => "browser",
            (false, true) => "server",
            (false, false) => "off",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_read_and_written() {
        for (text, expected) in [
            ("browser,server", Some("browser,server")),
            ("server,browser", Some("browser,server")),
            ("browser", Some("browser")),
            ("server", Some("server")),
            ("off", Some("off")),
            ("off,browser", None),
            ("", None),
            ("browser,", None),
            ("proxy", None),
        ] {
            let read = text.parse::<SignInWays>().ok();
            let read = read.map(|ways| ways.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
