//! The module as a page has it: a file is picked, and its image is kept, streamed, or refused.

mod arguments;
mod changes;
mod fate;
mod faults;
mod foreign;
mod large;
mod npm;
mod overlap;
mod page;
mod readme;
mod replan;
mod sinks;
mod size;
mod stage;
mod started;
mod strange;
mod vectors;
mod watching;
mod workers;
