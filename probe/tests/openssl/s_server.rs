//! Real OpenSSL servers on loopback, and certificates for them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair,
};
use rustls::pki_types::CertificateDer;

/// The name that every certificate is for, unless the test is about names.
pub(crate) const NAME: &str = "mail.example.test";

/// All that the tests share. Keys for RSA take long to make.
pub(crate) static LAB: LazyLock<Lab> = LazyLock::new(Lab::new);

/// Authorities, and the folder with the files for OpenSSL.
pub(crate) struct Lab {
    folder: PathBuf,
    /// The authority that the tests trust.
    pub(crate) root: Authority,
    /// One that it certified.
    pub(crate) middle: Authority,
    /// One that `middle` certified.
    pub(crate) low: Authority,
    /// One that nobody trusts.
    pub(crate) stranger: Authority,
    rsa: KeyPair,
}

/// Who signs certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate.
    pub(crate) certificate: CertificateDer<'static>,
    pem: String,
    key: String,
}

/// What a server shows: the certificate, what comes behind it, and the key.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) chain: Vec<String>,
    pub(crate) key: String,
}

impl Lab {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("s_server");
        fs::create_dir_all(&folder).unwrap();
        let root = Authority::new("Test root", None);
        let middle = Authority::new("Test middle", Some(&root));
        let low = Authority::new("Test low", Some(&middle));
        Self {
            low,
            middle,
            root,
            stranger: Authority::new("Somebody else", None),
            rsa: KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap(),
            folder,
        }
    }

    /// A certificate with a key for RSA, which all versions of TLS can use.
    pub(crate) fn rsa(
        &self,
        authority: &Authority,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        authority.sign(&self.rsa, change)
    }

    /// A certificate with which only OpenSSL helps: `request` are the options of `openssl req`, `sign`
    /// those of `openssl x509`.
    pub(crate) fn odd(&self, name: &str, request: &[&str], sign: &[&str]) -> Identity {
        let file = |suffix: &str| self.folder.join(format!("{name}.{suffix}"));
        let (key, csr, pem) = (file("key"), file("csr"), file("pem"));
        let root = self.file(&format!("{name}.root"), &self.root.pem);
        let root_key = self.file(&format!("{name}.root-key"), &self.root.key);
        let subject = format!("/CN={NAME}");
        let args = ["req", "-new", "-nodes", "-subj", &subject];
        openssl(&args, request, &[("-keyout", &key), ("-out", &csr)]);
        let extensions = format!("subjectAltName=DNS:{NAME}\nextendedKeyUsage=serverAuth\n");
        let extensions = self.file(&format!("{name}.ext"), &extensions);
        let mut files = vec![("-in", &csr), ("-out", &pem)];
        let signed_by_itself = sign.contains(&"-signkey");
        if signed_by_itself {
            files.push(("-signkey", &key));
        } else {
            files.extend([("-CA", &root), ("-CAkey", &root_key)]);
        }
        if sign.contains(&"version 1") {
            let config = "[req]\ndistinguished_name=name\n[name]\n";
            let config = self.file(&format!("{name}.config"), config);
            files.push(("-config", &config));
            let args = ["req", "-x509", "-days", "100"];
            openssl(&args, version_1_option(), &files);
        } else {
            files.push(("-extfile", &extensions));
            let options: Vec<&str> = sign
                .iter()
                .copied()
                .filter(|option| *option != "-signkey")
                .collect();
            let args = ["x509", "-req", "-days", "100"];
            openssl(&args, &options, &files);
        }
        Identity {
            certificate: fs::read_to_string(pem).unwrap(),
            chain: Vec::new(),
            key: fs::read_to_string(key).unwrap(),
        }
    }

    /// An OCSP response about the certificate with `serial` of the root. `letter` is `V` for valid or `R`
    /// for revoked.
    pub(crate) fn staple(
        &self,
        name: &str,
        letter: char,
        serial: u8,
        about: &Identity,
        signer: &Identity,
    ) -> PathBuf {
        let revoked = if letter == 'R' { "250101000000Z" } else { "" };
        let index =
            format!("{letter}\t491231235959Z\t{revoked}\t{serial:02X}\tunknown\t/CN={NAME}\n");
        let file = |suffix: &str, content: &str| self.file(&format!("{name}.{suffix}"), content);
        let response = self.folder.join(format!("{name}.response"));
        let root = file("root", &self.root.pem);
        openssl(
            &["ocsp", "-ndays", "7", "-noverify", "-no_nonce"],
            &[],
            &[
                ("-index", &file("index", &index)),
                ("-CA", &root),
                ("-issuer", &root),
                ("-cert", &file("about", &about.certificate)),
                ("-rsigner", &file("signer", &signer.certificate)),
                ("-rkey", &file("signer-key", &signer.key)),
                ("-respout", &response),
            ],
        );
        response
    }

    /// Starts a server. It greets its first client with a goodbye, so that no test must wait.
    pub(crate) fn serve(&self, name: &str, shown: &Identity, options: &[&str]) -> SServer {
        let file = |suffix: &str, content: &str| self.file(&format!("{name}.{suffix}"), content);
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0"]);
        command.arg("-cert").arg(file("cert", &shown.certificate));
        command.arg("-key").arg(file("key", &shown.key));
        if !shown.chain.is_empty() {
            let chain = file("chain", &shown.chain.concat());
            command.arg("-cert_chain").arg(chain);
        }
        command.args(options);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the package openssl is needed");
        let input = child.stdin.as_mut().unwrap();
        input.write_all(b"* BYE that is all\n").unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            let length = output.read_line(&mut line).unwrap();
            assert!(
                length > 0,
                "{name}: openssl s_server does not take {options:?}"
            );
            if let Some(address) = line.strip_prefix("ACCEPT ") {
                break address.trim().parse().unwrap();
            }
        };
        SServer {
            address,
            child,
            _output: output,
        }
    }

    /// Writes a file for OpenSSL.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.join(name.replace(' ', "-"));
        fs::write(&path, content).unwrap();
        path
    }
}

fn openssl(args: &[&str], options: &[&str], files: &[(&str, &PathBuf)]) {
    let mut command = Command::new("openssl");
    command.args(args).args(options);
    for (option, path) in files {
        command.arg(option).arg(path);
    }
    let output = command.output().expect("the package openssl is needed");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {args:?}: {error}");
}

/// A certificate without extensions has version 1 in old versions of OpenSSL; new ones only make it on request.
fn version_1_option() -> &'static [&'static str] {
    let mut command = Command::new("openssl");
    let help = command.args(["req", "-help"]).output().unwrap().stderr;
    let known = String::from_utf8_lossy(&help).contains("-x509v1");
    if known { &["-x509v1"] } else { &[] }
}

impl Authority {
    fn new(name: &str, above: Option<&Self>) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = match above {
            Some(above) => params.signed_by(&key, &above.issuer),
            None => params.self_signed(&key),
        }
        .unwrap();
        Self {
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            key: key.serialize_pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate that is good but for what `change` does to it.
    pub(crate) fn identity(&self, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        self.sign(&KeyPair::generate().unwrap(), change)
    }

    /// Its own certificate, to show it or to sign responses.
    pub(crate) fn itself(&self) -> Identity {
        Identity {
            certificate: self.pem.clone(),
            chain: Vec::new(),
            key: self.key.clone(),
        }
    }

    fn sign(&self, key: &KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, NAME);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        change(&mut params);
        Identity {
            certificate: params.signed_by(key, &self.issuer).unwrap().pem(),
            chain: Vec::new(),
            key: key.serialize_pem(),
        }
    }
}

impl Identity {
    /// Shows these behind the certificate.
    pub(crate) fn with(mut self, chain: &[&Authority]) -> Self {
        self.chain = chain
            .iter()
            .map(|authority| authority.pem.clone())
            .collect();
        self
    }
}

/// A running server, which is stopped when it is dropped.
pub(crate) struct SServer {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    child: Child,
    /// Kept open, because a program that cannot write may end.
    _output: BufReader<ChildStdout>,
}

impl Drop for SServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An extension that says where the certificate of the issuer can be fetched (RFC 5280 §4.2.2.1).
pub(crate) fn where_the_issuer_is() -> CustomExtension {
    let mut place = vec![6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, 2, 0x86, 20];
    place.extend(b"http://ca.test/ca.de");
    let mut list = vec![0x30, place.len() as u8 + 2, 0x30, place.len() as u8];
    list.extend(place);
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], list)
}

/// An extension that promises an OCSP response with every handshake (RFC 7633 §4).
pub(crate) fn promise_of_a_staple() -> CustomExtension {
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 24], vec![0x30, 3, 2, 1, 5])
}

/// SHA-256 of the certificate of a server that was started, as OpenSSL computes it.
pub(crate) fn fingerprint(name: &str) -> String {
    let path = LAB.folder.join(format!("{name}.cert"));
    let mut command = Command::new("openssl");
    command.args(["x509", "-noout", "-fingerprint", "-sha256", "-in"]);
    let output = command.arg(path).output().unwrap().stdout;
    let text = String::from_utf8(output).unwrap();
    let (_, digest) = text.trim().split_once('=').unwrap();
    digest.replace(':', "").to_lowercase()
}
