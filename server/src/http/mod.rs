//! HTTP: from a request to its response.
//!
//! | module | idea |
//! |---|---|
//! | [`ingress`] | the entry point of requests, between a connection and the routes |
//! | [`router`] | every route, in one place |
//! | `routes` | the handlers of the routes |
//! | `guards` | middleware that refuses requests before they reach a route |
//! | `page` | renders a page within the limits of its client and of the server |
//! | `markup` | makes what Leptos writes valid and small |
//! | `own_links` | where there are many groups of addresses, links keep the domain of their page |
//! | [`page_cache`] | pages that are the same for everybody are rendered once |
//! | [`assets`] | the browser bundle and the public files, embedded in the program |
//! | [`encoded_body`] | an immutable response body in every content encoding |
//! | [`encoding`] | compression |
//! | [`client`] | the client of a request, and whether others could read the request |
//! | [`language`] | the language of a request |
//! | [`host`] | the host name of a request, and the names of this site |
//! | `setup_hosts` | the host names under which mail programs ask for the settings of a domain |
//! | [`origin`] | refuses cross-site requests (CSRF) |
//! | [`body`] | limits on the request target and the body |
//! | [`headers`] | the headers of every response |
//! | [`request_id`], [`access_log`] | every request has an id, is logged and counted |
//! | [`security_txt`] | the security contact |
//! | `health`, [`operators`] | health checks and metrics |
//! | [`options`] | the options of all routes |
//! | [`state`] | the shared state of all routes |
//! | [`application`] | the service that answers requests |

pub mod access_log;
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
pub mod language;
mod markup;
pub mod operators;
pub mod options;
pub mod origin;
mod own_links;
mod page;
pub mod page_cache;
pub mod request_id;
pub mod router;
mod routes;
pub mod security_txt;
mod setup_hosts;
pub mod state;
