//! Pictures of devices, drawn with one pen. They stand beside words that say the same.

use leptos::prelude::*;

use crate::guide::program::Device;

/// A device; none stands for everything that is no phone and no computer.
#[component]
pub fn DeviceIcon(
    /// Which it is.
    device: Option<Device>,
) -> impl IntoView {
    view! {
        <svg class="device-icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=line(device)></path>
        </svg>
    }
}

/// The line in a square of 24 units.
const fn line(device: Option<Device>) -> &'static str {
    match device {
        // A phone with a speaker, and one with a camera and three buttons.
        Some(Device::Iphone) => {
            "M8 2h8a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zM10.5 2v1.5h3V2M10.5 19h3"
        }
        Some(Device::Android) => {
            "M8 2h8a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z\
             M12 5h.01M9 19h.01M12 19h.01M15 19h.01"
        }
        // A screen on a foot.
        Some(Device::Windows) => "M4 4h16a1 1 0 0 1 1 1v11H3V5a1 1 0 0 1 1-1zM12 16v4M8 20h8",
        // A laptop.
        Some(Device::Mac) => {
            "M6 5h12a1 1 0 0 1 1 1v9H5V6a1 1 0 0 1 1-1zM2 19h20M2 19l3-4M22 19l-3-4"
        }
        // A window in which commands are typed.
        Some(Device::Linux) => {
            "M4 4h16a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM7 9l3 3-3 3M12 15h5"
        }
        // A printer.
        None => {
            "M7 8V3h10v5M7 17H4a1 1 0 0 1-1-1v-6a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v6a1 1 0 0 1-1 1h-3\
             M7 14h10v7H7z"
        }
    }
}
