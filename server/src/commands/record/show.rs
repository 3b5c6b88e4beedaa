//! `mailguide record show`: the settings of a domain as a table.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use app::record::{
    Domain, Group, LimitKind, Record, Role, SignInMethod, Source, UserNameForm, Wrong,
    parse_address,
};
use probe::Security;

use crate::cli::record::ShowOptions;
use crate::{records, terminal};

/// Looks the domain up and prints its settings.
pub(super) fn run(options: &ShowOptions) -> Result<ExitCode, Box<dyn Error>> {
    let domain = parse_address(&options.domain)
        .map_err(|error| format!("{error}: expected a domain such as centurylink.net"))?;
    let domain = domain.domain();
    let catalogue = records::read(&options.config, true)?;
    let (record, group) = catalogue
        .find(domain)
        .ok_or_else(|| format!("no record has settings for {domain}"))?;
    terminal::print(table(record, group, &options.language))?;
    Ok(ExitCode::SUCCESS)
}

/// Every value with its source, in columns.
fn table(record: &Record, group: &Group, language: &str) -> String {
    let domains: Vec<&str> = group.domains.iter().map(Domain::as_str).collect();
    let mut text = format!(
        "{}, {}\n{}\n\n",
        record.name,
        group.name.in_language(language),
        domains.join(", ")
    );
    let mut rows =
        vec![["service", "server", "port", "security", "role", "source"].map(str::to_owned)];
    for service in &group.services {
        let endpoint = &service.endpoint;
        rows.push([
            endpoint.protocol.to_string(),
            endpoint.host.to_string(),
            endpoint.port.to_string(),
            security(endpoint.security).to_owned(),
            role(service.role).to_owned(),
            read(&service.source),
        ]);
    }
    text.push_str(&columns(&rows));
    text.push('\n');
    let form = match group.user_name.form {
        UserNameForm::FullAddress => "the full address",
        UserNameForm::LocalPart => "the part before the @",
    };
    let method = match group.sign_in.method {
        SignInMethod::Password => "password",
        SignInMethod::OAuth2 => "OAuth2 only: the provider's own sign-in page",
    };
    let mut rows = vec![
        [
            "user name".to_owned(),
            form.to_owned(),
            read(&group.user_name.source),
        ],
        [
            "sign-in".to_owned(),
            method.to_owned(),
            read(&group.sign_in.source),
        ],
    ];
    for limit in &record.limits {
        let name = match limit.kind {
            LimitKind::MailboxSize => "mailbox",
            LimitKind::MessageSize => "message",
        };
        let size = format!("{} MB at most", limit.megabytes);
        rows.push([name.to_owned(), size, read(&limit.source)]);
    }
    for wrong in &group.wrong {
        let value = match &wrong.wrong {
            Wrong::Host(host) => host.to_string(),
            Wrong::Port { protocol, port } => format!("{protocol} port {port}"),
        };
        let right = &wrong.instead.endpoint;
        let text = format!("{value}, in place of {right}");
        rows.push(["wrong".to_owned(), text, read(&wrong.source)]);
    }
    text.push_str(&columns(&rows));
    text.push('\n');
    for source in &record.sources {
        let title = source.title.in_language(language);
        let _ = writeln!(text, "{}: {title}\n  {}", source.id, source.url);
    }
    text
}

fn read(source: &Source) -> String {
    format!("{}, read {}", source.id, source.read)
}

fn security(security: Security) -> &'static str {
    match security {
        Security::Tls => "TLS",
        Security::Starttls => "STARTTLS",
        Security::None => "none",
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Recommended => "recommended",
        Role::Other => "other",
        Role::Alternative => "alternative",
    }
}

/// Rows whose cells stand below each other.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use app::record::{self, Catalogue};

    use super::*;

    #[test]
    fn the_table_has_every_value_with_its_source() {
        let catalogue = Catalogue::read(&[record::built_in()], false).unwrap();
        let (record, group) = catalogue.find(&"q.com".parse().unwrap()).unwrap();
        let text = table(record, group, "en");
        for service in &group.services {
            let endpoint = &service.endpoint;
            let words = [
                endpoint.host.to_string(),
                endpoint.port.to_string(),
                read(&service.source),
            ];
            let found = text
                .lines()
                .any(|line| words.iter().all(|word| line.contains(word.as_str())));
            assert!(found, "{endpoint}:\n{text}");
        }
        for (what, source) in [
            ("user name", "cl1"),
            ("sign-in", "cl1"),
            ("mailbox", "cl1"),
            ("wrong", ""),
        ] {
            let found = text
                .lines()
                .any(|line| line.starts_with(what) && line.contains(source));
            assert!(found, "{what}:\n{text}");
        }
        for source in &record.sources {
            assert!(text.contains(source.url.as_str()), "{source:?}");
        }
    }
}
