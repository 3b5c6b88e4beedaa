//! Passwords in files that only the program may read.

use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::named_path::{NamedPath, PathError};

/// More than this is no password.
const MAX_LEN: u64 = 4096;

/// Why a password is not read.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// It cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Others may read or change it.
    #[error(
        "{file}: expected that only its owner may read it (chmod 600), or a credential of systemd; it has mode {mode:03o}"
    )]
    NotPrivate {
        /// The option and the file.
        file: NamedPath,
        /// Its permissions.
        mode: u32,
    },
    /// It holds something else.
    #[error("{file}: expected one line of text with a password")]
    NotAPassword {
        /// The option and the file.
        file: NamedPath,
    },
}

/// Reads a password, which is the only line of a file. What systemd passes as a credential is private whatever its
/// mode says, because access to it is given by a list.
///
/// # Errors
///
/// When the file cannot be read, is not private or holds no password. The error does not quote it.
pub fn read(file: &NamedPath) -> Result<SecretString, SecretFileError> {
    let directory = env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    read_with(file, directory.as_deref())
}

fn read_with(
    file: &NamedPath,
    credentials: Option<&Path>,
) -> Result<SecretString, SecretFileError> {
    let unreadable = |cause: io::Error| file.error(cause, "a file with the password");
    let name = || file.clone();
    let opened = File::open(file.path()).map_err(unreadable)?;
    // Of the open file, so that it is the one that is read.
    let mode = opened.metadata().map_err(unreadable)?.permissions().mode() & 0o777;
    let is_credential = credentials.is_some_and(|directory| is_inside(file.path(), directory));
    if mode & 0o077 != 0 && !is_credential {
        return Err(SecretFileError::NotPrivate { file: name(), mode });
    }
    let mut bytes = Vec::new();
    let mut limited = opened.take(MAX_LEN + 1);
    limited.read_to_end(&mut bytes).map_err(unreadable)?;
    let text = String::from_utf8(bytes).unwrap_or_default();
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() || line.len() as u64 > MAX_LEN || line.chars().any(char::is_control) {
        return Err(SecretFileError::NotAPassword { file: name() });
    }
    Ok(SecretString::from(line))
}

/// Whether the file itself lies in the directory, and not only a link to it.
fn is_inside(file: &Path, directory: &Path) -> bool {
    match (file.canonicalize(), directory.canonicalize()) {
        (Ok(file), Ok(directory)) => file.starts_with(directory),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn only_private_files_with_one_line_are_read() {
        let folder = env::temp_dir().join(format!("mailguide-secrets-{}", std::process::id()));
        fs::create_dir_all(folder.join("credentials")).unwrap();
        let credentials = folder.join("credentials");
        for (name, text, mode, expected) in [
            ("a", "s3cret-x", 0o600, Ok("s3cret-x")),
            ("b", "s3cret-x\n", 0o400, Ok("s3cret-x")),
            ("c", "with space \r\n", 0o600, Ok("with space ")),
            ("d", "s3cret-x", 0o640, Err("mode 640")),
            ("e", "s3cret-x", 0o604, Err("chmod 600")),
            ("credentials/f", "s3cret-x", 0o440, Ok("s3cret-x")),
            ("g", "", 0o600, Err("one line")),
            ("h", "\n", 0o600, Err("one line")),
            ("i", "two\nlines\n", 0o600, Err("one line")),
            ("missing", "", 0, Err("No such file")),
        ] {
            let file = folder.join(name);
            if name != "missing" {
                fs::write(&file, text).unwrap();
                fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            }
            let read = read_with(&NamedPath::of_option("--x", &file), Some(&credentials));
            match (read, expected) {
                (Ok(read), Ok(expected)) => assert_eq!(read.expose_secret(), expected),
                (Err(error), Err(part)) => {
                    let error = error.to_string();
                    assert!(
                        error.contains(part) && error.contains(name) && error.starts_with("--x "),
                        "{error}"
                    );
                    assert!(
                        !error.contains("s3cret-x") && !error.contains("two"),
                        "{error}"
                    );
                }
                (read, _) => panic!("{name}: {read:?}"),
            }
        }
        // A link in the directory of credentials does not make a file one of them.
        let link = credentials.join("link");
        std::os::unix::fs::symlink(folder.join("d"), &link).unwrap();
        let link = NamedPath::of_option("--x", link);
        assert!(read_with(&link, Some(&credentials)).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
