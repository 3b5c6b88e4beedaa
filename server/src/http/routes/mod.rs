//! The handlers of the routes.
//!
//! | module | idea |
//! |---|---|
//! | [`pages`] | the pages, and the table of their paths |
//! | [`browser_test`] | words for a test whose sign-in runs in the browser |
//! | [`connection_test`] | the test, as a page and as a stream of lines |
//! | [`short_way`] | codes to scan, and the page for operators |
//! | [`setup`] | set-up files for mail programs |
//! | [`status`] | how the mail servers stand, for other sites and for open pages |
//! | `address_form` | the form with an address |
//! | [`relay`] | the relay between a browser and a mail server |
//! | [`failures`] | pages for requests that cannot be answered |

mod address_form;
pub(crate) mod browser_test;
pub(crate) mod connection_test;
pub(crate) mod failures;
pub(crate) mod pages;
pub(crate) mod relay;
pub(crate) mod setup;
mod short_way;
pub(crate) mod status;
