//! `/test`: the connection test on a page of its own.

use leptos::prelude::*;

use crate::components::{Document, TestSection};
use crate::islands::AddressScope;
use crate::site::{localized, site};

/// The form alone.
#[component]
pub fn TestPage() -> impl IntoView {
    let site = site();
    view! {
        <Document title=localized(|t| &t.test.title) description=localized(|t| &t.test.lead)>
            <h1>{localized(|t| &t.test.title)}</h1>
            <p class="lead">
                {localized(|t| &t.test.lead)}
            </p>
            <section class="card test">
                <AddressScope groups=site.domain_groups()>
                    <TestSection/>
                </AddressScope>
            </section>
        </Document>
    }
}
