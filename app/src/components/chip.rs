//! A value inside of a sentence, with a button that copies it.

use leptos::prelude::*;

use crate::islands::{CopyButton, UserName};
use crate::site::texts;

/// A value to type. None stands for the user name, which only the browser knows: until it does, there is
/// nothing to copy, and what stands here must not look like something to type.
pub(super) fn chip(value: Option<String>, local_part: bool) -> AnyView {
    let texts = texts();
    let words = &texts.guide.words.program;
    let (copy, copied) = (words.copy.clone(), words.copied.clone());
    let what = value.clone().unwrap_or_else(|| words.user_name.clone());
    let shown = match value.clone() {
        Some(value) => value.into_any(),
        None => {
            let unknown = placeholder(local_part);
            view! { <UserName local_part>{unknown}</UserName> }.into_any()
        }
    };
    view! {
        <span class="chip">
            <span class="filled">{shown}</span>
            <CopyButton value local_part copied>
                {copy}
                <span class="unseen">{format!(" {what}")}</span>
            </CopyButton>
        </span>
    }
    .into_any()
}

/// What stands for a user name that is not known yet.
pub(super) fn placeholder(local_part: bool) -> impl IntoView + use<> {
    let texts = texts();
    let words = &texts.guide.words.program;
    let unknown = if local_part {
        words.local_part.clone()
    } else {
        words.user.clone()
    };
    view! { <em class="unfilled">{unknown}</em> }
}
