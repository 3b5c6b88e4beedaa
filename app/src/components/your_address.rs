//! The field for the address above steps that use it.

use leptos::prelude::*;

use crate::islands::AddressField;
use crate::site::texts;

/// Asks for the address that fills in the user name below. Without scripts nothing would come of it, so it
/// is not shown then.
#[component]
pub fn YourAddress() -> impl IntoView {
    let words = texts().guide.words.program.clone();
    view! {
        <div class="your-address">
            <label for="address">{words.address}</label>
            <AddressField id="address".to_owned() value=String::new()/>
            <p class="hint">{words.address_hint}</p>
        </div>
    }
}
