//! `/test`: the connection test on a page of its own.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::{Document, TestSection};
use crate::islands::AddressScope;
use crate::site::{Site, say};

/// The form alone.
#[component]
pub fn TestPage() -> impl IntoView {
    let site: Arc<Site> = expect_context();
    view! {
        <Document title=say(|t| &t.test.title)>
            <h1>{say(|t| &t.test.title)}</h1>
            <p class="lead">
                {say(|t| &t.test.lead)}
            </p>
            <section class="card test">
                <AddressScope groups=site.domain_groups()>
                    <TestSection/>
                </AddressScope>
            </section>
        </Document>
    }
}
