//! Compiles a package of this workspace to WebAssembly, to the same bytes on any machine.
#![forbid(unsafe_code)]

pub mod command;
mod module;
mod wasm_target;
pub mod workspace;

pub use module::Module;
