//! What to know where a provider lets mail programs sign in only through a page of its own.

use std::sync::Arc;

use leptos::prelude::*;

use crate::guide::destination::{BROWSER_SIGN_IN_CARD, Destination};
use crate::record::{Group, SignInMethod};
use crate::site::localized;

/// Tells it where the group is of such a provider.
#[component]
pub fn OwnSignIn(
    /// The addresses that share the settings.
    group: Arc<Group>,
) -> impl IntoView {
    (group.sign_in.method == SignInMethod::OAuth2).then(|| {
        let how = Destination::Card(BROWSER_SIGN_IN_CARD.to_owned()).path();
        view! {
            <p class="note">
                {localized(|t| &t.own_sign_in.text)} " " <a href=how>{localized(|t| &t.own_sign_in.how)}</a>
            </p>
        }
    })
}
