//! Whom a request is about.

use app::record::{AddressOrDomain, Domain, parse_address};
use axum::http::Request;

/// What a program says about whom it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// Nobody.
    Nothing,
    /// Somebody with an address of this domain.
    Domain(Domain),
    /// Something that is no address.
    Unreadable,
}

/// Reads the first parameter with this name, whatever its case, from the query of a request.
pub(super) fn named<B>(request: &Request<B>, parameter: &str) -> Named {
    match parameter_of(request, parameter) {
        None => Named::Nothing,
        Some(value) => named_by(&value),
    }
}

/// Reads an address, of which only the domain counts.
pub(super) fn named_by(text: &str) -> Named {
    match parse_address(text) {
        _ if text.trim().is_empty() => Named::Nothing,
        Ok(AddressOrDomain::Address(address)) => Named::Domain(address.domain().clone()),
        Ok(AddressOrDomain::Domain(domain)) => Named::Domain(domain),
        Err(_) => Named::Unreadable,
    }
}

/// The value of the first parameter with this name, whatever its case. `%2E` and the like are decoded; `+` is a plus:
/// programs put it there as a part of the address.
pub(super) fn parameter_of<B>(request: &Request<B>, parameter: &str) -> Option<String> {
    let mut fields = request.uri().query()?.split('&');
    fields.find_map(|field| {
        let (key, value) = field.split_once('=')?;
        let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
        key.eq_ignore_ascii_case(parameter)
            .then(|| decoded.into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str) -> Request<()> {
        Request::get(uri).body(()).unwrap()
    }

    #[test]
    fn addresses_are_decoded_and_what_is_none_is_told_from_nothing() {
        let domain = |name: &str| Named::Domain(name.parse().unwrap());
        for (query, expected) in [
            ("", Named::Nothing),
            ("?emailaddress=", Named::Nothing),
            ("?other=jane@example.net", Named::Nothing),
            ("?emailaddress=jane@example.net", domain("example.net")),
            ("?EmailAddress=jane%40example%2Enet", domain("example.net")),
            (
                "?a=b&emailaddress=jane+tag@Example.net&c",
                domain("example.net"),
            ),
            (
                "?emailaddress=EVOLUTIONUSER@example.net&emailmd5=0",
                domain("example.net"),
            ),
            ("?emailaddress=example.net", domain("example.net")),
            ("?emailaddress=jane", Named::Unreadable),
            ("?emailaddress=%22%3E%3Cx%3E@example.net", Named::Unreadable),
            ("?emailaddress=jane%0d%0aX:1@example.net", Named::Unreadable),
            ("?emailaddress=%FF@example.net", Named::Unreadable),
        ] {
            let request = request(&format!("/{query}"));
            assert_eq!(named(&request, "emailaddress"), expected, "{query}");
        }
    }
}
