//! The folder into which a server sorts junk mail (RFC 6154).

use super::command::command;
use crate::dialogue::capabilities::Capabilities;
use crate::dialogue::clock::Clock;
use crate::dialogue::connection::Connection;
use crate::dialogue::fault::Fault;
use crate::dialogue::stream::Stream;

/// What the folder is called where the server does not say what it is for, in lower case and without the
/// folders above it.
const NAMES: &[&str] = &[
    "junk",
    "junk e-mail",
    "junk email",
    "spam",
    "bulk",
    "bulk mail",
];

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folder {
    /// Its name as it stands in a command (RFC 9051 §4.3).
    pub(super) astring: String,
    /// Whether junk mail lies in it.
    pub(super) is_junk: bool,
}

impl Folder {
    pub(super) fn inbox() -> Self {
        Self {
            astring: "INBOX".to_owned(),
            is_junk: false,
        }
    }
}

/// Looks for the folder.
pub(super) async fn junk_folder<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    known: &Capabilities,
) -> Result<Option<Folder>, Fault> {
    // Where the server can, it lists only folders with a purpose, of which there are few.
    if known.has("SPECIAL-USE") && known.has("LIST-EXTENDED") {
        let folders = list(connection, "LIST (SPECIAL-USE) \"\" \"*\"").await?;
        return Ok(junk_among(&folders));
    }
    let folders = list(connection, "LIST \"\" \"%\"").await?;
    let inbox = folders.iter().find(|folder| folder.name == "inbox");
    match (junk_among(&folders), inbox) {
        // Some servers keep all folders below the inbox.
        (None, Some(Listed { delimiter, .. })) if !delimiter.is_empty() => {
            let below = format!("LIST \"\" \"INBOX{delimiter}%\"");
            Ok(junk_among(&list(connection, &below).await?))
        }
        (junk, _) => Ok(junk),
    }
}

async fn list<S: Stream, C: Clock>(
    connection: &mut Connection<S, C>,
    list: &str,
) -> Result<Vec<Listed>, Fault> {
    let listed = command(connection, list).await?.untagged;
    Ok(listed
        .iter()
        .filter_map(|line| Listed::parse(line))
        .collect())
}

fn junk_among(folders: &[Listed]) -> Option<Folder> {
    let by_purpose = folders.iter().find(|folder| folder.has_purpose);
    let mut by_name = folders
        .iter()
        .filter(|folder| NAMES.contains(&folder.name.as_str()));
    by_purpose.or_else(|| by_name.next()).map(|folder| Folder {
        astring: folder.astring.clone(),
        is_junk: true,
    })
}

/// One folder of a list.
#[derive(Debug, PartialEq, Eq)]
struct Listed {
    astring: String,
    /// What stands between the parts of a name; empty where there are no parts.
    delimiter: String,
    /// The last part of the name, in lower case.
    name: String,
    /// Whether the server says that junk mail lies in it.
    has_purpose: bool,
}

impl Listed {
    /// Reads `LIST (\Junk \HasNoChildren) "/" "Junk mail"` (RFC 9051 §7.3.1).
    fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ')?;
        let (attributes, rest) = rest.trim_start().strip_prefix('(')?.split_once(')')?;
        let (delimiter, astring) = rest.trim_start().split_once(' ')?;
        let astring = astring.trim();
        if !word.eq_ignore_ascii_case("LIST") || !is_string(astring) {
            return None;
        }
        let name = astring.trim_matches('"').to_lowercase();
        let delimiter = match delimiter.trim_matches('"') {
            // Only a sign that may stand in a quoted string as it is.
            delimiter if delimiter.len() == 1 && !"\\\"%*".contains(delimiter) => delimiter,
            _ => "",
        };
        let last = match delimiter {
            "" => name.as_str(),
            delimiter => name.rsplit(delimiter).next().unwrap_or(&name),
        };
        let mut attributes = attributes.split_ascii_whitespace();
        Some(Self {
            name: last.to_owned(),
            delimiter: delimiter.to_owned(),
            astring: astring.to_owned(),
            has_purpose: attributes.any(|attribute| attribute.eq_ignore_ascii_case("\\Junk")),
        })
    }
}

/// Whether it can stand in a command as it is: an atom, or a quoted string that ends where it seems to.
fn is_string(text: &str) -> bool {
    let plain = |text: &str| {
        text.chars()
            .all(|c| !c.is_control() && c != '"' && c != '\\')
    };
    match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').is_some_and(plain),
        None => !text.is_empty() && plain(text) && !text.contains([' ', '(', ')', '{', '%', '*']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_named_as_the_server_names_them() {
        for (line, expected) in [
            (
                r#"LIST (\HasNoChildren \Junk) "/" "Spamverdacht""#,
                Some(("\"Spamverdacht\"", "spamverdacht", true)),
            ),
            (
                r#"LIST (\junk) "." INBOX.Junk"#,
                Some(("INBOX.Junk", "junk", true)),
            ),
            (r#"LIST () NIL Spam"#, Some(("Spam", "spam", false))),
            (
                r#"LIST () "/" "[Gmail]/Spam""#,
                Some(("\"[Gmail]/Spam\"", "spam", false)),
            ),
            (r#"LIST () "/" "a\" b""#, None),
            (r#"LIST () "/" "never closed"#, None),
            (r#"LIST () "/" two words"#, None),
            (r#"LIST () "/" "#, None),
            (r#"LSUB () "/" Spam"#, None),
            ("LIST", None),
            (
                r#"LIST () "\\" "INBOX""#,
                Some(("\"INBOX\"", "inbox", false)),
            ),
        ] {
            let found = Listed::parse(line);
            let found = found.as_ref();
            let found = found.map(|one| (one.astring.as_str(), one.name.as_str(), one.has_purpose));
            assert_eq!(found, expected, "{line}");
        }
    }
}
