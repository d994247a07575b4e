//! The client against servers of every kind: honest ones, broken ones, and hostile ones.
#![forbid(unsafe_code)]

mod answers;
mod arbitrary;
mod connection;
mod holes;
mod honest;
mod negotiation;
mod pass;
mod probes;
mod queue;
mod reads;
mod server;
