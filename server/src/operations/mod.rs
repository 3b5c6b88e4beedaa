//! What operators and their service managers need.
//!
//! | module | idea |
//! |---|---|
//! | [`metrics`] | what is counted, in the text format of Prometheus |
//! | [`probe_health`] | whether the connection test works |
//! | [`published_settings`] | looks again and again at what the domains publish |
//! | [`readiness`] | whether the program takes requests |
//! | `relay_metrics` | what relays did, as metrics |
//! | [`service_metrics`] | how the services stand, as metrics |
//! | [`service_manager`] | notifications to systemd, and the socket that it passes |
//! | [`status_pages`] | has pages rendered anew when the state of the servers has changed |

pub mod metrics;
pub mod probe_health;
pub mod published_settings;
pub mod readiness;
pub(crate) mod relay_metrics;
pub mod service_manager;
pub mod service_metrics;
pub mod status_pages;
