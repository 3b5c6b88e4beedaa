//! The keys with which every proof of DNSSEC begins.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use hickory_resolver::proto::dnssec::TrustAnchors;

/// The keys of the DNS root (RFC 4033 §2, "trust anchor").
///
/// Those of IANA by default. A private DNS with a root of its own has others; they are given as DNSKEY
/// records, a line each, as in a zone file.
#[derive(Clone, Default)]
pub struct RootKeys(pub(super) Arc<TrustAnchors>);

impl fmt::Debug for RootKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "RootKeys({})", self.0.len())
    }
}

impl FromStr for RootKeys {
    type Err = RootKeysError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let keys = TrustAnchors::from_str(text)
            .map_err(|cause| RootKeysError::Unreadable(cause.to_string()))?;
        if keys.is_empty() {
            return Err(RootKeysError::NoRoot);
        }
        Ok(Self(Arc::new(keys)))
    }
}

/// Why a text holds no keys of a DNS root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootKeysError {
    /// It is not made of DNSKEY records.
    #[error("not a list of DNSKEY records: {0}")]
    Unreadable(String),
    /// No record is for the root.
    #[error("no DNSKEY record of the root: expected a line such as \". IN DNSKEY 257 3 13 …\"")]
    NoRoot,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_keys_are_dnskey_records_of_the_root() {
        let key = "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==";
        for (text, expected) in [
            (format!(". 3600 IN DNSKEY 257 3 13 {key}\n"), Ok(())),
            (
                format!("example. IN DNSKEY 257 3 13 {key}\n"),
                Err("no DNSKEY"),
            ),
            (String::new(), Err("no DNSKEY")),
            (". IN A 192.0.2.1\n".to_owned(), Err("not a list")),
        ] {
            let found = RootKeys::from_str(&text).map(|_| ());
            let found = found.map_err(|error| error.to_string());
            match (&found, expected) {
                (Ok(()), Ok(())) => {}
                (Err(found), Err(expected)) if found.contains(expected) => {}
                _ => panic!("{text:?}: {found:?}"),
            }
        }
        assert_eq!(format!("{:?}", RootKeys::default()), "RootKeys(2)");
    }
}
