//! A disk behind an NBD server, read as a source of qcow2-stream.
//!
//! ```no_run
//! use qcow2_stream::ReadAt;
//! use qcow2_stream_nbd::{Client, Settings, Uri};
//!
//! let uri = Uri::parse(b"nbd+unix:///disk?socket=/run/nbd.sock")?;
//! let mut disk = Client::open(&uri, Settings::default())?;
//! let mut start = [0; 512];
//! let read = disk.read_at(0, &mut start)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whoever has a connection already gives it to [`Client::new`]: anything that is [`std::io::Read`] and
//! [`std::io::Write`], a `UnixStream` for instance. [`Socket::connect`] makes one. Reads should give up now and then
//! ([`Socket`] sees to that), so that [`Settings`] can end the wait.
//!
//! One thread, no runtime: requests go out ahead of need, and the server works on them while the caller
//! works on what has come. The words are those of the NBD protocol's own description (`doc/proto.md`).
//!
//! ```text
//! socket ──► stream (patience) ──► negotiation ──► Export ─┐
//!                                                          ├─► Client: ReadAt
//! wire (one structure a file)      transmission ───────────┘   (window of requests, extents)
//! ```
#![forbid(unsafe_code)]
// Nothing that a server says may bend an offset or stop the program.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod client;
mod connect;
mod coverage;
mod error;
mod export;
mod extents;
mod fields;
mod negotiation;
mod pace;
mod pending;
mod settings;
mod socket;
mod stream;
mod text;
mod uri;
mod window;
mod wire;

pub use client::{Client, Onward};
pub use error::{Error, Refusal};
pub use export::Export;
pub use settings::Settings;
pub use socket::Socket;
pub use text::ServerText;
pub use uri::{Address, Uri, UriError};
