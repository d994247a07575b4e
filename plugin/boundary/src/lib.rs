//! What both shapes of the plugin share: the core on one side, on the other a host that may be wrong about anything.
//!
//! ```text
//! module/     plain imports and exports ─┐
//!                                        ├──► Source, Sink ──► checked here ──► core
//! component/  resources of a WIT package ┘                           └──► Failure: a code and a text
//! ```
//!
//! No answer of a host is trusted, nothing here panics, and every allocation may fail: what goes wrong is a [`Failure`].
#![no_std]
#![forbid(unsafe_code)]
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

extern crate alloc;

mod checked;
mod choices;
mod code;
mod failure;
mod host;
mod memory;
mod plan;
mod text;

pub use choices::Choices;
pub use code::Code;
pub use failure::Failure;
pub use host::{NextData, Sink, Source, Trouble, Watch};
pub use memory::room_for;
pub use plan::Plan;
pub use qcow2_stream::{LayoutSummary, Phase, Progress};
pub use text::Text;
