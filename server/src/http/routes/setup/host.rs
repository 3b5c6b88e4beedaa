//! The domain that a request is about.

use app::record::{AddressOrDomain, Catalogue, Domain, parse_address};
use axum::http::Request;

use crate::http::host::{name, requested};

/// What stands before a domain in the host names that programs ask.
const PREFIXES: [&str; 3] = ["autoconfig.", "autodiscover.", "ua-auto-config."];

/// The host names under which programs ask for the settings of our domains.
pub(crate) fn setup_hosts(catalogue: &Catalogue) -> Vec<String> {
    let records = catalogue.records.iter();
    let groups = records.flat_map(|record| &record.groups);
    let domains = groups.flat_map(|group| &group.domains);
    let hosts = domains.flat_map(|domain| {
        let under = PREFIXES.map(|prefix| format!("{prefix}{domain}"));
        under.into_iter().chain([domain.to_string()])
    });
    hosts.collect()
}

/// The domain in whose name the host of the request answers: `autoconfig.example.net`, or `example.net` itself.
pub(super) fn domain_of_host<B>(catalogue: &Catalogue, request: &Request<B>) -> Option<Domain> {
    let host = name(requested(request)?)?;
    let known = |name: &str| {
        let domain: Domain = name.parse().ok()?;
        catalogue.find(&domain).map(|_| domain)
    };
    let mut prefixes = PREFIXES.into_iter();
    known(&host).or_else(|| prefixes.find_map(|prefix| known(host.strip_prefix(prefix)?)))
}

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
    use app::record::built_in;

    use super::*;
    use crate::http::host::Hosts;

    fn request(uri: &str) -> Request<()> {
        Request::get(uri).body(()).unwrap()
    }

    #[test]
    fn the_hosts_of_our_domains_are_known_and_no_others() {
        let catalogue = Catalogue::read(&[built_in()], false).unwrap();
        for (host, expected) in [
            ("q.com", Some("q.com")),
            ("autoconfig.q.com", Some("q.com")),
            ("AutoDiscover.Q.com.:443", Some("q.com")),
            ("ua-auto-config.embarqmail.com", Some("embarqmail.com")),
            ("www.q.com", None),
            ("autoconfig.autoconfig.q.com", None),
            ("autoconfigq.com", None),
            ("autoconfig.example.net", None),
            ("localhost", None),
        ] {
            let request = request(&format!("http://{host}/"));
            let domain = domain_of_host(&catalogue, &request);
            let hosts = Hosts::new(&["help.example".to_owned()]).and(setup_hosts(&catalogue));
            assert_eq!(hosts.accept(&request), expected.is_some(), "{host}");
            assert_eq!(domain.as_ref().map(Domain::as_str), expected, "{host}");
        }
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
