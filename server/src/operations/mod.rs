//! What operators and their service managers need.
//!
//! | module | idea |
//! |---|---|
//! | [`metrics`] | what is counted, in the text format of Prometheus |
//! | [`readiness`] | whether the program takes requests |
//! | [`service_manager`] | notifications to systemd, and the socket that it passes |

pub mod metrics;
pub mod readiness;
pub mod service_manager;
