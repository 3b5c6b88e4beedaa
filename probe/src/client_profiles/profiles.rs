//! Which program in which version makes which offer.
//!
//! What a mail program offers is mostly up to the system it runs on. Two things are easily got wrong.
//! Apple's mail programs offered TLS 1.0 only for years after Safari on the same system had learned
//! TLS 1.2. Windows 7 knows TLS 1.2, but offers it only to programs that ask for it or after a change of
//! the registry. Thunderbird 31 and Android 7.0 are left out: no record of theirs was found that fits.

use super::offers::{
    ANDROID_2_3, ANDROID_4, ANDROID_6, ANDROID_8, ANDROID_11, APPLE_2025, GNUTLS_3_6, JAVA_7,
    JAVA_8, JAVA_17, NSS_17, NSS_45, NSS_60, NSS_91, SCHANNEL_7, SCHANNEL_8_1, SCHANNEL_10,
    SCHANNEL_11, SECURE_TRANSPORT_2012, SECURE_TRANSPORT_MAIL, TlsOffer,
};
use super::{CertificateRules, ClientProfile};

/// All profiles, those of one program together.
pub static ALL: &[ClientProfile] = &[
    outlook("outlook-windows-7", "Outlook 2010, 2013 and 2016", "Windows 7 without a change of the registry", &SCHANNEL_7)
    .known_from(&[WINDOWS_7, OUTLOOK_STANDARDS]),
    outlook("outlook-windows-7-updated", "Outlook 2010, 2013 and 2016", "Windows 7 with the update KB3140245 and TLS 1.2 turned on in the registry", &SCHANNEL_8_1)
    .known_from(&[WINDOWS_7, OUTLOOK_STANDARDS]),
    outlook("outlook-windows-8-1", "Outlook 2010, 2013 and 2016", "Windows 8.1", &SCHANNEL_8_1)
    .known_from(&[WINDOWS_8_1, OUTLOOK_STANDARDS]),
    outlook("outlook-windows-10", "Outlook 2013 to 2021 and Microsoft 365", "Windows 10", &SCHANNEL_10)
    .known_from(&[WINDOWS_8_1, OUTLOOK_STANDARDS]),
    outlook("outlook-windows-11", "Outlook 2016 to 2024 and Microsoft 365", "Windows 11", &SCHANNEL_11)
    .known_from(&[OUTLOOK_STANDARDS])
    .derived("that Outlook asks Schannel for TLS 1.3"),
    version("outlook-new", "outlook-new", "New Outlook", "Microsoft's cloud", &SCHANNEL_11)
    .derived("Microsoft's servers connect: the offer of Windows Server 2022"),
    version("outlook-mac-2011", "outlook-mac", "Outlook 2011 for Mac", "OS X 10.11 and older", &SECURE_TRANSPORT_2012)
    .certificates(BEFORE_2016)
    .mechanisms(APPLE_SASL)
    .known_from(&[APPLE_MAIL_TLS])
    .derived("that it uses the TLS of the system as Mail does"),
    version("outlook-mac", "outlook-mac", "Outlook 2016 for Mac and newer", "macOS 10.12 to 13", &SECURE_TRANSPORT_MAIL)
    .mechanisms(APPLE_SASL)
    .derived("that it uses the TLS of the system as Mail does"),
    version("outlook-mobile", "outlook-mobile", "Outlook for phones", "Microsoft's cloud", &SCHANNEL_11)
    .derived("Microsoft's servers connect: the offer of Windows Server 2022"),
    apple("apple-mail-ios-9", "apple-mail-ios", "iOS 9 and older", &SECURE_TRANSPORT_2012)
    .certificates(BEFORE_2016)
    .known_from(&[APPLE_MAIL_TLS, APPLE_MAIL_TLS_IOS, ISRG])
    .derived("the offer of OS X 10.8"),
    apple("apple-mail-ios-12", "apple-mail-ios", "iOS 10 to 12", &SECURE_TRANSPORT_MAIL)
    .certificates(ANY_AGE)
    .known_from(&[ISRG])
    .derived("the offer of Mail on a Mac of that time"),
    apple("apple-mail-ios-16", "apple-mail-ios", "iOS 13 to 16", &SECURE_TRANSPORT_MAIL)
    .derived("the offer of Mail on a Mac of that time"),
    apple("apple-mail-ios-17", "apple-mail-ios", "iOS 17 and newer", &APPLE_2025)
    .derived("the offer of Safari: nobody says since when Mail offers TLS 1.3"),
    apple("apple-mail-mac-10-11", "apple-mail-mac", "OS X 10.11 and older", &SECURE_TRANSPORT_2012)
    .certificates(BEFORE_2016)
    .known_from(&[APPLE_MAIL_TLS, APPLE_MAIL_TLS_IOS, ISRG])
    .derived("the offer of OS X 10.8 for all of them"),
    apple("apple-mail-mac-10-14", "apple-mail-mac", "macOS 10.12 to 10.14", &SECURE_TRANSPORT_MAIL)
    .certificates(ANY_AGE)
    .known_from(&[APPLE_MAIL_TLS_MAC, ISRG])
    .derived("the offer of Mail on macOS 13"),
    apple(
        "apple-mail-mac-13",
        "apple-mail-mac",
        "macOS 10.15 to 13",
        &SECURE_TRANSPORT_MAIL,
    ),
    apple("apple-mail-mac-14", "apple-mail-mac", "macOS 14 and newer", &APPLE_2025)
    .derived("the offer of Safari: nobody says since when Mail offers TLS 1.3"),
    thunderbird("thunderbird-24", "Thunderbird 24 and older", &NSS_17)
    .certificates(BEFORE_2016)
    .known_from(&[GECKO_TLS, ISRG])
    .derived("Gecko 17 for all of them"),
    thunderbird("thunderbird-45", "Thunderbird 38 and 45", &NSS_45)
    .certificates(BEFORE_2016)
    .known_from(&[ISRG]),
    thunderbird("thunderbird-52", "Thunderbird 52", &NSS_45)
    .derived("Gecko 45, which offers less than Gecko 52"),
    thunderbird("thunderbird-68", "Thunderbird 60 and 68", &NSS_60),
    thunderbird("thunderbird-91", "Thunderbird 78 and newer", &NSS_91),
    version("k9-android-4", "thunderbird-android", "K-9 Mail", "Android 4.0 to 4.4", &ANDROID_4)
    .mechanisms(K9_SASL)
    .certificates(BEFORE_2016)
    .known_from(&[ANDROID_TLS]),
    version("thunderbird-android-6", "thunderbird-android", "Thunderbird for Android and K-9 Mail", "Android 5 and 6", &ANDROID_6)
    .mechanisms(K9_SASL)
    .certificates(BEFORE_2016)
    .known_from(&[ISRG]),
    version("thunderbird-android-9", "thunderbird-android", "Thunderbird for Android and K-9 Mail", "Android 7.1 to 9", &ANDROID_8)
    .mechanisms(K9_SASL),
    version("thunderbird-android-10", "thunderbird-android", "Thunderbird for Android and K-9 Mail", "Android 10 and newer", &ANDROID_11)
    .mechanisms(K9_SASL),
    version("gmail-android-4", "gmail-android", "Gmail", "Android 4.0 to 4.4", &ANDROID_4)
    .certificates(BEFORE_2016)
    .known_from(&[ANDROID_TLS]),
    version("gmail-android-6", "gmail-android", "Gmail", "Android 5 and 6", &ANDROID_6)
    .certificates(BEFORE_2016)
    .known_from(&[ISRG]),
    version(
        "gmail-android-9",
        "gmail-android",
        "Gmail",
        "Android 7.1 to 9",
        &ANDROID_8,
    ),
    version(
        "gmail-android-10",
        "gmail-android",
        "Gmail",
        "Android 10 and newer",
        &ANDROID_11,
    ),
    version("samsung-android-4", "samsung-email", "Samsung Email", "Android 4.0 to 4.4", &ANDROID_4)
    .certificates(BEFORE_2016)
    .known_from(&[ANDROID_TLS]),
    version("samsung-android-6", "samsung-email", "Samsung Email", "Android 5 and 6", &ANDROID_6)
    .certificates(BEFORE_2016)
    .known_from(&[ISRG]),
    version(
        "samsung-android-9",
        "samsung-email",
        "Samsung Email",
        "Android 7.1 to 9",
        &ANDROID_8,
    ),
    version(
        "samsung-android-10",
        "samsung-email",
        "Samsung Email",
        "Android 10 and newer",
        &ANDROID_11,
    ),
    version("em-client-7", "em-client", "eM Client 7 and 8", "Windows 7 and 8.1", &SCHANNEL_8_1)
    .derived("that it uses the TLS of the system, with TLS 1.2 as .NET 4.6 asks for it"),
    version("em-client-10", "em-client", "eM Client", "Windows 10", &SCHANNEL_10)
    .derived("that it uses the TLS of the system"),
    version("em-client-11", "em-client", "eM Client", "Windows 11", &SCHANNEL_11)
    .derived("that it uses the TLS of the system"),
    version("evolution", "evolution", "Evolution", "Linux with GnuTLS 3.6 or newer", &GNUTLS_3_6)
    .mechanisms(GNOME_SASL),
    version(
        "geary",
        "geary",
        "Geary",
        "Linux with GnuTLS 3.6 or newer",
        &GNUTLS_3_6,
    ),
    version("windows-mail", "windows-mail", "Mail for Windows", "Windows 10", &SCHANNEL_10)
    .derived("that it uses the TLS of the system"),
    version("gmail-web", "gmail-web", "Gmail on the web", "Google's cloud", &ANDROID_11)
    .derived("Google's servers connect: the offer of Android, whose library is the same"),
    other("windows-live-mail", "Windows Live Mail", "Windows 7 without a change of the registry", &SCHANNEL_7)
    .mechanisms(&["LOGIN", "NTLM"])
    .known_from(&[WINDOWS_7, LIVE_MAIL_SASL]),
    other("android-2-3", "The mail program of the system", "Android 2.3", &ANDROID_2_3)
    .certificates(BEFORE_2016),
    other("java-7", "Programs with JavaMail", "Java 7", &JAVA_7)
    .certificates(BEFORE_2016)
    .mechanisms(JAVA_SASL)
    .known_from(&[ISRG]),
    other("java-8", "Programs with JavaMail", "Java 8 from update 161 to 251", &JAVA_8)
    .mechanisms(JAVA_SASL),
    other("java-11", "Programs with JavaMail", "Java 11 and newer, and today's Java 8", &JAVA_17)
    .mechanisms(JAVA_SASL)
    .derived("Java 11 offers a little less: no X25519 and no ChaCha20"),
    other("printer", "Printers and scanners that send mail", "made before about 2014", &ANDROID_2_3)
    .verifies_nothing()
    .derived("no hello of a printer was recorded: the offer of Android 2.3, whose library was built into many devices then"),
];

const WINDOWS_7: &str =
    "Microsoft, KB3140245, and Enabling TLS 1.1 and 1.2 in Outlook on Windows 7 (2016)";
const WINDOWS_8_1: &str = "Microsoft, Protocols in TLS/SSL (Schannel SSP)";
const OUTLOOK_STANDARDS: &str = "Microsoft, Outlook IMAP4 standards support, RFC 3501 §6.2.2";
const LIVE_MAIL_SASL: &str =
    "Dovecot wiki, Postfix and Dovecot SASL: Windows Mail works with LOGIN only";
const APPLE_MAIL_TLS: &str =
    "mail.de, Abschaltung der Protokolle TLS 1.0/1.1 (2023): Apple Mail up to OS X 10.11";
const APPLE_MAIL_TLS_MAC: &str =
    "ETES, TLSv1.2 oder neuer erforderlich: Mail has TLS 1.2 since macOS 10.12";
const APPLE_MAIL_TLS_IOS: &str = "Herr Bischoff, macOS and iOS Mail.app Do Not Support TLSv1.2 (2018): iOS 9, and macOS before 10.12";
const GECKO_TLS: &str = "MozillaZine, Security.tls.version.*: TLS 1.0 by default up to Gecko 24";
const ANDROID_TLS: &str = "Android, SSLSocket: TLS 1.2 is enabled by default from API level 20 on";
const ISRG: &str = "Let's Encrypt, Certificate Compatibility";

/// Programs whose makers say nothing of SASL use one of these two.
const PASSWORD_SASL: &[&str] = &["PLAIN", "LOGIN"];
const OUTLOOK_SASL: &[&str] = &["PLAIN", "LOGIN", "NTLM", "DIGEST-MD5"];
const APPLE_SASL: &[&str] = &["PLAIN", "LOGIN", "CRAM-MD5", "NTLM"];
const THUNDERBIRD_SASL: &[&str] = &["PLAIN", "LOGIN", "CRAM-MD5", "NTLM", "GSSAPI", "XOAUTH2"];
const K9_SASL: &[&str] = &["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"];
const GNOME_SASL: &[&str] = &[
    "PLAIN",
    "LOGIN",
    "CRAM-MD5",
    "DIGEST-MD5",
    "NTLM",
    "GSSAPI",
    "XOAUTH2",
];
const JAVA_SASL: &[&str] = &["PLAIN", "LOGIN", "DIGEST-MD5", "NTLM", "XOAUTH2"];

/// No rule of its own is known, and the roots are kept up to date.
const ANY_AGE: CertificateRules = CertificateRules {
    min_rsa_bits: 1024,
    takes_sha1: true,
    max_days: None,
    knows_isrg_root: true,
};

/// The roots are from before 2016.
const BEFORE_2016: CertificateRules = CertificateRules {
    knows_isrg_root: false,
    ..ANY_AGE
};

/// No signatures with SHA-1 any more.
const SHA2: CertificateRules = CertificateRules {
    takes_sha1: false,
    ..ANY_AGE
};

/// Apple, Requirements for trusted certificates in iOS 13 and macOS 10.15 (HT210176).
const APPLE_2019: CertificateRules = CertificateRules {
    min_rsa_bits: 2048,
    takes_sha1: false,
    max_days: Some(825),
    knows_isrg_root: true,
};

/// A version of a program of the guide.
const fn version(
    id: &'static str,
    program: &'static str,
    name: &'static str,
    platform: &'static str,
    offer: &'static TlsOffer,
) -> ClientProfile {
    ClientProfile {
        program: Some(program),
        ..other(id, name, platform, offer)
    }
}

/// A program that the guide does not have.
const fn other(
    id: &'static str,
    name: &'static str,
    platform: &'static str,
    offer: &'static TlsOffer,
) -> ClientProfile {
    ClientProfile {
        id,
        program: None,
        name,
        platform,
        offer,
        certificates: Some(ANY_AGE),
        mechanisms: PASSWORD_SASL,
        sources: &[],
        derived: None,
    }
}

const fn outlook(
    id: &'static str,
    name: &'static str,
    platform: &'static str,
    offer: &'static TlsOffer,
) -> ClientProfile {
    version(id, "outlook-classic", name, platform, offer).mechanisms(OUTLOOK_SASL)
}

const fn apple(
    id: &'static str,
    program: &'static str,
    platform: &'static str,
    offer: &'static TlsOffer,
) -> ClientProfile {
    let profile = version(id, program, "Apple Mail", platform, offer);
    profile.certificates(APPLE_2019).mechanisms(APPLE_SASL)
}

const fn thunderbird(
    id: &'static str,
    name: &'static str,
    offer: &'static TlsOffer,
) -> ClientProfile {
    let profile = version(id, "thunderbird", name, "any system", offer);
    profile.certificates(SHA2).mechanisms(THUNDERBIRD_SASL)
}

impl ClientProfile {
    const fn certificates(mut self, certificates: CertificateRules) -> Self {
        self.certificates = Some(certificates);
        self
    }

    const fn verifies_nothing(mut self) -> Self {
        self.certificates = None;
        self
    }

    const fn mechanisms(mut self, mechanisms: &'static [&'static str]) -> Self {
        self.mechanisms = mechanisms;
        self
    }

    const fn known_from(mut self, sources: &'static [&'static str]) -> Self {
        self.sources = sources;
        self
    }

    const fn derived(mut self, what: &'static str) -> Self {
        self.derived = Some(what);
        self
    }
}
