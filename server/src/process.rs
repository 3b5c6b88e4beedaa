//! Limits that the operating system puts on the program.

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};

/// Protects the memory, because passwords pass through it: no core dump after a crash, and no access by other
/// programs of the same user (ptrace).
///
/// The program starts all the same where the system does not allow this, with a warning.
pub fn forbid_core_dumps() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let done = setrlimit(Resource::Core, none)
        .and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable));
    if let Err(cause) = done {
        tracing::warn!(%cause, "core dumps cannot be switched off");
    }
}

/// Raises the soft limit on open files to the hard limit, because each connection is an open file, and returns
/// the new limit.
pub fn raise_open_file_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let allowed = match setrlimit(Resource::Nofile, most) {
        Ok(()) => most.current,
        Err(cause) => {
            tracing::warn!(%cause, "the limit on open files stays as it is");
            limit.current
        }
    };
    // None means that there is no limit.
    allowed.map_or(usize::MAX, |allowed| {
        usize::try_from(allowed).unwrap_or(usize::MAX)
    })
}

/// Half of the cores, at least one. So many pages are rendered or compressed at once, so that cached pages and
/// tests always have the rest.
pub fn half_of_cores() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (cores / 2).max(1)
}
