//! The commands, one file each.

pub mod check_config;
pub mod dns;
pub mod monitor;
pub mod outcomes;
pub mod probe;
pub mod record;
pub mod serve;
pub mod shared_limits;
