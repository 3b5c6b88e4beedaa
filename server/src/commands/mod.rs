//! One file a command.

pub mod check_config;
pub mod probe;
pub mod serve;
