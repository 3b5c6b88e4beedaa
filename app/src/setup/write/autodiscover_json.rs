//! The answers of Autodiscover version 2, in JSON: where the settings in XML are asked for.
//!
//! There is no public specification; this is what Outlook asks and what servers in use answer.

use serde_json::json;

use super::autodiscover;

/// The media type.
pub const MEDIA_TYPE: &str = "application/json; charset=utf-8";

/// Where a program asks; the case does not count.
pub const PATH: &str = "/autodiscover/autodiscover.json";

/// Where the DNS says which host is asked (SRV).
pub const SERVICE: &str = "_autodiscover._tcp";

/// The protocol that is asked for is another one, such as ActiveSync. The text is the answer, for the status 400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidProtocol(pub String);

/// Writes where to post for settings, on this host.
///
/// # Errors
///
/// When another protocol is asked for, or none.
pub fn write(protocol: &str, host: &str) -> Result<String, InvalidProtocol> {
    if protocol.eq_ignore_ascii_case("AutodiscoverV1") {
        let url = format!("https://{host}{}", autodiscover::PATH);
        return Ok(json!({ "Protocol": "AutodiscoverV1", "Url": url }).to_string());
    }
    // What was asked for is repeated only as far as it can be the name of a protocol.
    let is_name = protocol.len() <= 40 && protocol.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let name = if is_name { protocol } else { "" };
    let message = format!(
        "The given protocol value '{name}' is invalid. Supported values are 'AutodiscoverV1'"
    );
    let body = json!({ "ErrorCode": "InvalidProtocol", "ErrorMessage": message });
    Err(InvalidProtocol(body.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_is_compared_without_case_and_repeated_only_if_it_is_one() {
        let url = r#"{"Protocol":"AutodiscoverV1","Url":"https://autodiscover.example.net/autodiscover/autodiscover.xml"}"#;
        for protocol in ["AutodiscoverV1", "Autodiscoverv1", "AUTODISCOVERV1"] {
            let written = write(protocol, "autodiscover.example.net");
            assert_eq!(written.as_deref(), Ok(url), "{protocol}");
        }
        for (protocol, shown) in [
            ("ActiveSync", "ActiveSync"),
            ("", ""),
            ("'\"><x>", ""),
            ("a\r\nb", ""),
            (&"a".repeat(41), ""),
        ] {
            let InvalidProtocol(body) = write(protocol, "a.example").unwrap_err();
            let expected = format!(
                r#"{{"ErrorCode":"InvalidProtocol","ErrorMessage":"The given protocol value '{shown}' is invalid. Supported values are 'AutodiscoverV1'"}}"#
            );
            assert_eq!(body, expected, "{protocol}");
        }
    }
}
