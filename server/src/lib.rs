//! mailguide's one program: the site, and the same probe on the command line.
//!
//! | module | idea |
//! |---|---|
//! | [`cli`] | what can be typed |
//! | [`commands`] | one file a command |
//! | [`records`] | which providers are known |
//! | [`discovery`] | asks the network which settings a domain has |
//! | [`listen`] | connections, TLS, and who is at the other end |
//! | [`http`] | from a request to its answer: guards, routes, pages, files |
//! | [`interval`] | how often something is done by itself |
//! | [`http_client`] | one HTTP request over an open connection |
//! | [`limits`] | how much the server does, and for whom |
//! | [`result_cache`] | a check without a password is made once for all who ask for it at the same time |
//! | [`relay`] | carries the bytes of a browser's own sign-in to a mail server, which it cannot read |
//! | [`monitor`] | checks every documented service again and again |
//! | [`storage`] | the history of the services |
//! | [`cluster`] | what several servers with one database do together |
//! | [`profile_signing`] | signs the profiles for Apple devices |
//! | [`secret_file`] | passwords in files that only the program may read |
//! | [`named_path`] | files and directories that options name, and what is said where they cannot be used |
//! | [`socket_address`] | addresses with a port, as they are typed |
//! | [`operations`] | metrics, readiness and the service manager |
//! | [`log`] | what the server says of itself |
//! | [`report`] | a finished probe as a tree for people and as JSON |
//! | [`terminal`] | what is printed to standard output and standard error |
//! | [`process`] | limits that the operating system puts on the program |

// The type of a page is as deep as its markup.
#![recursion_limit = "512"]

pub mod cli;
pub mod cluster;
pub mod commands;
pub mod discovery;
pub mod http;
pub mod http_client;
pub mod interval;
pub mod limits;
pub mod listen;
pub mod log;
pub mod monitor;
pub mod named_path;
pub mod operations;
pub mod process;
pub mod profile_signing;
pub mod records;
pub mod relay;
pub mod report;
pub mod result_cache;
pub mod secret_file;
pub mod socket_address;
pub mod storage;
pub mod terminal;

#[cfg(test)]
#[path = "../tests/postgres/mod.rs"]
mod postgres;
#[cfg(test)]
#[path = "../tests/servers/proxy.rs"]
mod proxy;
#[cfg(test)]
mod testing;
