//! `mailguide record import`: a record from a set-up file.

use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use app::record::{Domain, HttpsUrl};
use app::setup::draft::{Origin, Reading, draft, to_toml};
use app::setup::read::{Format, MAX_BYTES, read};

use super::{print, tell, today};
use crate::cli::record::ImportOptions;
use crate::named_path::NamedPath;
use crate::terminal;

/// Reads the file and prints the record.
pub(super) fn run(options: &ImportOptions) -> Result<ExitCode, Box<dyn Error>> {
    let (name, bytes) = read_input(&options.file)?;
    let failed = |problem| format!("{name}:{problem}");
    let (format, found) = read(&bytes).map_err(failed)?;
    tell(&name, &found.problems);
    let first = options.domain.first().or(found.domains.first());
    let Some(domain) = first.cloned() else {
        return Err(format!(
            "{name}:1: the file has no domain of mail addresses, expected --domain DOMAIN"
        )
        .into());
    };
    let (of_file, wanted) = (&found.domains, &options.domain);
    if let Some(other) = of_file
        .first()
        .filter(|_| !wanted.is_empty() && !wanted.iter().any(|domain| of_file.contains(domain)))
    {
        terminal::print_error(format_args!(
            "{name}: note: the file is for {other}; --domain {domain} is used in its place"
        ));
    }
    let origin = origin(format, &domain, options, &name)?;
    let readings = [Reading { origin, found }];
    let draft = draft(&options.domain, &readings).map_err(failed)?;
    for remark in draft.left_out() {
        terminal::print_error(format_args!("{name}: {remark}"));
    }
    if !draft.receives() {
        terminal::print_error(format_args!(
            "{name}: warning: the record has no server for incoming mail"
        ));
    }
    print(&to_toml(&draft, &|_| Vec::new()))
}

/// The file with its name for messages. What is longer than any set-up file is not read to its end.
fn read_input(file: &Path) -> Result<(String, Vec<u8>), Box<dyn Error>> {
    let most = u64::try_from(MAX_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let standard_input = file.as_os_str() == "-";
    let name = match standard_input {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    };
    let mut bytes = Vec::new();
    let read = match standard_input {
        true => std::io::stdin().take(most).read_to_end(&mut bytes),
        false => std::fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    match read {
        Ok(_) => Ok((name, bytes)),
        Err(cause) if standard_input => Err(format!("{name}: {cause}").into()),
        Err(cause) => {
            let expected = "a set-up file of mail programs, or - for standard input";
            Err(NamedPath::argument(file).error(cause, expected).into())
        }
    }
}

/// The source that the record names.
fn origin(
    format: Format,
    domain: &Domain,
    options: &ImportOptions,
    name: &str,
) -> Result<Origin, Box<dyn Error>> {
    let (id, title, usual) = match format {
        Format::Autoconfig => (
            "autoconfig",
            "settings for Thunderbird (autoconfig)",
            format!("https://autoconfig.{domain}/mail/config-v1.1.xml"),
        ),
        Format::Autodiscover => (
            "autodiscover",
            "settings for Outlook (Autodiscover)",
            format!("https://autodiscover.{domain}/autodiscover/autodiscover.xml"),
        ),
        Format::AppleProfile => (
            "profile",
            "profile for Apple devices",
            format!("https://{domain}/"),
        ),
        Format::Srv => (
            "srv",
            "SRV records in the DNS",
            "https://www.rfc-editor.org/rfc/rfc6186".to_owned(),
        ),
        Format::Pacc => (
            "pacc",
            "settings for mail programs (PACC)",
            format!("https://ua-auto-config.{domain}/.well-known/user-agent-configuration.json"),
        ),
        Format::ThunderbirdQr => (
            "qr",
            "QR code for Thunderbird on Android",
            format!("https://{domain}/"),
        ),
    };
    let (url, remarks) = match &options.url {
        Some(url) => (url.clone(), Vec::new()),
        None => {
            let url: HttpsUrl = usual.parse()?;
            terminal::print_error(format_args!(
                "{name}: note: the record names {url} as its source; --url names the page from which the file is"
            ));
            let remark = "The file was read on this computer. Programs look for such a file here; where it is from \
                another page, write that one.";
            (url, vec![remark.to_owned()])
        }
    };
    Ok(Origin {
        id: id.parse()?,
        title: format!("{domain}: {title}"),
        url,
        read: today(),
        remarks,
    })
}
