//! From the bytes of a set-up file to the settings in it, or to the line that is wrong.
//!
//! Every reader is a pure function. Whatever the format, the result is the same: [`Found`]. A part of a file
//! that cannot be used is left out and told as a [`Problem`] with its line; a file of which nothing can be used
//! is one problem and no settings.
//!
//! | module | idea |
//! |---|---|
//! | [`found`] | what was found, whatever the format |
//! | [`autoconfig`] | Thunderbird's autoconfig XML, also from its list of providers |
//! | [`autodiscover`] | an answer of Outlook's Autodiscover |
//! | [`apple_profile`] | an Apple configuration profile |
//! | [`srv`] | SRV records of a domain |
//! | [`pacc`] | user agent configuration, JSON |
//! | [`thunderbird_qr`] | the text of a QR code of Thunderbird for Android |
//! | `signed` | what a CMS signature stands around |
//! | `xml` | a small tree of an XML text |

pub mod apple_profile;
pub mod autoconfig;
pub mod autodiscover;
pub mod found;
pub mod pacc;
mod signed;
pub mod srv;
pub mod thunderbird_qr;
mod xml;

#[cfg(test)]
pub(in crate::setup) mod tests;

pub use found::{
    Found, FoundHost, FoundService, FoundSignIn, FoundUserName, Page, Problem, Severity,
    on_one_line,
};

use crate::address::Address;

/// A set-up file is not larger than this. The largest of Thunderbird's list has 9 kB.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The formats of set-up files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Thunderbird's autoconfig, version 1.1 or 1.2.
    Autoconfig,
    /// An answer of Autodiscover in XML ("POX").
    Autodiscover,
    /// An Apple configuration profile, signed or not.
    AppleProfile,
    /// The list of SRV records of a domain, as in a zone file.
    Srv,
    /// PACC (draft-ietf-mailmaint-pacc).
    Pacc,
    /// The text of a QR code of Thunderbird for Android.
    ThunderbirdQr,
}

/// Reads a set-up file of whatever format.
///
/// # Errors
///
/// When the format is not recognised, or nothing in the file can be used.
pub fn read(bytes: &[u8]) -> Result<(Format, Found), Problem> {
    read_for(bytes, None)
}

/// The same for a file that was made for one address, if any. By it some formats tell which part of an address the
/// user name is.
///
/// # Errors
///
/// The same.
pub fn read_for(bytes: &[u8], asked: Option<&Address>) -> Result<(Format, Found), Problem> {
    if bytes.len() > MAX_BYTES {
        return Err(Problem::at(
            1,
            format!(
                "the file has {} bytes, expected at most {MAX_BYTES}",
                bytes.len()
            ),
        ));
    }
    let opened;
    let bytes = match signed::content(bytes) {
        Some(content) => {
            opened = content?;
            &opened[..]
        }
        None => bytes,
    };
    let text = text(bytes)?;
    let (format, found) = match text.trim_start().chars().next() {
        Some('<') => {
            let root = xml::parse(text)?;
            match root.name.as_str() {
                "clientConfig" => (Format::Autoconfig, autoconfig::read_tree(&root)?),
                "Autodiscover" => (Format::Autodiscover, autodiscover::read_tree(&root, asked)?),
                "plist" => (Format::AppleProfile, apple_profile::read_tree(&root)?),
                other => {
                    let message = format!(
                        "unknown element <{other}>, expected <clientConfig>, <Autodiscover> or <plist>"
                    );
                    return Err(Problem::at(root.line, message));
                }
            }
        }
        Some('{') => (Format::Pacc, pacc::read(text)?),
        Some('[') => (Format::ThunderbirdQr, thunderbird_qr::read(text)?),
        Some('_' | ';' | '$') => (Format::Srv, srv::read(text)?),
        _ => {
            let message = "unknown format: expected XML, JSON or SRV records, such as an autoconfig file, \
                an Autodiscover answer, an Apple profile or a list of lines that begin with _imaps._tcp";
            return Err(Problem::at(1, message));
        }
    };
    Ok((format, found))
}

/// The bytes as text, without the mark that some programs put before it.
fn text(bytes: &[u8]) -> Result<&str, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        Problem::at(line, "expected text in UTF-8")
    })
}
