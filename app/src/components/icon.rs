//! The pictures of the site, drawn with one pen.

use leptos::prelude::*;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// An envelope: the mark of the site.
    Mail,
    /// A magnifying glass.
    Search,
    /// Three lines.
    Menu,
    /// A lifebelt: help with what does not work.
    Help,
    /// A phone in front of a computer.
    Devices,
    /// Two sliders.
    Settings,
}

impl Icon {
    /// The line in a square of 24 units.
    const fn line(self) -> &'static str {
        match self {
            Self::Mail => {
                "M4 5h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM3 8l9 6 9-6"
            }
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21",
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Help => {
                "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z\
                 M5.6 5.6l3.9 3.9M14.5 14.5l3.9 3.9M18.4 5.6l-3.9 3.9M9.5 14.5l-3.9 3.9"
            }
            Self::Devices => {
                "M19 7V5a1 1 0 0 0-1-1H4a1 1 0 0 0-1 1v10h9M1 18.5h11M15 10h7v11h-7zM18 18h1"
            }
            Self::Settings => {
                "M3 7h6M13 7h8M3 17h10M17 17h4M11 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4z\
                 M15 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4z"
            }
        }
    }
}

/// A picture beside words that say the same.
#[component]
pub fn Picture(
    /// What is drawn.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=icon.line()></path>
        </svg>
    }
}
