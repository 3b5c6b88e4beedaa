//! The answer to the form of `/test` when scripts are off.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use leptos::prelude::*;

use crate::check::Test;
use crate::check::event::Progress;
use crate::components::{Document, Results, TestSection};
use crate::islands::AddressScope;
use crate::site::Site;

/// Runs the test while the page is being sent: the heading arrives first, the results when they are there.
#[component]
pub fn ResultPage(
    /// The running test.
    test: Test,
    /// The address as it was typed, so that it need not be typed again.
    address: String,
) -> impl IntoView {
    let site: Arc<Site> = expect_context();
    let results = test
        .events
        .fold(Progress::default(), async |mut progress, event| {
            progress.apply(event);
            progress
        })
        .shared();
    view! {
        <Document title="What the test found".to_owned() private=true>
            <h1>"What the test found"</h1>
            <p class="lead">
                "The results appear here when the test has ended. That takes a few seconds, sometimes up to a minute."
            </p>
            <Suspense>
                {move || {
                    let results = results.clone();
                    Suspend::new(async move {
                        let progress = results.await;
                        view! { <div class="results"><Results progress/></div> }
                    })
                }}
            </Suspense>
            <section class="card test" aria-labelledby="again">
                <h2 id="again">"Test again"</h2>
                <AddressScope groups=site.domain_groups()>
                    <TestSection address/>
                </AddressScope>
            </section>
        </Document>
    }
}
