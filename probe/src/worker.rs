//! The program of the worker: everything marked `#[wasm_bindgen]` in the library.

// Without this line the linker sees no reason to keep the library, and nothing is exported.
use probe as _;
use zeroizing_alloc::ZeroAlloc;

/// What is given back is overwritten. A password passes through buffers of TLS and of the decoder, none of which
/// cleans up behind itself.
#[global_allocator]
static MEMORY: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

fn main() {}
