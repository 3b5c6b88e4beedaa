//! What this browser remembers for the customer. Nothing of it is ever sent.

use web_sys::Storage;

/// How long something is remembered.
#[derive(Clone, Copy)]
pub(super) enum Memory {
    /// Until the customer clears the browser's data.
    Lasting,
    /// Until the tab is closed: other people may use the same computer.
    Tab,
}

/// The text that was kept under a name.
pub(super) fn read(memory: Memory, name: &str) -> Option<String> {
    storage(memory)?.get_item(&key(name)).ok()?
}

/// Keeps a text. A browser that keeps nothing, such as in a private window, is no error.
pub(super) fn write(memory: Memory, name: &str, text: &str) {
    if let Some(storage) = storage(memory) {
        let _ = storage.set_item(&key(name), text);
    }
}

fn storage(memory: Memory) -> Option<Storage> {
    let window = leptos::prelude::window();
    match memory {
        Memory::Lasting => window.local_storage().ok()?,
        Memory::Tab => window.session_storage().ok()?,
    }
}

fn key(name: &str) -> String {
    format!("mailguide {name}")
}
