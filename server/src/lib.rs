//! mailguide's one program: the site, and the same probe on the command line.
//!
//! | module | idea |
//! |---|---|
//! | [`cli`] | what can be typed |
//! | [`commands`] | one file a command |
//! | [`records`] | which providers are known |
//! | [`router`] | every route, in one place |
//! | [`assets`] | the browser bundle and the public files, inside the program |
//! | [`stored`] | bytes that do not change, in every form in which they are sent |
//! | [`front`] | what stands between a connection and the routes |
//! | `page` | renders a page within the limits of its client and of the server |
//! | `state` | what every route finds |
//! | [`encoding`] | compression |
//! | [`kept`] | pages that are the same for everybody are rendered once |
//! | [`body`] | what a request may bring along |
//! | [`requests`] | every request has an id |
//! | [`log`] | what the server says of itself |
//! | [`terminal`] | what is printed to standard output and standard error |
//! | [`process`] | what the system shall not do with this program |
//! | [`headers`] | what every answer carries |
//! | [`client`] | whose request it is, and whether others could read it |
//! | [`host`] | which host a request is for, and the names of this site |
//! | [`origin`] | requests that other sites caused are turned away |
//! | [`listen`] | connections, TLS, and who is at the other end |
//! | [`security_txt`] | whom to tell of a hole |
//! | [`operations`] | what operators and their machines ask |
//! | [`limits`] | how much the server does, and for whom |
//! | [`report`] | a finished probe as a tree for people and as JSON |

// The type of a page is as deep as its markup.
#![recursion_limit = "512"]

pub mod assets;
pub mod body;
pub mod cli;
pub mod client;
pub mod commands;
pub mod encoding;
pub mod front;
pub mod headers;
pub mod host;
pub mod kept;
pub mod limits;
pub mod listen;
pub mod log;
pub mod operations;
pub mod origin;
mod page;
pub mod process;
pub mod records;
pub mod report;
pub mod requests;
pub mod router;
pub mod security_txt;
mod state;
pub mod stored;
pub mod terminal;
