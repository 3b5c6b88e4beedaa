//! Checks mail servers step by step and names the cause of what fails.
//!
//! The crate knows IMAP, POP3 and SMTP submission, and nothing of HTML, HTTP or prose.
//! Data flows one way: [`Endpoint`]s go in, [`Step`]s come out as they happen, and
//! [`diagnose`] turns the finished [`EndpointReport`]s into [`Finding`]s. The words for
//! an [`Outcome`] belong to whoever shows it.
//!
//! | module | idea |
//! |---|---|
//! | [`address`] | which addresses are public, and which networks an operator may name |
//! | [`endpoint`] | what is checked: always-valid names, ports, protocols and security |
//! | [`outcome`] | the closed set of results a step can have, and what follows from each |
//! | [`stage`] | the stages of a check, in their usual order |
//! | [`judgement`] | what became of a password |
//! | [`side`] | who can do something about what was found |
//! | `patience` | feature `tls`: how long a server may take before it speaks |
//! | [`session`] | one session with a server, over any stream, clock and TLS |
//! | [`step`] | one thing that happened, with its facts |
//! | [`diagnosis`] | pure: all reports → findings |
//! | [`envelope_address`] | a mail address as it stands in the commands of SMTP |
//! | [`credentials`] | a user name and password that are fit to be sent |
//! | [`dialogue`] | the IMAP, POP3 and SMTP conversations, over any stream and clock |
//! | `client_profiles` | feature `tls`: what mail programs and their older versions can do, and whether a server fits |
//! | `tls` | feature `tls`: verification, certificates and handshakes, over any stream |
//! | `second_looks` | feature `tls`: what a server is asked beside its session |
//! | `net` | feature `net`: DNS, TCP, TLS and the order of the steps |
//! | `web` | feature `web`: the same session in a browser, through the relay of the site |

pub mod address;
#[cfg(feature = "tls")]
// The judgement is asked for by `net` only; the table is for everybody.
#[cfg_attr(
    not(feature = "net"),
    expect(dead_code, unused_imports, reason = "only `net` asks servers")
)]
pub mod client_profiles;
pub mod credentials;
pub mod diagnosis;
pub mod dialogue;
pub mod endpoint;
pub mod envelope_address;
pub mod judgement;
#[cfg(feature = "net")]
pub mod net;
pub mod outcome;
#[cfg(feature = "tls")]
mod patience;
#[cfg(feature = "tls")]
#[cfg_attr(
    not(any(feature = "net", feature = "web")),
    expect(dead_code, unused_imports, reason = "only transports use it")
)]
mod second_looks;
pub mod session;
pub mod side;
pub mod stage;
pub mod step;
#[cfg(any(test, fuzzing))]
mod testing;
#[cfg(feature = "tls")]
#[cfg_attr(
    not(any(feature = "net", feature = "web")),
    expect(dead_code, unused_imports, reason = "only transports use it")
)]
pub mod tls;
#[cfg(feature = "web")]
pub mod web;

pub use address::{PrivateNetwork, PrivateNetworkError};
pub use credentials::{Credentials, CredentialsError};
pub use diagnosis::{Cause, Finding, diagnose};
pub use endpoint::{Endpoint, HostName, Protocol, Security};
pub use envelope_address::{EnvelopeAddress, EnvelopeAddressError};
pub use judgement::Judgement;
pub use outcome::{Outcome, Severity, State};
pub use side::Side;
pub use stage::Stage;
pub use step::{EndpointReport, Facts, Step, TlsFacts};
#[cfg(fuzzing)]
pub use testing::fuzzing;
