//! What is generated from the WIT package.
#![allow(unsafe_code, missing_docs, unreachable_pub)] // None of it is ours.
#![allow(clippy::all)]

wit_bindgen::generate!({
    path: "wit",
    world: "plugin",
    generate_all,
});

export!(Plugin);

/// What implements the exports.
pub struct Plugin;
