//! The question for the address, on a page that shows nothing without it.

use leptos::prelude::*;

use super::{AddressAdvice, Prompt};
use crate::islands::AddressInput;
use crate::site::{localized, texts};

/// A form that comes back to the page with the domain of the address, and what to do. It must stand inside an
/// [`AddressScope`](crate::islands::AddressScope).
#[component]
pub fn AskAddress(
    /// The page, with what its address says besides.
    page: String,
    /// What to do.
    text: String,
) -> impl IntoView {
    let label = texts().guide.words.program.address.clone();
    view! {
        <section>
            <form method="post" action="/settings" class="address-form card">
                <Prompt text/>
                <input type="hidden" name="page" value=page/>
                <label for="address">{label}</label>
                <div class="field">
                    <AddressInput id="address".to_owned() value=String::new()/>
                    <button type="submit">{localized(|t| &t.ask.button)}</button>
                </div>
                <AddressAdvice/>
            </form>
        </section>
    }
}
