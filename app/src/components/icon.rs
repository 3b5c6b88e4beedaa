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
    /// Two links of a chain.
    Link,
    /// A phone with a speaker.
    Iphone,
    /// A phone with a camera and three buttons.
    Android,
    /// A screen on a foot.
    Windows,
    /// A laptop.
    Mac,
    /// A window in which commands are typed.
    Linux,
    /// A printer, for everything that is no phone and no computer.
    Printer,
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
            Self::Link => {
                "M10 14a4 4 0 0 0 5.7 0l3.5-3.5a4 4 0 0 0-5.7-5.7L12 6.3\
                 M14 10a4 4 0 0 0-5.7 0l-3.5 3.5a4 4 0 0 0 5.7 5.7l1.5-1.5"
            }
            Self::Iphone => {
                "M8 2h8a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zM10.5 2v1.5h3V2M10.5 19h3"
            }
            Self::Android => {
                "M8 2h8a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z\
             M12 5h.01M9 19h.01M12 19h.01M15 19h.01"
            }
            Self::Windows => "M4 4h16a1 1 0 0 1 1 1v11H3V5a1 1 0 0 1 1-1zM12 16v4M8 20h8",
            Self::Mac => "M6 5h12a1 1 0 0 1 1 1v9H5V6a1 1 0 0 1 1-1zM2 19h20M2 19l3-4M22 19l-3-4",
            Self::Linux => {
                "M4 4h16a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM7 9l3 3-3 3M12 15h5"
            }
            Self::Printer => {
                "M7 8V3h10v5M7 17H4a1 1 0 0 1-1-1v-6a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v6a1 1 0 0 1-1 1h-3\
             M7 14h10v7H7z"
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
