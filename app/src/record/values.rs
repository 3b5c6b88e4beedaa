//! Small values that are well formed by their type: ids, links and dates.

use std::fmt;
use std::str::FromStr;

use probe::HostName;
use serde::{Deserialize, Deserializer, de};
use time::{Date, Month};

/// Lets `serde` and `str::parse` share one parser, so that a value from a file cannot be laxer.
macro_rules! parsed_from_text {
    ($name:ident, $error:ident) => {
        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    };
}

/// The name by which one part of a record refers to another: `imap`, `cl1`.
///
/// Ids stand in forms, links and results, so they are lower-case letters, digits and hyphens only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Id(String);

impl Id {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let starts_well = text
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_lowercase());
        if !starts_well || text.len() > 40 || !text.bytes().all(allowed) {
            return Err(IdError(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

parsed_from_text!(Id, IdError);

/// The text is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "id {0:?}: expected a letter and then at most 39 letters, digits or hyphens, in lower case"
)]
pub struct IdError(String);

/// A link that a customer may be sent to. It is always `https`, so that nobody can change the page on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct HttpsUrl(String);

impl HttpsUrl {
    /// The link as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for HttpsUrl {
    type Err = HttpsUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || HttpsUrlError(text.to_owned());
        let rest = text.strip_prefix("https://").ok_or_else(error)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
        // A host that parses leaves no room for `user@`, the usual disguise of a false link.
        host.parse::<HostName>().map_err(|_| error())?;
        port.parse::<std::num::NonZeroU16>().map_err(|_| error())?;
        let allowed = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
        if !rest.bytes().all(allowed) {
            return Err(error());
        }
        Ok(Self(text.to_owned()))
    }
}

parsed_from_text!(HttpsUrl, HttpsUrlError);

/// The text is not a link that begins with `https://`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("link {0:?}: expected https:// and a host name, such as https://example.net/help")]
pub struct HttpsUrlError(String);

/// A telephone number with its country code, written as it is shown: `+1 800 555 0100`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The number as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The link that calls it (RFC 3966).
    pub fn uri(&self) -> String {
        let digits = self.0.chars().filter(char::is_ascii_digit);
        format!("tel:+{}", digits.collect::<String>())
    }
}

impl FromStr for PhoneNumber {
    type Err = PhoneNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || PhoneNumberError(text.to_owned());
        let rest = text.strip_prefix('+').ok_or_else(error)?;
        let groups = || rest.split([' ', '-']);
        let plain =
            |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
        let digits: usize = groups().map(str::len).sum();
        // ITU-T E.164 has 15 digits at most.
        if !groups().all(plain) || !(7..=15).contains(&digits) {
            return Err(error());
        }
        Ok(Self(text.to_owned()))
    }
}

parsed_from_text!(PhoneNumber, PhoneNumberError);

/// The text is not a telephone number with its country code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "phone number {0:?}: expected + and the country code, then digits, spaces and hyphens, such as +1 800 555 0100"
)]
pub struct PhoneNumberError(String);

/// Reads a day of the calendar, written as HTML's `<time>` takes it: `2026-11-23`.
pub(super) fn date(text: &str) -> Result<Date, DateError> {
    let number = |part: &str, digits: usize| {
        let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse().ok()).flatten()
    };
    let parts: Vec<&str> = text.split('-').collect();
    let read = || {
        let [year, month, day] = parts[..] else {
            return None;
        };
        let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
    };
    read().ok_or_else(|| DateError(text.to_owned()))
}

/// The same for a file.
pub(crate) fn date_in_file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    date(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// The text is not a day of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("date {0:?}: expected year-month-day, such as 2026-11-23")]
pub struct DateError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_words() {
        for text in ["imap", "cl1", "qwestoffice-smtp"] {
            assert_eq!(text.parse::<Id>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "1imap",
            "-imap",
            "Imap",
            "im ap",
            "im_ap",
            "ímap",
            &"a".repeat(41),
        ] {
            assert!(text.parse::<Id>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn links_are_https_and_name_a_host() {
        for text in ["https://example.net", "https://example.net:8443/a?b=c#d"] {
            assert_eq!(text.parse::<HttpsUrl>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "http://example.net/",
            "HTTPS://example.net/",
            "javascript:alert(1)",
            "https://",
            "https:///path",
            "https://bank.example@evil.example/",
            "https://user:1@evil.example/",
            "https://example.net:0/",
            "https://example.net/a b",
            "https://example.net/\"onclick",
            "https://example.net/\n",
        ] {
            assert!(text.parse::<HttpsUrl>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn phone_numbers_have_a_country_code() {
        for (text, uri) in [
            ("+1 800 555 0100", "tel:+18005550100"),
            ("+1-800-555-0100", "tel:+18005550100"),
            ("+498005550100", "tel:+498005550100"),
        ] {
            let number = text.parse::<PhoneNumber>().unwrap();
            assert_eq!((number.as_str(), number.uri().as_str()), (text, uri));
        }
        for text in [
            "",
            "+",
            "800 555 0100",
            "1-800-555-0100",
            "+1 800 555 0100 ext 2",
            "+1  800 555 0100",
            "+1 (800) 555-0100",
            "+1 800-FLOWERS",
            "+12345",
            "+1234567890123456",
            "tel:+18005550100",
            "+1 800 555 0100\n",
        ] {
            assert!(text.parse::<PhoneNumber>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn dates_exist_in_the_calendar() {
        for text in ["2026-11-23", "2024-02-29", "2000-02-29"] {
            assert_eq!(date(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-04-31",
            "2026-1-01",
            "26-01-01",
            "+026-01-01",
            "2026-01-01 ",
            "01/02/2026",
            "2026-01-01-01",
        ] {
            assert!(date(text).is_err(), "{text:?}");
        }
    }
}
