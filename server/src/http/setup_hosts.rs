//! The host names under which mail programs ask for the settings of a domain.

use app::record::{Catalogue, Domain};
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
pub(crate) fn domain_of_host<B>(catalogue: &Catalogue, request: &Request<B>) -> Option<Domain> {
    let host = name(requested(request)?)?;
    let known = |name: &str| {
        let domain: Domain = name.parse().ok()?;
        catalogue.find(&domain).map(|_| domain)
    };
    let mut prefixes = PREFIXES.into_iter();
    known(&host).or_else(|| prefixes.find_map(|prefix| known(host.strip_prefix(prefix)?)))
}

#[cfg(test)]
mod tests {
    use app::record::built_in;

    use super::*;
    use crate::http::host::Hosts;

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
            let request = Request::get(format!("http://{host}/")).body(()).unwrap();
            let domain = domain_of_host(&catalogue, &request);
            let hosts = Hosts::new(&["help.example".to_owned()]).and(setup_hosts(&catalogue));
            assert_eq!(hosts.accept(&request), expected.is_some(), "{host}");
            assert_eq!(domain.as_ref().map(Domain::as_str), expected, "{host}");
        }
    }
}
