//! The core module: plain imports and exports, which any engine can host and any language can call.
//!
//! [plugin/README.md](../README.md) describes them, `plugin/include/qcow2_stream_plugin.h` has them in C. For other
//! targets than WebAssembly this crate is empty.
#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(target_arch = "wasm32")]
extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod blocks;
#[cfg(target_arch = "wasm32")]
mod exports;
#[cfg(target_arch = "wasm32")]
mod imports;
#[cfg(target_arch = "wasm32")]
mod runtime;
#[cfg(target_arch = "wasm32")]
mod state;
