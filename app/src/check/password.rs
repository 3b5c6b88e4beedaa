//! A password on its way from the form to the probe.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A password that cannot be printed by accident.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Takes the password out, unless the field was left empty.
    pub fn given(self) -> Option<String> {
        Some(self.0).filter(|password| !password.is_empty())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_show_itself() {
        let password: Password = serde_json::from_str("\"open sesame\"").unwrap();
        assert_eq!(format!("{password:?}"), "Password");
        assert_eq!(password.given().as_deref(), Some("open sesame"));
        assert_eq!(Password::default().given(), None);
    }
}
