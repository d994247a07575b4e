//! The component: the resources of [plugin.wit](../wit/plugin.wit), over the same code as the core module.
//!
//! For other targets than WebAssembly this crate is empty.
#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(target_arch = "wasm32")]
extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod bindings;
#[cfg(target_arch = "wasm32")]
mod exports;
#[cfg(target_arch = "wasm32")]
mod guard;
#[cfg(target_arch = "wasm32")]
mod imports;
#[cfg(target_arch = "wasm32")]
#[path = "../../module/src/runtime.rs"]
mod runtime;
