//! The browser bundle: everything marked `#[wasm_bindgen]` or `#[island]` in the library.

// Without this line the linker sees no reason to keep the library, and nothing is exported.
use app as _;

fn main() {}
