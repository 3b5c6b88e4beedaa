//! Asks the network which settings a domain has.
//!
//! Of the domain's people nothing is known, and nothing is sent but the domain. Every source has its time, a body
//! has a largest size, and redirects are followed only from HTTPS to HTTPS and are told.
//!
//! | module | idea |
//! |---|---|
//! | `fetch` | one HTTP request with its redirects |
//! | `sources` | the sources, in the order in which they are believed |
//! | `autoconfig`, `autodiscover`, `ispdb`, `pacc`, `srv`, `mail_exchanger` | one source each |
//! | [`observe`] | what is published in each place, to be compared with a record |
//! | `log` | what is told while the sources are asked |

mod autoconfig;
mod autodiscover;
mod fetch;
mod ispdb;
mod log;
mod mail_exchanger;
pub mod observe;
mod pacc;
mod reading;
mod sources;
mod srv;

pub use fetch::Fetcher;
pub use sources::{Discovery, discover};
