//! Certificates that the operator trusts, read from a file.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Reads the certificates of a PEM file; other sections are passed over.
///
/// # Errors
///
/// When a section is broken, or when there is no certificate.
pub fn read_roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, RootsError> {
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let roots = roots.map_err(|error| RootsError::Malformed(error.to_string()))?;
    if roots.is_empty() {
        Err(RootsError::Empty)
    } else {
        Ok(roots)
    }
}

/// Why there are no certificates to read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// There is no `BEGIN CERTIFICATE` in it.
    #[error("there is no certificate in it: expected a line -----BEGIN CERTIFICATE-----")]
    Empty,
    /// A section cannot be read.
    #[error("it is not a valid PEM file: {0}")]
    Malformed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_read_from_pem() {
        let certificate = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n";
        let key = "-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PRIVATE KEY-----\n";
        let both = format!("text\n{certificate}{key}{certificate}");
        assert_eq!(read_roots(both.as_bytes()).map(|roots| roots.len()), Ok(2));
        assert_eq!(read_roots(key.as_bytes()), Err(RootsError::Empty));
        assert_eq!(read_roots(b""), Err(RootsError::Empty));
        let broken = certificate.replace("AAEC", "A?=");
        assert!(matches!(
            read_roots(broken.as_bytes()),
            Err(RootsError::Malformed(_))
        ));
    }
}
