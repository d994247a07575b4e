//! The sandboxed plugin: its artefacts, and the core module in wasmi under hosts of every kind.

mod arguments;
mod artefacts;
mod broken;
mod component;
mod guides;
mod header;
mod host;
mod hostile;
mod interface;
mod limits;
mod plugin;
mod vectors;
