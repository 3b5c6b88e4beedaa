//! The three ways into the site.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::site::localized;

/// What a customer may have come for.
#[component]
pub fn Doors(
    /// Where the settings are.
    settings: &'static str,
) -> impl IntoView {
    let doors = [
        (
            "/fix",
            Icon::Help,
            localized(|t| &t.home.door_fix),
            localized(|t| &t.home.door_fix_hint),
        ),
        (
            "/programs",
            Icon::Devices,
            localized(|t| &t.home.door_programs),
            localized(|t| &t.home.door_programs_hint),
        ),
        (
            settings,
            Icon::Settings,
            localized(|t| &t.home.door_settings),
            localized(|t| &t.home.door_settings_hint),
        ),
    ];
    let doors = doors.map(|(href, icon, title, hint)| {
        view! {
            <a class="choice door" href=href>
                <Picture icon/>
                <b>{title}</b>
                <span>{hint}</span>
            </a>
        }
    });
    view! {
        <nav class="doors" aria-label=localized(|t| &t.home.doors)>
            {doors.into_iter().collect_view()}
        </nav>
    }
}
