//! The server function behind "Test my connection".

use leptos::prelude::*;
use leptos::server_fn::codec::{ByteStream, PostUrl, Streaming};

use super::Password;

/// Tests the documented services of an address and streams one JSON [`TestEvent`](super::event::TestEvent)
/// a line.
///
/// The browser names services by their ids only: host and port always come from the record.
/// Every failure is an event of the stream, because an error would reach the browser as a
/// broken connection. With scripts off the same form goes to the page `/test`.
#[server(TestConnection, prefix = "/api", endpoint = "test", input = PostUrl, output = Streaming)]
pub async fn test_connection(
    /// A mail address, or only its domain.
    address: String,
    /// The ids of the services to test; none means all of them.
    #[server(default)]
    services: Vec<String>,
    /// Given only for a sign-in test.
    #[server(default)]
    password: Password,
    /// Whether a message from the address to itself is to be sent, which needs the password.
    #[server(default)]
    message: bool,
) -> Result<ByteStream, ServerFnError> {
    use std::sync::Arc;

    use futures_util::StreamExt;
    use leptos_axum::ResponseOptions;

    use crate::site::Site;
    use crate::texts::Texts;

    let site: Arc<Site> = expect_context();
    let texts: Arc<Texts> = expect_context();
    let request = super::TestRequest {
        address,
        services,
        password,
        message,
    };
    let response: ResponseOptions = expect_context();
    let admission: super::Admission = expect_context();
    let test = super::start(&site, &texts, request, &admission).await;
    if let Some(refusal) = test.refused {
        response.set_status(refusal.status());
        if let Some(wait) = refusal.retry_after() {
            response.insert_header(http::header::RETRY_AFTER, wait);
        }
    }
    Ok(ByteStream::new(test.events.map(|event| {
        let line = serde_json::to_string(&event).map_err(ServerFnError::new)?;
        Ok::<_, ServerFnError>(format!("{line}\n"))
    })))
}

#[cfg(feature = "ssr")]
impl From<TestConnection> for super::TestRequest {
    fn from(form: TestConnection) -> Self {
        Self {
            address: form.address,
            services: form.services,
            password: form.password,
            message: form.message,
        }
    }
}
