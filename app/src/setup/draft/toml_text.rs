//! A draft as the text of a record.

use probe::{Endpoint, Security};
use toml::Value;

use super::model::{Draft, DraftGroup, DraftService, Origin, Sourced};
use crate::record::{Role, SignInMethod, UserNameForm};

/// A line of a comment is not longer than this.
const WIDTH: usize = 110;

/// Writes the record. `remarks` are sentences about a service, such as what a test of it has shown; they stand
/// as comments above it.
pub fn to_toml(draft: &Draft, remarks: &dyn Fn(&Endpoint) -> Vec<String>) -> String {
    let mut out = Text::default();
    out.comment("A draft, written by mailguide from the sources below. Read the comments, and check each value.");
    out.comments(&draft.name_remarks);
    out.blank();
    out.pair("id", &draft.id);
    out.pair("name", &draft.name);
    for origin in &draft.origins {
        source(&mut out, origin);
    }
    if !draft.pages.is_empty() {
        out.blank();
        out.comment("Pages that the sources name, and that are not in this record:");
        out.comments(&draft.pages);
    }
    if let Some(webmail) = &draft.webmail {
        out.blank();
        out.line("[links]");
        out.sourced("webmail", "url", webmail, webmail.value.as_str());
    }
    for group in &draft.groups {
        self::group(&mut out, group, remarks);
    }
    out.0
}

fn source(out: &mut Text, origin: &Origin) {
    out.blank();
    out.comments(&origin.remarks);
    out.line("[[source]]");
    out.pair("id", origin.id.as_str());
    out.pair("title", &origin.title);
    out.pair("url", origin.url.as_str());
    out.pair("read", &origin.read.to_string());
}

fn group(out: &mut Text, group: &DraftGroup, remarks: &dyn Fn(&Endpoint) -> Vec<String>) {
    out.blank();
    out.comments(&group.remarks);
    out.line("[[group]]");
    out.pair("id", &group.id);
    out.pair("name", &group.name);
    let domains: Vec<String> = group
        .domains
        .iter()
        .map(|domain| quoted(domain.as_str()))
        .collect();
    match &domains[..] {
        [one] => out.line(&format!("domains = [{one}]")),
        several => {
            out.line("domains = [");
            several
                .iter()
                .for_each(|domain| out.line(&format!("  {domain},")));
            out.line("]");
        }
    }
    let form = match group.user_name.value {
        UserNameForm::FullAddress => "full-address",
        UserNameForm::LocalPart => "local-part",
    };
    out.sourced("user_name", "form", &group.user_name, form);
    let method = match group.sign_in.value {
        SignInMethod::Password => "password",
        SignInMethod::OAuth2 => "oauth2",
    };
    out.sourced("sign_in", "method", &group.sign_in, method);
    for service in &group.services {
        self::service(out, service, &remarks(&service.endpoint));
    }
}

fn service(out: &mut Text, service: &DraftService, remarks: &[String]) {
    let Endpoint {
        id,
        protocol,
        host,
        port,
        security,
    } = &service.endpoint;
    out.blank();
    out.comments(&service.remarks);
    out.comments(remarks);
    out.line("[[group.service]]");
    out.pair("id", id);
    out.pair("protocol", &protocol.to_string());
    out.pair("host", host.as_str());
    out.line(&format!("port = {port}"));
    out.pair(
        "security",
        match security {
            Security::Tls => "tls",
            Security::Starttls => "starttls",
            Security::None => "none",
        },
    );
    out.pair(
        "role",
        match service.role {
            Role::Recommended => "recommended",
            Role::Other => "other",
            Role::Alternative => "alternative",
        },
    );
    out.pair("source", service.source.as_str());
}

/// The text as it grows.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn blank(&mut self) {
        self.line("");
    }

    fn pair(&mut self, key: &str, value: &str) {
        self.line(&format!("{key} = {}", quoted(value)));
    }

    fn sourced<T>(&mut self, key: &str, inner: &str, sourced: &Sourced<T>, value: &str) {
        self.comments(&sourced.remarks);
        let (value, source) = (quoted(value), quoted(sourced.source.as_str()));
        self.line(&format!(
            "{key} = {{ {inner} = {value}, source = {source} }}"
        ));
    }

    fn comments(&mut self, texts: &[String]) {
        texts.iter().for_each(|text| self.comment(text));
    }

    /// A comment of whole words, on as many lines as it takes. What comes from a source can break none of them.
    fn comment(&mut self, text: &str) {
        let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
        let mut line = "#".to_owned();
        for word in words.filter(|word| !word.is_empty()) {
            if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line = "#".to_owned();
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
