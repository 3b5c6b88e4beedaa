use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SignatureAlgorithm,
};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;

use super::*;

const PROFILE: &[u8] = b"<?xml version=\"1.0\"?>\n<plist/>\n";

/// A certificate authority, an intermediate one and a certificate, and the key of the last.
struct Chain {
    root: String,
    key: CertifiedKey,
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn made(algorithm: &'static SignatureAlgorithm) -> Chain {
    let root_key = KeyPair::generate().unwrap();
    let root = authority("Root").self_signed(&root_key).unwrap();
    let root_issuer = Issuer::new(authority("Root"), root_key);
    let middle_key = KeyPair::generate().unwrap();
    let middle = authority("Middle")
        .signed_by(&middle_key, &root_issuer)
        .unwrap();
    let middle_issuer = Issuer::new(authority("Middle"), middle_key);
    let key = KeyPair::generate_for(algorithm).unwrap();
    let params = CertificateParams::new(["help.example.net".to_owned()]).unwrap();
    let own = params.signed_by(&key, &middle_issuer).unwrap();
    let chain = [&own, &middle, &middle].map(|certificate| certificate.der().clone());
    let private_key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let key = CertifiedKey::from_der(chain.into(), private_key, &default_provider());
    Chain {
        root: root.pem(),
        key: key.unwrap(),
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("mailguide-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Whether OpenSSL verifies the signature with this root, and what it then takes out.
fn verified(folder: &Path, signed: &[u8], root: &str) -> Option<Vec<u8>> {
    let path = |name: &str| folder.join(name);
    std::fs::write(path("signed"), signed).unwrap();
    std::fs::write(path("root.pem"), root).unwrap();
    let run = Command::new("openssl")
        .args([
            "cms", "-verify", "-inform", "DER", "-purpose", "any", "-binary",
        ])
        .arg("-in")
        .arg(path("signed"))
        .arg("-CAfile")
        .arg(path("root.pem"))
        .output()
        .expect("openssl is in the Debian package openssl");
    run.status.success().then_some(run.stdout)
}

#[test]
fn openssl_verifies_the_signature_with_the_chain() {
    let folder = folder("signed-profiles");
    let other_root = made(&rcgen::PKCS_ECDSA_P256_SHA256).root;
    for algorithm in [
        &rcgen::PKCS_RSA_SHA256,
        &rcgen::PKCS_ECDSA_P256_SHA256,
        &rcgen::PKCS_ECDSA_P384_SHA384,
        &rcgen::PKCS_ECDSA_P521_SHA512,
    ] {
        let Chain { root, key } = made(algorithm);
        check(&key).unwrap();
        let signed = sign(PROFILE, &key, SystemTime::now()).unwrap();
        let profile = verified(&folder, &signed, &root);
        assert_eq!(profile.as_deref(), Some(PROFILE), "{algorithm:?}");
        assert_eq!(
            verified(&folder, &signed, &other_root),
            None,
            "{algorithm:?}"
        );
        let mut changed = signed.clone();
        let at = signed.windows(5).position(|bytes| bytes == b"plist");
        changed[at.unwrap()] = b'q';
        assert_eq!(verified(&folder, &changed, &root), None, "{algorithm:?}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_key_of_another_kind_signs_nothing() {
    let Chain { key, .. } = made(&rcgen::PKCS_ED25519);
    assert!(matches!(check(&key), Err(SignError::UnusableKey)));
    let signed = sign(PROFILE, &key, SystemTime::now());
    assert!(matches!(signed, Err(SignError::UnusableKey)));
}

#[test]
fn an_authority_of_ones_own_is_not_a_public_one() {
    let Chain { key, .. } = made(&rcgen::PKCS_ECDSA_P256_SHA256);
    assert!(!is_publicly_trusted(&key, SystemTime::now()));
}
