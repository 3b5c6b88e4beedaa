//! What this browser remembers for the customer. Nothing of it is ever sent.

use web_sys::Storage;

/// How long something is remembered.
#[derive(Clone, Copy)]
pub(super) enum StorageArea {
    /// Until the customer clears the browser's data.
    Local,
    /// Until the tab is closed: other people may use the same computer.
    Session,
}

/// The text that was kept under a name.
pub(super) fn read(area: StorageArea, name: &str) -> Option<String> {
    storage(area)?.get_item(&key(name)).ok()?
}

/// Keeps a text. A browser that keeps nothing, such as in a private window, is no error.
pub(super) fn write(area: StorageArea, name: &str, text: &str) {
    if let Some(storage) = storage(area) {
        let _ = storage.set_item(&key(name), text);
    }
}

/// Forgets what was kept under a name.
pub(super) fn remove(area: StorageArea, name: &str) {
    if let Some(storage) = storage(area) {
        let _ = storage.remove_item(&key(name));
    }
}

fn storage(area: StorageArea) -> Option<Storage> {
    let window = leptos::prelude::window();
    match area {
        StorageArea::Local => window.local_storage().ok()?,
        StorageArea::Session => window.session_storage().ok()?,
    }
}

fn key(name: &str) -> String {
    ["mailguide ", name].concat()
}
