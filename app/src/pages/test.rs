//! `/test`: the connection test on a page of its own.

use leptos::prelude::*;

use crate::components::{Document, Outage, TestSection};
use crate::guide::trail::Trail;
use crate::islands::AddressScope;
use crate::site::{localized, site};

/// The form alone.
#[component]
pub fn TestPage(
    /// What was answered before, as far as the address says.
    trail: Trail,
) -> impl IntoView {
    let site = site();
    let no_index = !trail.is_empty();
    view! {
        <Document title=localized(|t| &t.test.title) description=localized(|t| &t.test.lead) no_index>
            <h1>{localized(|t| &t.test.title)}</h1>
            <p class="lead">
                {localized(|t| &t.test.lead)}
            </p>
            <AddressScope groups=site.domain_groups()>
                <Outage/>
                <section class="card test">
                    <TestSection trail/>
                </section>
            </AddressScope>
        </Document>
    }
}
