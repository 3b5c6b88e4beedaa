//! `/password`: which way a password takes, what that protects from, and how to see for oneself.

use leptos::prelude::*;

use crate::check::SignInWays;
use crate::components::Document;
use crate::site::{site, texts};

/// What happens to a password.
#[component]
pub fn PasswordPage() -> impl IntoView {
    let (site, texts) = (site(), texts());
    let words = texts.pages.password.clone();
    let SignInWays { browser, server } = site.sign_in;
    let in_browser = browser.then(|| {
        let sums = site.bundle.worker_sums.iter().map(|(path, sum)| {
            view! {
                <tr>
                    <td><code>{path.clone()}</code></td>
                    <td><code>{sum.clone()}</code></td>
                </tr>
            }
        });
        let sums = sums.collect_view();
        view! {
            <p>{words.browser}</p>
            <p>{words.protects}</p>
            <p class="note">{words.protects_not}</p>
            <h2>{words.check}</h2>
            <p>{words.check_network}</p>
            <p>{words.check_sums}</p>
            <div class="scroll" tabindex="0" role="region" aria-label=words.file.clone()>
                <table class="sums">
                    <thead>
                        <tr><th scope="col">{words.file.clone()}</th><th scope="col">{words.sum}</th></tr>
                    </thead>
                    <tbody>{sums}</tbody>
                </table>
            </div>
            <p>{words.check_source}</p>
        }
    });
    view! {
        <Document title=words.title.clone() description=words.lead.clone()>
            <h1>{words.title.clone()}</h1>
            <p class="lead">{words.lead.clone()}</p>
            {in_browser}
            {server.then(|| view! { <p>{words.server}</p> })}
            {(!browser && !server).then(|| view! { <p>{words.off}</p> })}
        </Document>
    }
}
