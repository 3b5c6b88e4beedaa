//! What the system shall and shall not do with this program.

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};

/// Keeps the memory to ourselves, because passwords pass through it: no core dump when the program
/// crashes, and no other program of the same user may look in.
///
/// It is no reason not to start when the system does not allow this, but the operator should know.
pub fn keep_memory_private() {
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

/// Allows as many open files as the system grants, because each connection is one, and says how many that
/// are.
pub fn allow_many_connections() -> usize {
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

/// Half of the cores, at least one: what may work on pages, so that the page cache and the tests always have
/// the rest.
pub fn half_of_cores() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (cores / 2).max(1)
}
