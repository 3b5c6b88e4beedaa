//! `/.well-known/security.txt` (RFC 9116): the security contact.

use app::operator::Contact;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use time::{Duration, OffsetDateTime, UtcDateTime};

/// The path of the file.
pub const PATH: &str = "/.well-known/security.txt";

/// How long a response is valid. Every response has a new date.
const VALIDITY: Duration = Duration::days(180);

/// The file; 404 without contacts.
pub fn answer(contacts: &[Contact]) -> Response {
    if contacts.is_empty() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let text = text(contacts, OffsetDateTime::now_utc().into());
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

fn text(contacts: &[Contact], now: UtcDateTime) -> String {
    let lines = contacts
        .iter()
        .map(|contact| format!("Contact: {}\n", contact.as_str()));
    let until = (now + VALIDITY).date();
    format!(
        "{}Expires: {until}T00:00:00Z\nPreferred-Languages: en\n",
        lines.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_who_and_until_when() {
        let contact = |text| Contact::parse(text).unwrap();
        let contacts = [
            contact("mailto:a@example.net"),
            contact("https://b.example/"),
        ];
        let now = UtcDateTime::from_unix_timestamp(1_795_000_000).unwrap();
        assert_eq!(
            text(&contacts, now),
            "Contact: mailto:a@example.net\nContact: https://b.example/\n\
             Expires: 2027-05-17T00:00:00Z\nPreferred-Languages: en\n"
        );
    }
}
