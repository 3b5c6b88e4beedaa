//! What Outlook and Thunderbird post to Autodiscover.
//!
//! The text comes from strangers. There is no document type in it, so entities cannot be defined and nothing grows
//! or is fetched while it is read.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::autodiscover::{ErrorCode, SETTINGS};
use crate::record::{Address, AddressOrDomain, parse_address};

/// How long a request may be, in bytes. It holds an address and two names of schemas.
pub const MAX_LEN: usize = 16 * 1024;

/// How deep elements may stand in each other. The address stands at the third level.
const MAX_DEPTH: usize = 16;

/// Reads for which address settings are wanted.
///
/// # Errors
///
/// What to answer when it is no request, or one for settings of another kind.
pub fn read(body: &[u8]) -> Result<Address, ErrorCode> {
    if body.len() > MAX_LEN {
        return Err(ErrorCode::InvalidRequest);
    }
    let (address, schema) = fields(body).ok_or(ErrorCode::InvalidRequest)?;
    // Exchange ActiveSync has a schema of its own.
    if !schema.trim().eq_ignore_ascii_case(SETTINGS) {
        return Err(ErrorCode::NoProvider);
    }
    match parse_address(&address) {
        Ok(AddressOrDomain::Address(address)) => Ok(address),
        _ => Err(ErrorCode::InvalidRequest),
    }
}

/// The address and the schema that is wanted of the answer; `None` where the text is no request.
fn fields(body: &[u8]) -> Option<(String, String)> {
    let text = std::str::from_utf8(body).ok()?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut path: Vec<String> = Vec::new();
    let (mut address, mut schema) = (String::new(), String::new());
    let mut ended = false;
    loop {
        let event = reader.read_event().ok()?;
        let names: Vec<_> = path.iter().map(String::as_str).collect();
        let field = match names[..] {
            ["Autodiscover", "Request", "EMailAddress"] => Some(&mut address),
            ["Autodiscover", "Request", "AcceptableResponseSchema"] => Some(&mut schema),
            _ => None,
        };
        match event {
            Event::Start(start) => {
                if ended || path.len() == MAX_DEPTH {
                    return None;
                }
                path.push(start.local_name().as_ref().to_owned());
            }
            Event::End(_) => {
                path.pop();
                ended = path.is_empty();
            }
            Event::Text(text) => match field {
                Some(field) => field.push_str(&text),
                None if path.is_empty() && !text.trim().is_empty() => return None,
                None => {}
            },
            Event::CData(text) => {
                if let Some(field) = field {
                    field.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let named = reference.resolve_char_ref().ok()?;
                let mut letter = [0; 4];
                let text = match named {
                    Some(named) => &*named.encode_utf8(&mut letter),
                    None => resolve_predefined_entity(&reference)?,
                };
                if let Some(field) = field {
                    field.push_str(text);
                }
            }
            Event::DocType(_) => return None,
            Event::Eof => break,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    (ended && path.is_empty() && !address.is_empty() && !schema.is_empty())
        .then_some((address, schema))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTLOOK: &str =
        "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006";
    const MOBILE: &str =
        "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006";

    fn request(address: &str, schema: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Autodiscover xmlns=\"{OUTLOOK}\">\n  <Request>\n    \
             <EMailAddress>{address}</EMailAddress>\n    \
             <AcceptableResponseSchema>{schema}</AcceptableResponseSchema>\n  </Request>\n</Autodiscover>"
        )
    }

    #[test]
    fn requests_are_read_as_programs_write_them() {
        let prefixed = request("jane@example.net", SETTINGS)
            .replace("</", "</a:")
            .replace("<Au", "<a:Au")
            .replace("<Re", "<a:Re")
            .replace("<EM", "<a:EM")
            .replace("<Ac", "<a:Ac")
            .replace("xmlns", "xmlns:a");
        for (body, address) in [
            (request("jane@example.net", SETTINGS), "jane@example.net"),
            (request(" Jane@Example.NET\n", SETTINGS), "Jane@example.net"),
            (
                request("j&amp;ne@example.net", SETTINGS),
                "j&ne@example.net",
            ),
            (
                request("j&#x61;ne@example.net", SETTINGS),
                "jane@example.net",
            ),
            (
                request("<![CDATA[jane@example.net]]>", SETTINGS),
                "jane@example.net",
            ),
            (prefixed, "jane@example.net"),
            (
                format!("\u{feff}{}", request("jane@example.net", SETTINGS)),
                "jane@example.net",
            ),
        ] {
            let read = read(body.as_bytes()).map(|read| read.to_string());
            assert_eq!(read.as_deref(), Ok(address), "{body}");
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        use ErrorCode::{InvalidRequest, NoProvider};
        let ok = request("jane@example.net", SETTINGS);
        let body = ok.split_once("?>").unwrap().1;
        let bomb = format!(
            "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>{}",
            body.replace("jane", "&b;")
        );
        let external = format!(
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{}",
            body.replace("jane", "&x;")
        );
        for (body, code) in [
            (String::new(), InvalidRequest),
            ("jane@example.net".into(), InvalidRequest),
            ("{\"Email\":\"jane@example.net\"}".into(), InvalidRequest),
            (ok.replace("</Autodiscover>", ""), InvalidRequest),
            (format!("{ok}<Autodiscover/>x"), InvalidRequest),
            (format!("{ok}{body}"), InvalidRequest),
            (ok.replace("EMailAddress", "LegacyDN"), InvalidRequest),
            (request("", SETTINGS), InvalidRequest),
            (request("example.net", SETTINGS), InvalidRequest),
            (
                request("&quot;&gt;&lt;x&gt;@example.net", SETTINGS),
                InvalidRequest,
            ),
            (request("jane%0d%0a@exam ple", SETTINGS), InvalidRequest),
            (request("&undefined;@example.net", SETTINGS), InvalidRequest),
            (format!("<!DOCTYPE Autodiscover>{body}"), InvalidRequest),
            (bomb, InvalidRequest),
            (external, InvalidRequest),
            ("<a>".repeat(5_000), InvalidRequest),
            (request(&"a".repeat(MAX_LEN), SETTINGS), InvalidRequest),
            (request("jane@example.net", ""), InvalidRequest),
            (request("jane@example.net", MOBILE), NoProvider),
            (
                request("jane@example.net", "http://example.net/"),
                NoProvider,
            ),
        ] {
            let start: String = body.chars().take(300).collect();
            assert_eq!(read(body.as_bytes()), Err(code), "{start}");
        }
        assert_eq!(read(b"<\xff/>"), Err(InvalidRequest));
    }
}
