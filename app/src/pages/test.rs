//! `/test`: the connection test on a page of its own.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{Document, TestSection};
use crate::islands::AddressScope;
use crate::site::Site;

/// The form alone.
#[component]
pub fn TestPage() -> impl IntoView {
    let site: Arc<Site> = expect_context();
    view! {
        <Document title="Test my connection".to_owned()>
            <h1>"Test my connection"</h1>
            <p class="lead">
                "We connect to your mail servers, the way your mail program does, and tell you what works and what does not."
            </p>
            <section class="card test">
                <AddressScope groups=site.domain_groups()>
                    <TestSection/>
                </AddressScope>
            </section>
        </Document>
    }
}
