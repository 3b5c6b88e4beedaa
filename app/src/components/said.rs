//! A sentence with times, each marked up.

use leptos::prelude::*;
use time::UtcDateTime;

use crate::status::said::{Part, Said};

/// The sentence. The browser shows what is marked with `data-clock` in its own time zone.
pub fn said(said: Said) -> impl IntoView {
    let parts = said.0.into_iter().map(|part| match part {
        Part::Text(text) => text.into_any(),
        Part::Clock(at, text) => {
            view! { <time datetime=machine_time(at) data-clock="">{text}</time> }.into_any()
        }
        Part::Ago(at, text) => view! { <time datetime=machine_time(at)>{text}</time> }.into_any(),
    });
    parts.collect_view()
}

/// A time as HTML has it, in whole seconds: `2026-11-27T14:05:30Z`.
fn machine_time(at: UtcDateTime) -> String {
    let (date, (hour, minute, second)) = (at.date(), at.time().as_hms());
    format!("{date}T{hour:02}:{minute:02}:{second:02}Z")
}
