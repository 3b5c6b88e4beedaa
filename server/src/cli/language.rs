//! Languages as they are named on the command line.

/// Accepts the languages that the program has.
pub(super) fn language(name: &str) -> Result<String, String> {
    let languages = app::content::languages();
    if languages.iter().any(|known| known == name) {
        Ok(name.to_owned())
    } else {
        Err(format!("expected one of: {}", languages.join(", ")))
    }
}
