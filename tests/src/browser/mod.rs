//! Real browsers, driven as a person would: go to a page, pick a file, click,
//! read, and look into the download folder.
//!
//! It speaks WebDriver, a handful of requests over plain HTTP, and asks the
//! browsers themselves where that has no answer. Nothing outlives the test
//! process, not even if that is killed: a keeper sees to that.

mod capabilities;
mod chromium;
mod display;
mod download;
mod firefox;
mod kept;
mod keys;
mod kind;
mod look;
mod memory;
mod page;
mod port;
mod program;
mod requests;
mod running;
mod script;
mod shared;
mod site;
mod told;
mod tree;
mod wait;
mod wire;

pub use keys::Key;
pub use kind::Kind;
pub use requests::Request;
pub use running::Browser;
pub use site::Site;
pub use told::{State, Told};
pub use tree::below;
pub use wait::wait_for;
