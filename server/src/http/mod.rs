//! From a request to its answer.
//!
//! | module | idea |
//! |---|---|
//! | [`ingress`] | what stands between a connection and the routes |
//! | [`router`] | every route, in one place |
//! | `routes` | what answers at each of them |
//! | `guards` | what a request must pass before it comes to its route |
//! | `page` | renders a page within the limits of its client and of the server |
//! | [`page_cache`] | pages that are the same for everybody are rendered once |
//! | [`assets`] | the browser bundle and the public files, inside the program |
//! | [`encoded_body`] | bytes that do not change, in every encoding in which they are sent |
//! | [`encoding`] | compression |
//! | [`client`] | whose request it is, and whether others could read it |
//! | [`host`] | which host a request is for, and the names of this site |
//! | [`origin`] | requests that other sites caused are turned away |
//! | [`body`] | what a request may bring along |
//! | [`headers`] | what every answer carries |
//! | [`request_id`] | every request has an id |
//! | [`security_txt`] | the security contact |
//! | `health`, [`operators`] | health checks and metrics |
//! | [`options`] | what an operator sets for all routes |
//! | [`state`] | what every route finds |
//! | [`application`] | anything that answers requests |

pub mod application;
pub mod assets;
pub mod body;
pub mod client;
pub mod encoded_body;
pub mod encoding;
mod guards;
pub mod headers;
mod health;
pub mod host;
pub mod ingress;
pub mod operators;
pub mod options;
pub mod origin;
mod page;
pub mod page_cache;
pub mod request_id;
pub mod router;
mod routes;
pub mod security_txt;
pub mod state;
