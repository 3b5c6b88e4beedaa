//! How the mail servers stand, for other sites, for programs and for the scripts of the pages.
//!
//! | module | idea |
//! |---|---|
//! | [`machines`] | pictures, data and news |
//! | [`events`] | tells open pages that something has changed |
//! | [`listeners`] | how many may listen |

pub(crate) mod events;
pub(crate) mod listeners;
pub(crate) mod machines;
